/** The two connections of a store, with the settings that its promises rest on. */
import { type Database, isBusy, openDatabase } from './driver.js';
import { migrate } from './migrate.js';
import { Place } from './place.js';

export interface Connections {
  readonly writer: Database;
  readonly reader: Database;
  readonly place: Place;
}

/** KiB of pages that each connection keeps, as a negative number. */
const CACHE = 'PRAGMA cache_size = -32768';

/**
 * Pages of the log at which it is put into the file; 32 MB. At SQLite's own 1000, bursts of writes checkpoint, and
 * sync the file, after every other turn; measured, that doubles the time of a write.
 */
const CHECKPOINT = 'PRAGMA wal_autocheckpoint = 8000';

/**
 * @param busyTimeout ms to wait for a lock that another process holds.
 * @throws UnsuitableDatabase for a file of a newer release or of another program.
 */
export async function connect(path: string, busyTimeout: number): Promise<Connections> {
  const writer = openDatabase(path, busyTimeout);
  let reader: Database | undefined;
  try {
    await setWriteAheadLog(writer, busyTimeout);
    migrate(writer);
    // FULL: each commit is synced, so that an acknowledged write survives a power cut. The writer does not wait for
    // locks here: to wait is to stop the event loop, and group-commit.ts has a better way.
    writer.exec(`PRAGMA synchronous = FULL; PRAGMA busy_timeout = 0; ${CHECKPOINT}; ${CACHE}`);
    reader = openDatabase(path, busyTimeout);
    reader.exec(`PRAGMA query_only = ON; ${CACHE}`);
    return { writer, reader, place: new Place(path) };
  } catch (error) {
    reader?.close();
    writer.close();
    throw error;
  }
}

/**
 * Write-ahead logging, kept in the file once set. The switch does not wait for a lock as other statements do: of two
 * processes which create a file at once one is refused, and tries again.
 */
async function setWriteAheadLog(database: Database, timeout: number): Promise<void> {
  const deadline = performance.now() + timeout;
  for (;;) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** Puts the log into the file, as far as other processes let it, and closes both. */
export function disconnect({ writer, reader }: Connections): void {
  reader.close();
  try {
    writer.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // Another process is at it; whoever closes last takes the log with it.
  }
  writer.close();
}
