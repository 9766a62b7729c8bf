/** How each kind of row is found and written when a file is moved: a statement for each, and what becomes of a row. */
import { fold } from '../../scim/fold.js';
import type { JsonObject } from '../../scim/json.js';
import type { AuditRecord, TrafficHour } from '../store.js';
import { type MovedEdge, type MovedResource, NOTE, type Rows, type Secret } from '../transfer.js';
import { KEY_COLUMNS, type KeyRow, toKey } from './account-rows.js';
import { CHANGE_COLUMNS, type ChangeRow, toChange } from './changes.js';
import {
  changeable,
  columnsOf,
  DELIVERY_COLUMNS,
  type DeliveryRow,
  LETTER_COLUMNS,
  type LetterRow,
  toDelivery,
} from './deliveries.js';
import type { Database, SqlValue, Statement } from './driver.js';
import { type AuditRow, toAuditRecord } from './records.js';
import { optional, type ResourceRow, toResource } from './rows.js';

/** What is the same for each kind: a statement that finds, one that adds, and what becomes of a row. */
export interface Table<Found, Row> {
  readonly find: Statement<Found>;
  /** Values that say where a page begins, from the place of the last row. */
  readonly from: (after: string | undefined) => readonly SqlValue[];
  readonly place: (found: Found) => string;
  readonly toRow: (found: Found, tenant: string) => Row;
  readonly add: (tenant: string, row: Row) => void;
}

const fromNumber = (after: string | undefined): SqlValue[] => [Number(after ?? 0)];
const fromText = (after: string | undefined): SqlValue[] => [after ?? ''];
/** Several values, as JSON. */
const fromValues =
  (...start: SqlValue[]) =>
  (after: string | undefined): SqlValue[] =>
    after ? (JSON.parse(after) as SqlValue[]) : start;

interface MovedRow extends ResourceRow {
  rid: number;
  display: string | null;
  lookups: string;
  form: string;
  password_hash: string | null;
}

export function resources(reader: Database, writer: Database): Table<MovedRow, MovedResource> {
  const add = writer.prepare(`
    INSERT OR IGNORE INTO resources
      (tenant, type, id, version, created, last_modified, display, folded_display, lookups, document, form,
       password_hash)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, jsonb(?11), ?12)`);
  const addLookup = writer.prepare(
    'INSERT OR IGNORE INTO lookups (tenant, type, path, value, rid) VALUES (?1, ?2, ?3, ?4, ?5)',
  );
  return {
    find: reader.prepare(`
      SELECT rid, type, id, version, created, last_modified, document, display, lookups, json(form) AS form,
        password_hash
      FROM resources WHERE tenant = ?1 AND (type, rid) > (?3, ?4) ORDER BY type, rid LIMIT ?2`),
    from: fromValues('', 0),
    place: ({ type, rid }) => JSON.stringify([type, rid]),
    toRow: (row, tenant) => ({
      resource: toResource(tenant, row),
      form: JSON.parse(row.form) as JsonObject,
      display: optional(row.display),
      lookups: JSON.parse(row.lookups) as [string, string][],
      passwordHash: optional(row.password_hash),
    }),
    add(tenant, { resource, form, display, lookups, passwordHash = undefined }) {
      const { key, version, created, lastModified, document } = resource;
      const folded = display === undefined ? null : fold(display);
      const texts = [JSON.stringify(lookups), JSON.stringify(document), JSON.stringify(form), passwordHash ?? null];
      const times = [version, created, lastModified] as const;
      const { changes, rid } = add.run(tenant, key.type, key.id, ...times, display ?? null, folded, ...texts);
      if (changes === 0) return;
      for (const lookup of lookups) addLookup.run(tenant, key.type, ...lookup, rid);
    },
  };
}

export function edges(reader: Database, writer: Database): Table<MovedEdge, MovedEdge> {
  const add = writer.prepare('INSERT OR IGNORE INTO edges (tenant, group_id, member_id) VALUES (?1, ?2, ?3)');
  return {
    find: reader.prepare(`
      SELECT group_id AS "group", member_id AS member FROM edges
      WHERE tenant = ?1 AND (group_id, member_id) > (?3, ?4) ORDER BY group_id, member_id LIMIT ?2`),
    from: fromValues('', ''),
    place: ({ group, member }) => JSON.stringify([group, member]),
    toRow: ({ group, member }) => ({ group, member }),
    add: (tenant, { group, member }) => void add.run(tenant, group, member),
  };
}

export function changes(reader: Database, writer: Database): Table<ChangeRow, Rows['changes']> {
  const add = writer.prepare(`
    INSERT OR IGNORE INTO changes
      (tenant, sequence, type, id, version, operation, time, request_id, actor, added, removed, difference)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)`);
  return {
    find: reader.prepare(
      `SELECT ${CHANGE_COLUMNS} FROM changes WHERE tenant = ?1 AND sequence > ?3 ORDER BY sequence LIMIT ?2`,
    ),
    from: fromNumber,
    place: ({ sequence }) => String(sequence),
    toRow: (row, tenant) => toChange(tenant, row),
    add(tenant, { sequence, key, version, operation, time, requestId, actor, added, removed, difference }) {
      const who = JSON.stringify([actor.credential, actor.name, actor.address ?? null]);
      const texts = [who, JSON.stringify(added), JSON.stringify(removed), JSON.stringify(difference)];
      add.run(tenant, sequence, key.type, key.id, version, operation, time, requestId, ...texts);
    },
  };
}

export function accessKeys(reader: Database, writer: Database): Table<KeyRow, Rows['accessKeys']> {
  const add = writer.prepare(`
    INSERT OR IGNORE INTO keys (id, credential, kind, hash, created, expires, scopes, hint)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`);
  return {
    find: reader.prepare(`
      SELECT ${KEY_COLUMNS} FROM credentials c CROSS JOIN keys k ON k.credential = c.id AND k.kind = 'access'
      WHERE c.tenant = ?1 AND k.hash > ?3 ORDER BY k.hash LIMIT ?2`),
    from: fromText,
    place: ({ key_hash }) => key_hash,
    toRow: toKey,
    add(_, { id, credential, kind, hash, created, expires, scopes, hint }) {
      const scopesText = scopes === undefined ? null : JSON.stringify(scopes);
      add.run(id, credential, kind, hash, created, expires ?? null, scopesText, hint ?? null);
    },
  };
}

export function traffic(reader: Database, writer: Database): Table<TrafficHour, TrafficHour> {
  const add = writer.prepare(
    'INSERT OR IGNORE INTO traffic (tenant, hour, requests, refused, failed) VALUES (?1, ?2, ?3, ?4, ?5)',
  );
  return {
    find: reader.prepare(`
      SELECT tenant, hour, requests, refused, failed FROM traffic
      WHERE tenant = ?1 AND hour > ?3 ORDER BY hour LIMIT ?2`),
    from: fromText,
    place: ({ hour }) => hour,
    toRow: (row) => row,
    add: (tenant, { hour, requests, refused, failed }) => void add.run(tenant, hour, requests, refused, failed),
  };
}

export function lastRequests(reader: Database, writer: Database): Table<{ time: string }, Rows['lastRequests']> {
  const add = writer.prepare('INSERT OR IGNORE INTO last_requests (tenant, time) VALUES (?1, ?2)');
  return {
    find: reader.prepare('SELECT time FROM last_requests WHERE tenant = ?1 AND time > ?3 LIMIT ?2'),
    from: fromText,
    place: ({ time }) => time,
    toRow: ({ time }) => ({ time }),
    add: (tenant, { time }) => void add.run(tenant, time),
  };
}

export function deliveries(reader: Database, writer: Database): Table<DeliveryRow, Rows['deliveries']> {
  const add = writer.prepare(`
    INSERT OR IGNORE INTO deliveries (consumer, tenant, position, parts, ahead, trouble) VALUES (?1, ?2, ?3, ?4, ?5, ?6)`);
  return {
    find: reader.prepare(
      `SELECT ${DELIVERY_COLUMNS} FROM deliveries WHERE tenant = ?1 AND consumer > ?3 ORDER BY consumer LIMIT ?2`,
    ),
    from: fromText,
    place: ({ consumer }) => consumer,
    toRow: toDelivery,
    add: (tenant, delivery) => void add.run(delivery.consumer, tenant, ...changeable(delivery)),
  };
}

export function deadLetters(reader: Database, writer: Database): Table<LetterRow, Rows['deadLetters']> {
  const add = writer.prepare(`
    INSERT OR IGNORE INTO dead_letters (${LETTER_COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`);
  return {
    find: reader.prepare(`
      SELECT ${LETTER_COLUMNS} FROM dead_letters WHERE tenant = ?1 AND (sequence, part, consumer) > (?3, ?4, ?5)
      ORDER BY sequence, part, consumer LIMIT ?2`),
    from: fromValues(-1, 0, ''),
    place: ({ sequence, part, consumer }) => JSON.stringify([sequence, part, consumer]),
    toRow: (row) => ({ ...row }),
    add: (tenant, letter) => void add.run(...columnsOf({ ...letter, tenant })),
  };
}

export function secrets(reader: Database, writer: Database): Table<Secret, Secret> {
  const add = writer.prepare('INSERT OR IGNORE INTO secrets (name, value) VALUES (?1, ?2)');
  return {
    // They belong to no tenant.
    find: reader.prepare(
      `SELECT name, value FROM secrets WHERE ?1 = '' AND name > ?3 AND name <> '${NOTE}' ORDER BY name LIMIT ?2`,
    ),
    from: fromText,
    place: ({ name }) => name,
    toRow: ({ name, value }) => ({ name, value }),
    add: (_, { name, value }) => void add.run(name, value),
  };
}

export function audit(reader: Database, writer: Database): Table<AuditRow, AuditRecord> {
  const columns = 'sequence, time, action, tenant, tenant_name, target, address, actor, details';
  const add = writer.prepare(`INSERT OR IGNORE INTO audit (${columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)`);
  return {
    find: reader.prepare(`SELECT ${columns} FROM audit WHERE ?1 = '' AND sequence > ?3 ORDER BY sequence LIMIT ?2`),
    from: fromNumber,
    place: ({ sequence }) => String(sequence),
    toRow: toAuditRecord,
    add(_, { sequence, time, action, tenant, target, address, actor, details }) {
      const about = [tenant?.id ?? null, tenant?.name ?? null, target ?? null, address ?? null];
      const who = JSON.stringify([actor.kind, actor.id ?? null, actor.name]);
      add.run(sequence, time, action, ...about, who, JSON.stringify(details));
    },
  };
}
