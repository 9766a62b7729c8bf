/** The subject's statements, word for word; statements.ts compares them with what the subject really runs. */

const RESOURCE = 'r.type, r.id, r.version, r.created, r.last_modified, r.document';

export const CREDENTIAL = `
  SELECT k.id AS key_id, k.credential AS key_credential, k.kind AS key_kind, k.hash AS key_hash, k.scopes AS key_scopes,
    k.created AS key_created, k.expires AS key_expires, k.hint AS key_hint,
    c.id, c.tenant, c.kind, c.name, c.scopes, c.created, c.created_by, c.expires, c.revoked, c.last_used,
    c.last_address, c.identifier, c.token_lifetime, c.trust, c.user,
    t.id AS tenant_id, t.name AS tenant_name, t.profile AS tenant_profile, t.created AS tenant_created,
    t.disabled AS tenant_disabled, t.settings AS tenant_settings
  FROM keys k CROSS JOIN credentials c ON c.id = k.credential CROSS JOIN tenants t ON t.id = c.tenant
  WHERE k.hash = ?1 AND k.kind IN ('bearer', 'access')`;

export const ADD_ACTIVITY = `
  INSERT INTO activity (sequence, tenant, outcome, time, method, status, milliseconds, credential, resource,
    request_id, resource_type, credential_name, address, agent, path, rules, refusal)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)`;

export const DATA_VERSION = 'PRAGMA data_version';

export const ACCOUNTS = `SELECT value FROM counters WHERE tenant = '' AND name = 'accounts'`;

export const GET = `SELECT ${RESOURCE} FROM resources r WHERE r.tenant = ?1 AND r.id = ?2 AND r.type = ?3`;

export const SEARCH = `
  SELECT ${RESOURCE} FROM resources r
  WHERE r.tenant = ? AND r.type = ?
    AND r.rid IN (SELECT rid FROM lookups WHERE tenant = ? AND type = ? AND path = ? AND value = ?)
  ORDER BY r.rid LIMIT ? OFFSET ?`;

export const MEMBERSHIPS = `
  WITH RECURSIVE above (member, id) AS (
    SELECT s.value, e.group_id FROM json_each(?2) s CROSS JOIN edges e ON e.tenant = ?1 AND e.member_id = s.value
    UNION
    SELECT a.member, e.group_id FROM above a CROSS JOIN edges e ON e.tenant = ?1 AND e.member_id = a.id
  )
  SELECT a.member, a.id, g.type, g.display,
    EXISTS (SELECT 1 FROM edges d WHERE d.tenant = ?1 AND d.group_id = a.id AND d.member_id = a.member) AS direct
  FROM above a CROSS JOIN resources g ON g.tenant = ?1 AND g.id = a.id
  ORDER BY a.member, direct DESC, a.id`;

export const CONTAINERS = `
  SELECT ${RESOURCE} FROM edges e CROSS JOIN resources r ON r.tenant = ?1 AND r.id = e.group_id
  WHERE e.tenant = ?1 AND e.member_id = ?2 ORDER BY e.group_id`;

export const PRESENT_EDGES = `
  SELECT e.member_id AS id FROM edges e
  WHERE e.tenant = ?1 AND e.group_id = ?2 AND e.member_id IN (SELECT value FROM json_each(?3))
    AND +EXISTS (SELECT 1 FROM resources g WHERE g.tenant = ?1 AND g.id = ?2 AND g.type = ?4)`;

export const FIND = 'SELECT rid, type, version, lookups FROM resources WHERE tenant = ?1 AND id = ?2';

export const HOLDERS = 'SELECT rid FROM lookups WHERE tenant = ?1 AND type = ?2 AND path = ?3 AND value = ?4';

export const UNSUITABLE = `
  SELECT j.value AS id FROM json_each(?2) j
  WHERE NOT EXISTS (
    SELECT 1 FROM resources r
    WHERE r.tenant = ?1 AND r.id = j.value AND r.type IN (SELECT value FROM json_each(?3))
  )`;

export const MEMBERS_OF = 'SELECT group_id FROM edges WHERE tenant = ?1 AND member_id = ?2';

export const COUNT = `
  INSERT INTO counters (tenant, name, value) VALUES (?1, ?2, ?3)
  ON CONFLICT (tenant, name) DO UPDATE SET value = value + excluded.value
  RETURNING value`;

export const INSERT = `
  INSERT INTO resources
    (tenant, type, id, version, created, last_modified, display, folded_display, lookups, document, form)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, jsonb(?11))`;

export const UPDATE = `
  UPDATE resources SET version = ?2, created = ?3, last_modified = ?4, display = ?5, folded_display = ?6,
    lookups = ?7, document = ?8, form = jsonb(?9)
  WHERE rid = ?1`;

export const REMOVE = 'DELETE FROM resources WHERE rid = ?1';

export const ADD_LOOKUP = 'INSERT OR IGNORE INTO lookups (tenant, type, path, value, rid) VALUES (?1, ?2, ?3, ?4, ?5)';

export const REMOVE_LOOKUP =
  'DELETE FROM lookups WHERE tenant = ?1 AND type = ?2 AND path = ?3 AND value = ?4 AND rid = ?5';

export const ADD_EDGES =
  'INSERT OR IGNORE INTO edges (tenant, group_id, member_id) SELECT ?1, ?2, value FROM json_each(?3) ORDER BY value';

export const REMOVE_EDGES =
  'DELETE FROM edges WHERE tenant = ?1 AND group_id = ?2 AND member_id IN (SELECT value FROM json_each(?3))';

export const REMOVE_GROUP = 'DELETE FROM edges WHERE tenant = ?1 AND group_id = ?2';

export const ADD_CHANGE = `
  INSERT INTO changes (tenant, sequence, type, id, version, operation, time, request_id, actor, added, removed, difference)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)`;

/** As the subject sets its two connections. */
export const WRITER_SETTINGS = 'PRAGMA synchronous = FULL; PRAGMA busy_timeout = 0; PRAGMA cache_size = -32768';
export const READER_SETTINGS = 'PRAGMA query_only = ON; PRAGMA cache_size = -32768';
