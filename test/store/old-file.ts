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
  `
  ALTER TABLE tenants ADD COLUMN disabled TEXT;
  ALTER TABLE tenants ADD COLUMN settings TEXT NOT NULL DEFAULT '{"allowsBasic":false}';
  CREATE TABLE removed_tenants (id TEXT PRIMARY KEY, removed TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP) WITHOUT ROWID;
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
  CREATE TABLE activity (
    sequence INTEGER PRIMARY KEY, tenant TEXT NOT NULL, outcome TEXT NOT NULL, time TEXT NOT NULL, method TEXT NOT NULL,
    status INTEGER NOT NULL, milliseconds REAL NOT NULL, credential TEXT, resource TEXT, request_id TEXT NOT NULL,
    resource_type TEXT, credential_name TEXT, address TEXT, agent TEXT, path TEXT NOT NULL, rules TEXT, refusal TEXT
  );
  CREATE INDEX activity_by_tenant ON activity (tenant);
  CREATE INDEX activity_not_done ON activity (tenant, outcome) WHERE outcome <> 'done';
  CREATE TABLE traffic (
    tenant TEXT NOT NULL, hour TEXT NOT NULL, requests INTEGER NOT NULL, refused INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    PRIMARY KEY (tenant, hour)
  ) WITHOUT ROWID;
  CREATE INDEX traffic_by_hour ON traffic (hour);
  CREATE TABLE last_requests (tenant TEXT PRIMARY KEY, time TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY, time TEXT NOT NULL, action TEXT NOT NULL, tenant TEXT, tenant_name TEXT,
    target TEXT, address TEXT, actor TEXT NOT NULL, details TEXT NOT NULL
  );
  CREATE INDEX audit_by_tenant ON audit (tenant);
  CREATE INDEX audit_by_action ON audit (action);
  CREATE TRIGGER keys_changed AFTER UPDATE ON keys BEGIN UPDATE counters SET value = value + 1 WHERE tenant = '' AND name = 'accounts'; END;
  CREATE TRIGGER keys_removed AFTER DELETE ON keys BEGIN UPDATE counters SET value = value + 1 WHERE tenant = '' AND name = 'accounts'; END;
  CREATE TRIGGER credentials_added AFTER INSERT ON credentials WHEN new.issuer IS NOT NULL BEGIN UPDATE counters SET value = value + 1 WHERE tenant = '' AND name = 'accounts'; END;
  CREATE TRIGGER credentials_changed
    AFTER UPDATE OF tenant, kind, name, scopes, expires, revoked, identifier, token_lifetime, issuer, trust ON credentials
    BEGIN UPDATE counters SET value = value + 1 WHERE tenant = '' AND name = 'accounts'; END;
  CREATE TRIGGER credentials_removed AFTER DELETE ON credentials BEGIN UPDATE counters SET value = value + 1 WHERE tenant = '' AND name = 'accounts'; END;
  CREATE TRIGGER tenants_changed AFTER UPDATE ON tenants BEGIN UPDATE counters SET value = value + 1 WHERE tenant = '' AND name = 'accounts'; END;
  CREATE TRIGGER tenants_removed AFTER DELETE ON tenants BEGIN UPDATE counters SET value = value + 1 WHERE tenant = '' AND name = 'accounts'; END;
  INSERT INTO counters (tenant, name, value) VALUES ('', 'accounts', 0);
  `,
];

/**
 * A file of a schema version, in which `fill` has written.
 * @param version 1 to 3.
 */
export function makeOldFile(path: string, version: number, fill: (database: Database) => void): void {
  const database = openDatabase(path, 100);
  for (const step of STEPS.slice(0, version)) database.exec(step);
  database.exec(`PRAGMA application_id = ${0x5343494d}; PRAGMA user_version = ${version}; PRAGMA journal_mode = WAL`);
  fill(database);
  database.close();
}
