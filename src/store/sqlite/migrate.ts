/** The tables, as numbered steps from an empty file to the present one. A step that was released is never edited. */
import type { Database } from './driver.js';

/** In the file's header, so that another program's database is not taken for ours: "SCIM". */
const APPLICATION_ID = 0x5343494d;

/** The file was written by a newer release, or by another program. */
export class UnsuitableDatabase extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnsuitableDatabase';
  }
}

const COUNT_ACCOUNTS = "UPDATE counters SET value = value + 1 WHERE tenant = '' AND name = 'accounts'";

// Step n leads to schema version n, which SQLite keeps in the file's header (user_version).
// Small columns stand before big ones: SQLite reads a row from its start.
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE tenants (
    id TEXT PRIMARY KEY, folded_name TEXT NOT NULL UNIQUE, name TEXT NOT NULL, profile TEXT NOT NULL, created TEXT NOT NULL
  );
  CREATE TABLE credentials (
    id TEXT PRIMARY KEY, tenant TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, name TEXT NOT NULL, scopes TEXT NOT NULL,
    created TEXT NOT NULL, expires TEXT, revoked TEXT, last_used TEXT, last_address TEXT
  );
  CREATE INDEX credentials_by_tenant ON credentials (tenant);

  -- rid ascends in the order of creation. lookups: JSON [[path, value], …], what the table of that name has of this row.
  -- form: JSONB, which filters read several times faster than text.
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
  -- For the history of one resource.
  CREATE INDEX changes_by_resource ON changes (tenant, id, sequence);
  -- 'changes': the last sequence number, which must not start again when old changes are let go.
  -- 'resources:User': how many there are, so that a listing need not count.
  CREATE TABLE counters (
    tenant TEXT NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL,
    PRIMARY KEY (tenant, name)
  ) WITHOUT ROWID;
  `,
  `
  -- What all processes on the file share and nobody else knows.
  CREATE TABLE secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  `,
  `
  ALTER TABLE tenants ADD COLUMN disabled TEXT;
  ALTER TABLE tenants ADD COLUMN settings TEXT NOT NULL DEFAULT '{"allowsBasic":false}';
  -- Whose rows wait to be purged. Kept for a day after that, for what requests write that were under way.
  CREATE TABLE removed_tenants (id TEXT PRIMARY KEY, removed TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP) WITHOUT ROWID;

  -- A credential was one token; it becomes a credential with one key.
  DROP INDEX credentials_by_tenant;
  ALTER TABLE credentials RENAME TO tokens;
  CREATE TABLE credentials (
    id TEXT PRIMARY KEY, tenant TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, scopes TEXT NOT NULL,
    created TEXT NOT NULL, created_by TEXT, expires TEXT, revoked TEXT, last_used TEXT, last_address TEXT,
    identifier TEXT UNIQUE, token_lifetime INTEGER, issuer TEXT, trust TEXT, user TEXT
  );
  CREATE INDEX credentials_by_tenant ON credentials (tenant);
  CREATE INDEX credentials_by_issuer ON credentials (issuer) WHERE issuer IS NOT NULL;
  CREATE TABLE keys (
    id TEXT PRIMARY KEY, credential TEXT NOT NULL, kind TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, created TEXT NOT NULL,
    expires TEXT, scopes TEXT, hint TEXT
  );
  -- Access tokens come in great numbers; whoever lists the others does not walk through them.
  CREATE INDEX keys_by_credential ON keys (credential) WHERE kind <> 'access';
  CREATE INDEX access_keys_by_credential ON keys (credential) WHERE kind = 'access';
  CREATE INDEX keys_by_end ON keys (expires) WHERE expires IS NOT NULL;
  INSERT INTO credentials (id, tenant, kind, name, scopes, created, expires, revoked, last_used, last_address)
    SELECT id, tenant, 'token', name, scopes, created, expires, revoked, last_used, last_address
    FROM tokens ORDER BY rowid;
  INSERT INTO keys (id, credential, kind, hash, created)
    SELECT id, id, 'bearer', hash, created FROM tokens ORDER BY rowid;
  DROP TABLE tokens;

  CREATE TABLE admins (
    id TEXT PRIMARY KEY, folded_email TEXT NOT NULL UNIQUE, email TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL,
    tenant TEXT, password TEXT, subject TEXT UNIQUE, created TEXT NOT NULL, created_by TEXT, disabled TEXT,
    last_sign_in TEXT
  );
  CREATE INDEX admins_by_tenant ON admins (tenant);
  CREATE TABLE admin_keys (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, admin TEXT, name TEXT, role TEXT, tenant TEXT,
    created TEXT NOT NULL, created_by TEXT, expires TEXT, last_used TEXT
  );
  CREATE INDEX admin_keys_by_kind ON admin_keys (kind);
  CREATE INDEX admin_keys_by_admin ON admin_keys (admin);
  CREATE INDEX admin_keys_by_tenant ON admin_keys (tenant);
  CREATE INDEX admin_keys_by_end ON admin_keys (expires) WHERE kind <> 'token';

  -- One row for each request, so with few indexes. tenant: '' for nobody's. rules, refusal: JSON.
  CREATE TABLE activity (
    sequence INTEGER PRIMARY KEY, tenant TEXT NOT NULL, outcome TEXT NOT NULL, time TEXT NOT NULL, method TEXT NOT NULL,
    status INTEGER NOT NULL, milliseconds REAL NOT NULL, credential TEXT, resource TEXT, request_id TEXT NOT NULL,
    resource_type TEXT, credential_name TEXT, address TEXT, agent TEXT, path TEXT NOT NULL, rules TEXT, refusal TEXT
  );
  CREATE INDEX activity_by_tenant ON activity (tenant);
  -- What people look for is rare, so its index costs little.
  CREATE INDEX activity_not_done ON activity (tenant, outcome) WHERE outcome <> 'done';
  CREATE TABLE traffic (
    tenant TEXT NOT NULL, hour TEXT NOT NULL, requests INTEGER NOT NULL, refused INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    PRIMARY KEY (tenant, hour)
  ) WITHOUT ROWID;
  CREATE INDEX traffic_by_hour ON traffic (hour);
  CREATE TABLE last_requests (tenant TEXT PRIMARY KEY, time TEXT NOT NULL) WITHOUT ROWID;

  -- tenant: its id. actor: JSON [kind, id, name].
  CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY, time TEXT NOT NULL, action TEXT NOT NULL, tenant TEXT, tenant_name TEXT,
    target TEXT, address TEXT, actor TEXT NOT NULL, details TEXT NOT NULL
  );
  CREATE INDEX audit_by_tenant ON audit (tenant);
  CREATE INDEX audit_by_action ON audit (action);

  -- Whoever has an answer about tenants, credentials or keys learns here that it may be no longer true. That one was
  -- used changes nothing, and a key that is added was not asked for before.
  CREATE TRIGGER keys_changed AFTER UPDATE ON keys BEGIN ${COUNT_ACCOUNTS}; END;
  CREATE TRIGGER keys_removed AFTER DELETE ON keys BEGIN ${COUNT_ACCOUNTS}; END;
  CREATE TRIGGER credentials_added AFTER INSERT ON credentials WHEN new.issuer IS NOT NULL BEGIN ${COUNT_ACCOUNTS}; END;
  CREATE TRIGGER credentials_changed
    AFTER UPDATE OF tenant, kind, name, scopes, expires, revoked, identifier, token_lifetime, issuer, trust ON credentials
    BEGIN ${COUNT_ACCOUNTS}; END;
  CREATE TRIGGER credentials_removed AFTER DELETE ON credentials BEGIN ${COUNT_ACCOUNTS}; END;
  CREATE TRIGGER tenants_changed AFTER UPDATE ON tenants BEGIN ${COUNT_ACCOUNTS}; END;
  CREATE TRIGGER tenants_removed AFTER DELETE ON tenants BEGIN ${COUNT_ACCOUNTS}; END;
  INSERT INTO counters (tenant, name, value) VALUES ('', 'accounts', 0);
  `,
  `
  -- argon2id. Behind the big columns, since it is read alone: most have none, and no other write pays for it.
  ALTER TABLE resources ADD COLUMN password_hash TEXT;

  -- How far each consumer has got in a tenant's history. ahead, trouble: JSON. owner, until: who works on it.
  CREATE TABLE deliveries (
    consumer TEXT NOT NULL, tenant TEXT NOT NULL, position INTEGER NOT NULL, parts INTEGER NOT NULL, owner TEXT,
    until TEXT, ahead TEXT NOT NULL, trouble TEXT,
    PRIMARY KEY (consumer, tenant)
  ) WITHOUT ROWID;
  CREATE INDEX deliveries_by_tenant ON deliveries (tenant);
  CREATE TABLE dead_letters (
    tenant TEXT NOT NULL, sequence INTEGER NOT NULL, part INTEGER NOT NULL, consumer TEXT NOT NULL, event TEXT NOT NULL,
    attempts INTEGER NOT NULL, error TEXT NOT NULL, time TEXT NOT NULL,
    PRIMARY KEY (tenant, sequence, part, consumer)
  ) WITHOUT ROWID;
  CREATE INDEX dead_letters_by_consumer ON dead_letters (consumer, tenant, sequence, part);
  -- body: JSON.
  CREATE TABLE receivers (id TEXT PRIMARY KEY, tenant TEXT NOT NULL, body TEXT NOT NULL);
  CREATE INDEX receivers_by_tenant ON receivers (tenant);
  `,
];

/**
 * Brings the file to the present schema. Safe when several processes open it at once: the loser of the race for the
 * write lock finds the work done.
 * @throws UnsuitableDatabase
 */
export function migrate(database: Database): void {
  if (schemaVersion(database) === MIGRATIONS.length) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const step of MIGRATIONS.slice(schemaVersion(database))) database.exec(step);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length}`);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

function schemaVersion(database: Database): number {
  const version = pragma(database, 'user_version');
  const isOurs = pragma(database, 'application_id') === APPLICATION_ID;
  if (!isOurs && (version !== 0 || !isEmpty(database))) {
    throw new UnsuitableDatabase('the file is an SQLite database of another program');
  }
  if (version > MIGRATIONS.length) {
    throw new UnsuitableDatabase(
      `the file has schema version ${version}, this release knows ${MIGRATIONS.length}: use the release that wrote it, or a newer one`,
    );
  }
  return version;
}

function pragma(database: Database, name: 'user_version' | 'application_id'): number {
  const row = database.prepare<Record<string, number>>(`PRAGMA ${name}`).get();
  return row?.[name] as number;
}

function isEmpty(database: Database): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
}
