/**
 * What a check is given: a client, test data, and expectations that say in words what they found. Each expectation
 * throws Mismatch; the runner makes the finding of a report from it.
 */
import { type Call, type Client, encodeQuery, NoAnswer, type Query } from './client/client.js';
import { bulkChanges, createdPath } from './created.js';
import { declares, ERROR_URN, type Facts, LIST_URN, PATCH_URN, type TypeName } from './facts.js';
import { groupBody, userBody } from './fill.js';
import type { Ledger } from './ledger.js';
import type { Answer, Exchange, Feature, Json, JsonObject } from './model.js';
import type { Random } from './random.js';
import { decoded, isSame, isUnassigned, objectsIn, shown, valueAt } from './values.js';

/** The server did not do what the check says. */
export class Mismatch extends Error {
  constructor(
    message: string,
    readonly exchange?: Exchange,
    readonly expected?: string,
    readonly actual?: string,
  ) {
    super(message);
    this.name = 'Mismatch';
  }
}

/** The check does not apply to this server, or could not be prepared. `message` is the reason. */
export class Skip extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Skip';
  }
}

/** A resource that the check made. */
export interface Made {
  readonly type: TypeName;
  readonly id: string;
  /** `/Users/42` */
  readonly path: string;
  /** What was sent. */
  readonly sent: JsonObject;
  /** The answer to the POST. */
  readonly answer: Answer;
}

/** One PATCH operation, in any letter case a client may use. */
export interface PatchOperation {
  readonly op: string;
  readonly path?: string;
  readonly value?: Json;
}

interface ProbeParts {
  readonly client: Client;
  readonly facts: Facts;
  readonly ledger: Ledger;
  readonly random: Random;
  /** Begins every name that is made. */
  readonly prefix: string;
  /** In a dry run expectations are passed over, since the answers are made up. */
  readonly isDry: boolean;
  /** A credential of the server's that is wrong; for checks of authentication. */
  readonly wrongAuthorization: string;
  /** A credential that is a user, as the value of Authorization; undefined: that of the run may be one. */
  readonly meAuthorization: string | undefined;
}

export class Probe {
  readonly facts: Facts;
  readonly random: Random;
  private names = 0;

  constructor(private readonly parts: ProbeParts) {
    this.facts = parts.facts;
    this.random = parts.random;
  }

  get wrongAuthorization(): string {
    return this.parts.wrongAuthorization;
  }

  get meAuthorization(): string | undefined {
    return this.parts.meAuthorization;
  }

  // Requests

  /** Any request. What a POST creates is noted, and removed at the end of the run. @throws Mismatch without an answer */
  async request(method: string, path: string, call: Omit<Call, 'method' | 'path'> = {}): Promise<Answer> {
    const { client, ledger } = this.parts;
    const plain = path.split('?')[0] as string;
    if (method === 'DELETE' && !ledger.isOwn(plain) && !this.isMadeUp(plain)) {
      throw new Error(`${path} was not made by this run and will not be deleted; make ids up with t.unique()`);
    }
    try {
      const answer = await client.send({ method, path, ...call });
      if (method === 'POST' && answer.status < 300) this.noteCreated(plain, answer);
      if (method === 'DELETE' && answer.status < 300) ledger.strike(plain);
      return answer;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      throw new Mismatch(`${method} ${path} got no answer: ${error.message}`, error.exchange);
    }
  }

  get(path: string, query?: Query, headers?: Record<string, string>): Promise<Answer> {
    return this.request('GET', path, { query, headers });
  }

  post(path: string, body: Json, headers?: Record<string, string>): Promise<Answer> {
    return this.request('POST', path, { body, headers });
  }

  put(made: Made | string, body: Json, headers?: Record<string, string>): Promise<Answer> {
    return this.request('PUT', pathOf(made), { body, headers });
  }

  /** PATCH with the usual envelope. */
  patch(made: Made | string, operations: readonly PatchOperation[], headers?: Record<string, string>): Promise<Answer> {
    const body = { schemas: [PATCH_URN], Operations: operations as unknown as Json };
    return this.request('PATCH', pathOf(made), { body, headers });
  }

  delete(made: Made | string, headers?: Record<string, string>): Promise<Answer> {
    return this.request('DELETE', pathOf(made), { headers });
  }

  /** GET by id, which must succeed. */
  async read(made: Made | string, query?: Query): Promise<Answer> {
    const answer = await this.get(pathOf(made), query);
    this.expectStatus(answer, 200);
    return answer;
  }

  /** GET with a filter, which must be answered with a list. `extra`: further parameters. */
  async find(type: TypeName, filter: string, extra: Exclude<Query, string> = {}): Promise<Answer> {
    const answer = await this.get(this.endpoint(type), encodeQuery({ filter, ...extra }));
    this.expectList(answer);
    return answer;
  }

  endpoint(type: TypeName): string {
    return this.facts.endpoints[type];
  }

  // Test data

  /** A text that nothing else on the server has: with the prefix of the run, in lower case, fit for a userName. */
  unique(word = 'x'): string {
    return `${this.parts.prefix}-${word}-${++this.names}${this.random.hex(6)}`;
  }

  /** The body of a user that the server can be expected to take; a null in `extra` leaves an attribute out. */
  userBody(extra: JsonObject = {}): JsonObject {
    return merged(userBody(this.facts, `${this.unique('user')}@example.com`, this.random), extra);
  }

  groupBody(extra: JsonObject = {}): JsonObject {
    return merged(groupBody(this.facts, this.unique('group'), this.random), extra);
  }

  /**
   * A new user to work with. When it cannot be made the check is skipped: another one is about creating.
   * @param query of the POST
   */
  user(extra: JsonObject = {}, query?: Query): Promise<Made> {
    return this.make('User', this.userBody(extra), query);
  }

  group(extra: JsonObject = {}, query?: Query): Promise<Made> {
    this.needs('groups');
    return this.make('Group', this.groupBody(extra), query);
  }

  private async make(type: TypeName, sent: JsonObject, query?: Query): Promise<Made> {
    const endpoint = this.endpoint(type);
    const answer = await this.request('POST', endpoint, { query, body: sent });
    const path = answer.status < 300 ? createdPath(endpoint, answer) : undefined;
    if (path === undefined) {
      const { status, body } = answer;
      const what = status < 300 ? ', which does not say what it made' : saying(body);
      throw new Skip(`a ${type} to work with could not be made: POST was answered with status ${status}${what}`);
    }
    return { type, id: decoded(path.slice(endpoint.length + 1)), path, sent, answer };
  }

  /** An id that only this run can have thought of, and that no server gives. */
  private isMadeUp(path: string): boolean {
    const id = path.split('/').at(-1) as string;
    return id.includes(this.parts.prefix) || this.random.hasMade(id);
  }

  private noteCreated(endpoint: string, answer: Answer): void {
    const isOurs = (path: string) => Object.values(this.facts.endpoints).some((each) => path.startsWith(`${each}/`));
    const bulk = endpoint === '/Bulk' ? bulkChanges(answer.body) : [];
    const made = bulk.filter(({ method }) => method === 'POST').map(({ path }) => path);
    for (const path of [createdPath(endpoint, answer), ...made]) {
      if (path !== undefined && isOurs(path)) this.parts.ledger.note(path);
    }
  }

  // What applies

  skip(reason: string): never {
    throw new Skip(reason);
  }

  needs(feature: Feature): void {
    if (!this.facts.features.has(feature)) this.skip(`the server does not announce ${feature}`);
  }

  /** Skips when the server's schema lacks the attribute. `urn`: of the schema; `path`: within it. */
  needsAttribute(urn: string, path: string): void {
    if (!declares(this.facts, urn, path)) this.skip(`the server's schema has no attribute ${path}`);
  }

  // Expectations

  /** @param message a sentence that says what was found, not what was wanted */
  expect(holds: boolean, answer: Answer | undefined, message: string, wanted?: unknown, found?: unknown): void {
    if (holds || this.parts.isDry) return;
    throw new Mismatch(
      message,
      answer?.exchange,
      wanted === undefined ? undefined : asText(wanted),
      found === undefined ? undefined : asText(found),
    );
  }

  expectStatus(answer: Answer, ...statuses: number[]): void {
    const { status } = answer;
    const wanted = statuses.join(' or ');
    const said = status >= 400 ? saying(answer.body) : '';
    this.expect(
      statuses.includes(status),
      answer,
      `${what(answer)} was answered with ${status}${said}`,
      wanted,
      String(status),
    );
  }

  /** Below 300. */
  expectSuccess(answer: Answer): void {
    if (answer.status >= 300) this.expectStatus(answer, 200, 201, 204);
  }

  /** The value at `path` of the answer (values.ts says how paths are written) is the wanted one. */
  expectEqual(answer: Answer, path: string, wanted: Json): void {
    const found = valueAt(answer.body, path);
    this.expect(isSame(found, wanted), answer, `${path} of the answer is ${shown(found)}`, wanted, found ?? 'nothing');
  }

  /** Absent, null or empty. */
  expectUnassigned(answer: Answer, path: string): void {
    const found = valueAt(answer.body, path);
    this.expect(isUnassigned(found), answer, `${path} of the answer is still ${shown(found)}`, 'nothing', found);
  }

  expectPresent(answer: Answer, path: string): void {
    const found = valueAt(answer.body, path);
    this.expect(!isUnassigned(found), answer, `${path} is missing from the answer`, 'a value', 'nothing');
  }

  /** The answer does not even have the name. */
  expectAbsent(answer: Answer, path: string): void {
    const found = valueAt(answer.body, path);
    this.expect(found === undefined, answer, `${path} is in the answer`, 'nothing', found);
  }

  /** An error body of RFC 7644 §3.12 with the status, and the scimType when one is given. */
  expectError(answer: Answer, status: number | readonly number[], scimType?: string): void {
    this.expectStatus(answer, ...([] as number[]).concat(status));
    const schemas = valueAt(answer.body, 'schemas');
    const isError = Array.isArray(schemas) && schemas.includes(ERROR_URN);
    this.expect(
      isError,
      answer,
      `The body of the ${answer.status} is no SCIM error`,
      `schemas: ["${ERROR_URN}"]`,
      answer.text,
    );
    this.expectEqual(answer, 'status', String(answer.status));
    if (scimType !== undefined) this.expectEqual(answer, 'scimType', scimType);
  }

  /** A ListResponse; with `total` of so many results. Gives its resources. */
  expectList(answer: Answer, total?: number): JsonObject[] {
    this.expectStatus(answer, 200);
    const schemas = valueAt(answer.body, 'schemas');
    const isList = Array.isArray(schemas) && schemas.includes(LIST_URN);
    this.expect(
      isList,
      answer,
      `${what(answer)} was not answered with a ListResponse`,
      LIST_URN,
      schemas ?? answer.text,
    );
    const found = valueAt(answer.body, 'totalResults');
    this.expect(
      Number.isInteger(found),
      answer,
      `totalResults is ${shown(found)}`,
      'a whole number',
      found ?? 'nothing',
    );
    if (total !== undefined) this.expectEqual(answer, 'totalResults', total);
    const resources = valueAt(answer.body, 'Resources') ?? [];
    this.expect(Array.isArray(resources), answer, `Resources is ${shown(resources)}`, 'an array', resources);
    return objectsIn(resources);
  }

  /** The list has the resources, in any order, and no others. */
  expectFound(answer: Answer, ...made: readonly Made[]): void {
    const ids = this.expectList(answer).map(({ id }) => String(id));
    const wanted = made.map(({ id }) => id);
    const isSameSet = ids.length === wanted.length && wanted.every((id) => ids.includes(id));
    this.expect(
      isSameSet,
      answer,
      `${what(answer)} found ${ids.length} resources, not the ${wanted.length} that match`,
      wanted,
      ids,
    );
  }

  /** The members of a group, as ids in any order. `answer`: of a GET of the group. */
  expectMembers(answer: Answer, ...members: readonly (Made | string)[]): void {
    const list = valueAt(answer.body, 'members');
    const found = (Array.isArray(list) ? list : []).map((member) => String(valueAt(member, 'value')));
    const wanted = members.map((member) => (typeof member === 'string' ? member : member.id));
    const isSameSet = found.length === wanted.length && wanted.every((id) => found.includes(id));
    this.expect(
      isSameSet,
      answer,
      `The group has ${found.length} members, and should have ${wanted.length}`,
      wanted,
      found,
    );
  }
}

function pathOf(made: Made | string): string {
  return typeof made === 'string' ? made : made.path;
}

/** What an error body says, to be put behind the status. */
function saying(body: Json | undefined): string {
  const detail = valueAt(body, 'detail');
  return typeof detail === 'string' ? `, which says: ${detail}` : '';
}

/** `GET /scim/v2/Users?filter=…` of the request that was answered. */
function what({ exchange: { request } }: Answer): string {
  const { pathname, search } = new URL(request.url);
  return `${request.method} ${decoded(pathname + search)}`;
}

function merged(body: JsonObject, extra: JsonObject): JsonObject {
  const result: JsonObject = { ...body, ...extra };
  for (const [name, value] of Object.entries(extra)) if (value === null) delete result[name];
  return result;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : shown(value);
}
