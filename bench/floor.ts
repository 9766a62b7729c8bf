/**
 * The floor: Express 5 and the subject's SQLite statements on the subject's tables, and no SCIM. Nothing is validated,
 * no filter is parsed, documents are answered as the text that they are stored as, nothing is logged. Requests are
 * recorded as the subject records them.
 * `tsx bench/floor.ts group|each FILE PORT`; the file is one that the subject has made.
 */
import { hash, randomUUID } from 'node:crypto';
import { DatabaseSync } from '@photostructure/sqlite';
import express, { type Request, type Response } from 'express';
import * as text from './floor-statements.js';

type Row = Record<string, string | number | null>;
type Document = Record<string, unknown>;
type Lookup = readonly [path: string, value: string];

/** What a write has come to: told when it is durable. */
interface Outcome {
  readonly status: number;
  readonly body?: string;
  readonly id?: string;
}

/** A resource as its row has it. */
interface Found {
  readonly rid: number;
  readonly version: number;
  readonly lookups: readonly Lookup[];
}

const [mode = 'group', file = '', port = '0'] = process.argv.slice(2);

const writer = new DatabaseSync(file);
writer.exec(text.WRITER_SETTINGS);
const reader = new DatabaseSync(file);
reader.exec(text.READER_SETTINGS);

const credentialBy = reader.prepare(text.CREDENTIAL);
const dataVersion = reader.prepare(text.DATA_VERSION);
const accounts = reader.prepare(text.ACCOUNTS);
const searching = reader.prepare(text.SEARCH);
const memberships = reader.prepare(text.MEMBERSHIPS);
const begin = writer.prepare('BEGIN IMMEDIATE');
const commit = writer.prepare('COMMIT');
/** Reads that see the open transaction when they are made by the writer. */
const committed = readsOf(reader);
const uncommitted = readsOf(writer);
const write = {
  find: writer.prepare(text.FIND),
  holders: writer.prepare(text.HOLDERS),
  unsuitable: writer.prepare(text.UNSUITABLE),
  membersOf: writer.prepare(text.MEMBERS_OF),
  count: writer.prepare(text.COUNT),
  insert: writer.prepare(text.INSERT),
  update: writer.prepare(text.UPDATE),
  remove: writer.prepare(text.REMOVE),
  addLookup: writer.prepare(text.ADD_LOOKUP),
  removeLookup: writer.prepare(text.REMOVE_LOOKUP),
  addEdges: writer.prepare(text.ADD_EDGES),
  removeEdges: writer.prepare(text.REMOVE_EDGES),
  removeGroup: writer.prepare(text.REMOVE_GROUP),
  addChange: writer.prepare(text.ADD_CHANGE),
  addActivity: writer.prepare(text.ADD_ACTIVITY),
};

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const EMPTY = '[]';
const MEMBER_TYPES = '["User","Group"]';
/** As long as the subject's. */
const REQUEST_ID = '00000000-0000-4000-8000-000000000000';
const ACTOR = JSON.stringify([REQUEST_ID, 'first start', '127.0.0.1']);

function readsOf(database: InstanceType<typeof DatabaseSync>) {
  return {
    get: database.prepare(text.GET),
    containers: database.prepare(text.CONTAINERS),
    presentEdges: database.prepare(text.PRESENT_EDGES),
  };
}

/** Those who wait for the open transaction. */
let waiting: [response: Response, outcome: Outcome][] | undefined;

function latest(): ReturnType<typeof readsOf> {
  return waiting ? uncommitted : committed;
}

/** Does the work in a transaction and answers when it is durable. */
function durably(response: Response, work: () => Outcome): void {
  if (mode === 'each') {
    begin.run();
    const outcome = work();
    commit.run();
    answer(response, outcome);
    return;
  }
  if (!waiting) {
    begin.run();
    waiting = [];
    setImmediate(flush);
  }
  waiting.push([response, work()]);
}

function flush(): void {
  const answers = waiting ?? [];
  commit.run();
  waiting = undefined;
  for (const [response, outcome] of answers) answer(response, outcome);
}

function answer(response: Response, { status, body, id }: Outcome): void {
  const { tenant } = response.locals;
  if (body !== undefined && id !== undefined) {
    memberships.all(tenant, JSON.stringify([id]));
    response.setHeader('Location', `/scim/v2/Users/${id}`);
  }
  send(response, status, body);
}

function send(response: Response, status: number, body: string | undefined): void {
  response.statusCode = status;
  if (body === undefined) {
    response.end();
    return;
  }
  response.setHeader('Content-Type', 'application/scim+json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.end(body);
}

/** Tenants by the hash of a token, as of a version of the file. */
const remembered = new Map<string, string>();
let versionThen: unknown;
let countThen: unknown;

function tenantOf(hash: string): string | undefined {
  const version = (dataVersion.get() as Row).data_version;
  if (version !== versionThen) {
    const count = (accounts.get() as Row).value;
    if (count !== countThen) remembered.clear();
    countThen = count;
  }
  versionThen = version;
  const known = remembered.get(hash);
  if (known !== undefined) return known;
  const row = credentialBy.get(hash) as Row | undefined;
  if (row) remembered.set(hash, row.tenant as string);
  return row?.tenant as string | undefined;
}

function authenticate(request: Request, response: Response, next: () => void): void {
  const token = request.headers.authorization?.slice('Bearer '.length) ?? '';
  const tenant = tenantOf(hash('sha256', token));
  if (tenant === undefined) {
    send(response, 401, '{}');
    return;
  }
  response.locals.tenant = tenant;
  const started = performance.now();
  response.on('close', () => note(request, response, performance.now() - started));
  next();
}

type Entry = (string | number | null)[];

/** ms between two writes of what was requested, and entries per transaction; as the subject has them. */
const INTERVAL = 500;
const CHUNK = 500;
const entries: Entry[] = [];

function note({ method, originalUrl, socket, headers }: Request, response: Response, milliseconds: number): void {
  const { tenant } = response.locals;
  const status = response.statusCode;
  const path = originalUrl.split('?', 1)[0] as string;
  const [, , , type = '', id = ''] = path.split('/');
  const outcome = status < 400 ? 'done' : 'refused';
  const head = [tenant as string, outcome, new Date().toISOString(), method, status, milliseconds];
  const who = [REQUEST_ID, id, REQUEST_ID, type, 'first start', socket.remoteAddress ?? null];
  entries.push([...head, ...who, headers['user-agent'] ?? null, path, null, null]);
}

function writeEntries(): void {
  const chunk = entries.splice(0, CHUNK);
  if (chunk.length === 0) return;
  const isOpen = waiting !== undefined;
  if (!isOpen) begin.run();
  const last = (write.count.get('', 'activity', chunk.length) as Row).value as number;
  for (const [i, entry] of chunk.entries()) write.addActivity.run(last - chunk.length + 1 + i, ...entry);
  if (!isOpen) commit.run();
  setImmediate(writeEntries);
}

if (process.env.SCIM_TARGET_ACTIVITY_DAYS !== '0') setInterval(writeEntries, INTERVAL);

function typeOf({ params }: Request): string {
  return (params.endpoint as string).slice(0, -1);
}

function search(request: Request, response: Response): void {
  const { tenant } = response.locals;
  const type = typeOf(request);
  const query = decodeURIComponent(request.url);
  const [, path = '', value = ''] = /filter=(\S+) eq "([^"]*)"/.exec(query) ?? [];
  const rows = searching.all(tenant, type, tenant, type, path, value.toLowerCase(), 100, 0) as Row[];
  if (rows.length > 0) memberships.all(tenant, JSON.stringify(rows.map((row) => row.id)));
  const documents = rows.map((row) => row.document).join(',');
  send(response, 200, `{"totalResults":${rows.length},"Resources":[${documents}]}`);
}

function get(request: Request, response: Response): void {
  const { tenant } = response.locals;
  const id = request.params.id as string;
  const row = committed.get.get(tenant, id, typeOf(request)) as Row | undefined;
  if (row) memberships.all(tenant, JSON.stringify([id]));
  send(response, row ? 200 : 404, row ? (row.document as string) : '{}');
}

/** The values that users are found by. */
function lookupsOf(user: Document): Lookup[] {
  const email = (user.emails as { value?: string }[] | undefined)?.[0]?.value;
  const number = (user[ENTERPRISE] as { employeeNumber?: string } | undefined)?.employeeNumber;
  return [
    ['userName', (user.userName as string).toLowerCase()],
    ['externalId', user.externalId as string],
    ['displayName', (user.displayName as string).toLowerCase()],
    ['emails.value', (email ?? '').toLowerCase()],
    [`${ENTERPRISE}:employeeNumber`, (number ?? '').toLowerCase()],
  ];
}

function create(request: Request, response: Response): void {
  const user = request.body as Document;
  const tenant = response.locals.tenant as string;
  const id = randomUUID();
  durably(response, () => {
    const lookups = lookupsOf(user);
    write.find.get(tenant, id);
    if (write.holders.all(tenant, 'User', ...(lookups[0] as Lookup)).length > 0) return { status: 409 };
    const time = new Date().toISOString();
    const document = JSON.stringify(user);
    const sequence = nextSequence(tenant, 1);
    const { lastInsertRowid: rid } = write.insert.run(tenant, 'User', id, 1, time, time, ...columns(user, lookups));
    write.count.get(tenant, 'resources:User', 1);
    for (const lookup of lookups) write.addLookup.run(tenant, 'User', ...lookup, rid);
    write.addChange.run(tenant, sequence, 'User', id, 1, 'create', time, REQUEST_ID, ACTOR, EMPTY, EMPTY, document);
    return { status: 201, body: document, id };
  });
}

/** display, folded_display, lookups, document, form */
function columns(resource: Document, lookups: readonly Lookup[]): [string, string, string, string, string] {
  const document = JSON.stringify(resource);
  const display = resource.displayName as string;
  return [display, display.toLowerCase(), JSON.stringify(lookups), document, document];
}

/** The last of `count` new numbers. */
function nextSequence(tenant: string, count: number): number {
  return (write.count.get(tenant, 'changes', count) as { value: number }).value;
}

function find(tenant: string, id: string): Found {
  const row = write.find.get(tenant, id) as Row;
  return {
    rid: row.rid as number,
    version: row.version as number,
    lookups: JSON.parse(row.lookups as string) as Lookup[],
  };
}

function patch(request: Request, response: Response): void {
  const { tenant } = response.locals;
  const id = request.params.id as string;
  const type = typeOf(request);
  const row = latest().get.get(tenant, id, type) as Row | undefined;
  if (!row) send(response, 404, '{}');
  else if (type === 'Group') patchGroup(request, response, row);
  else patchUser(request, response, row);
}

function patchUser(request: Request, response: Response, row: Row): void {
  const tenant = response.locals.tenant as string;
  const id = row.id as string;
  const user = JSON.parse(row.document as string) as Document;
  const operations = (request.body as { Operations: { path: string; value: unknown }[] }).Operations;
  for (const { path, value } of operations) assign(user, path, value);
  durably(response, () => {
    const { rid, version, lookups } = find(tenant, id);
    const time = new Date().toISOString();
    const sequence = nextSequence(tenant, 1);
    const now = lookupsOf(user);
    const values = columns(user, now);
    write.update.run(rid, version + 1, row.created as string, time, ...values);
    const had = new Set(lookups.map(String));
    const has = new Set(now.map(String));
    for (const lookup of lookups) if (!has.has(String(lookup))) write.removeLookup.run(tenant, 'User', ...lookup, rid);
    for (const lookup of now) if (!had.has(String(lookup))) write.addLookup.run(tenant, 'User', ...lookup, rid);
    const difference = JSON.stringify(operations);
    const record = [version + 1, 'patch', time, REQUEST_ID, ACTOR, EMPTY, EMPTY, difference] as const;
    write.addChange.run(tenant, sequence, 'User', id, ...record);
    return { status: 200, body: values[3], id };
  });
}

/** `a`, `a.b`, `a[type eq "x"].b` or `urn:…:User:a`, where everything but the last step is there. */
function assign(user: Document, path: string, value: unknown): void {
  const [, list, type, inner] = /^(\w+)\[type eq "(\w+)"\]\.(\w+)$/.exec(path) ?? [];
  if (list && inner) {
    const element = (user[list] as Document[]).find((candidate) => candidate.type === type);
    if (element) element[inner] = value;
  } else if (path.startsWith(ENTERPRISE)) {
    (user[ENTERPRISE] as Document)[path.slice(ENTERPRISE.length + 1)] = value;
  } else {
    const [first = '', second] = path.split('.');
    if (second) (user[first] as Document)[second] = value;
    else user[first] = path === 'active' ? value === 'True' : value;
  }
}

function patchGroup(request: Request, response: Response, row: Row): void {
  const tenant = response.locals.tenant as string;
  const id = row.id as string;
  const [operation] = (request.body as { Operations: { op: string; value: { value: string }[] }[] }).Operations;
  const members = JSON.stringify(operation?.value.map(({ value }) => value));
  latest().presentEdges.all(tenant, id, members, 'Group');
  durably(response, () => {
    const found = find(tenant, id);
    const isAdding = operation?.op === 'Add';
    if (isAdding && write.unsuitable.all(tenant, members, MEMBER_TYPES).length > 0) return { status: 400 };
    const sequence = nextSequence(tenant, 1);
    touchGroup(tenant, row, found, sequence, isAdding ? [members, EMPTY] : [EMPTY, members]);
    return { status: 204 };
  });
}

/** Writes a group whose members change. */
function touchGroup(
  tenant: string,
  row: Row,
  { rid, version, lookups }: Found,
  sequence: number,
  [added, removed]: readonly [added: string, removed: string],
): void {
  const id = row.id as string;
  const time = new Date().toISOString();
  const document = row.document as string;
  const display = /"displayName":"([^"]*)"/.exec(document)?.[1] ?? '';
  const values = [display, display.toLowerCase(), JSON.stringify(lookups), document, document] as const;
  write.update.run(rid, version + 1, row.created as string, time, ...values);
  if (added !== EMPTY) write.addEdges.run(tenant, id, added);
  if (removed !== EMPTY) write.removeEdges.run(tenant, id, removed);
  const record = [version + 1, 'patch', time, REQUEST_ID, ACTOR, added, removed, EMPTY] as const;
  write.addChange.run(tenant, sequence, 'Group', id, ...record);
}

function remove(request: Request, response: Response): void {
  const { tenant } = response.locals;
  const id = request.params.id as string;
  const row = latest().get.get(tenant, id, typeOf(request)) as Row | undefined;
  if (!row) {
    send(response, 404, '{}');
    return;
  }
  const groups = latest().containers.all(tenant, id) as Row[];
  durably(response, () => {
    const found = groups.map((group) => find(tenant, group.id as string));
    const { rid, version, lookups } = find(tenant, id);
    write.membersOf.all(tenant, id);
    const last = nextSequence(tenant, groups.length + 1);
    for (const [i, group] of groups.entries()) {
      touchGroup(tenant, group, found[i] as Found, last - groups.length + i, [EMPTY, JSON.stringify([id])]);
    }
    for (const lookup of lookups) write.removeLookup.run(tenant, 'User', ...lookup, rid);
    write.removeGroup.run(tenant, id);
    write.remove.run(rid);
    write.count.get(tenant, 'resources:User', -1);
    const time = new Date().toISOString();
    const record = [version, 'delete', time, REQUEST_ID, ACTOR, EMPTY, EMPTY, row.document as string] as const;
    write.addChange.run(tenant, last, 'User', id, ...record);
    return { status: 204 };
  });
}

const app = express();
app.disable('x-powered-by');
app.disable('etag');
app.get('/readyz', (_request, response) => send(response, 200, '{}'));
app.use(authenticate);
const body = express.json({ type: () => true, limit: '2mb' });
app.get('/scim/v2/:endpoint', search);
app.get('/scim/v2/:endpoint/:id', get);
app.post('/scim/v2/:endpoint', body, create);
app.patch('/scim/v2/:endpoint/:id', body, patch);
app.delete('/scim/v2/:endpoint/:id', remove);
const server = app.listen(Number(port), '127.0.0.1');

process.on('SIGTERM', () => {
  server.closeAllConnections();
  server.close(() => {
    reader.close();
    writer.close();
    process.exit(0);
  });
});
