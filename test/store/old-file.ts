/** Files as earlier releases made them: the tables word for word, so that no later edit of a step goes unseen. */
import { type Database, openDatabase } from '../../src/store/sqlite/driver.js';

const STEPS: readonly string[] = [
  `
  CREATE TABLE tenants (
    id TEXT PRIMARY KEY, folded_name TEXT NOT NULL UNIQUE, name TEXT NOT NULL, profile TEXT NOT NULL, created TEXT NOT NULL
  );
  CREATE TABLE credentials (
    id TEXT PRIMARY KEY, tenant TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, name TEXT NOT NULL, scopes TEXT NOT NULL,
    created TEXT NOT NULL, expires TEXT, revoked TEXT, last_used TEXT, last_address TEXT
  );
  CREATE INDEX credentials_by_tenant ON credentials (tenant);

  CREATE TABLE resources (
    rid INTEGER PRIMARY KEY, tenant TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
    created TEXT NOT NULL, last_modified TEXT NOT NULL, display TEXT, folded_display TEXT, lookups TEXT NOT NULL,
    document TEXT NOT NULL, form BLOB NOT NULL,
    UNIQUE (tenant, id)
  );
  CREATE INDEX resources_by_type ON resources (tenant, type);
  CREATE TABLE lookups (
    tenant TEXT NOT NULL, type TEXT NOT NULL, path TEXT NOT NULL, value TEXT NOT NULL, rid INTEGER NOT NULL,
    PRIMARY KEY (tenant, type, path, value, rid)
  ) WITHOUT ROWID;
  CREATE TABLE edges (
    tenant TEXT NOT NULL, group_id TEXT NOT NULL, member_id TEXT NOT NULL,
    PRIMARY KEY (tenant, group_id, member_id)
  ) WITHOUT ROWID;
  CREATE INDEX edges_by_member ON edges (tenant, member_id, group_id);

  CREATE TABLE changes (
    tenant TEXT NOT NULL, sequence INTEGER NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
    operation TEXT NOT NULL, time TEXT NOT NULL, request_id TEXT NOT NULL, actor TEXT NOT NULL,
    added TEXT NOT NULL, removed TEXT NOT NULL, difference TEXT NOT NULL,
    UNIQUE (tenant, sequence)
  );
  CREATE INDEX changes_by_resource ON changes (tenant, id, sequence);
  CREATE TABLE counters (
    tenant TEXT NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL,
    PRIMARY KEY (tenant, name)
  ) WITHOUT ROWID;
  `,
  `
  CREATE TABLE secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  `,
];

/**
 * A file of a schema version, in which `fill` has written.
 * @param version 1 or 2.
 */
export function makeOldFile(path: string, version: number, fill: (database: Database) => void): void {
  const database = openDatabase(path, 100);
  for (const step of STEPS.slice(0, version)) database.exec(step);
  database.exec(`PRAGMA application_id = ${0x5343494d}; PRAGMA user_version = ${version}; PRAGMA journal_mode = WAL`);
  fill(database);
  database.close();
}
