/** The SQLite library, and the only module that knows which one it is; `node:sqlite` has the same shape. */
import { DatabaseSync } from '@photostructure/sqlite';

/**
 * What can be bound; booleans as 0 and 1. The library ends a text at its first NUL, so that `42\\0x` would find what
 * `42` names: whoever binds a client's text sees to it that there is none.
 */
export type SqlValue = string | number | null;

/** Prepared once, used many times. Values are bound by position. */
export interface Statement<Row> {
  all(...values: SqlValue[]): Row[];
  get(...values: SqlValue[]): Row | undefined;
  run(...values: SqlValue[]): { changes: number; rid: number };
}

export interface Database {
  prepare<Row = unknown>(text: string): Statement<Row>;
  /** Runs statements that return nothing. */
  exec(text: string): void;
  /** False too when a failure has ended the transaction that was open. */
  isInTransaction(): boolean;
  close(): void;
}

/** @param busyTimeout ms to wait, blocking, while another connection holds a lock. */
export function openDatabase(path: string, busyTimeout: number): Database {
  const database = new DatabaseSync(path, { timeout: busyTimeout });
  return {
    prepare: <Row>(text: string) => prepare<Row>(database, text),
    exec: (text) => database.exec(text),
    isInTransaction: () => database.isTransaction,
    close: () => database.close(),
  };
}

/** True for a failure of the database, as opposed to one of the code that called it. */
export function isDatabaseError(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return error instanceof Error && (code === 'ERR_SQLITE_ERROR' || code === 'ERR_INVALID_STATE');
}

/** True when another connection holds the lock that was asked for: SQLITE_BUSY and its extended codes. */
export function isBusy(error: unknown): boolean {
  const { errcode } = error as { errcode?: unknown };
  return isDatabaseError(error) && typeof errcode === 'number' && (errcode & 0xff) === 5;
}

function prepare<Row>(database: InstanceType<typeof DatabaseSync>, text: string): Statement<Row> {
  const statement = database.prepare(text);
  return {
    all: statement.all.bind(statement) as Statement<Row>['all'],
    get: statement.get.bind(statement) as Statement<Row>['get'],
    run: (...values) => {
      const { changes, lastInsertRowid } = statement.run(...values);
      return { changes, rid: Number(lastInsertRowid) };
    },
  };
}
