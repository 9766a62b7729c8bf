/**
 * Microsoft Entra for an app's tests: each step sends what its provisioning service sends, in that order and shape, and
 * judges the answer as it does. Knows: HTTP and Entra's two ways of wording a PATCH. Does not know: whose server it is.
 */
import type { JsonObject } from '../scim/json.js';
import { completed, type EntraUser, flowsOf, userBody, valueAt } from './entra-mapping.js';
import { type Answer, ScimClient } from './scim-client.js';

export type { EntraUser } from './entra-mapping.js';

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

/**
 * `default`: `Add`, `Replace`, `Remove`, booleans as text, as Entra does it unless told otherwise. `compliant`: as with
 * `?aadOptscim062020` in the Tenant URL.
 */
export type EntraDialect = 'default' | 'compliant';

/** An answer that Entra would log as a failure. Has what the server said. */
export class EntraError extends Error {
  constructor(
    /** `POST /Users` */
    readonly request: string,
    readonly answer: Answer,
  ) {
    const { status, body } = answer;
    super(`${request} was answered with ${status}: ${body?.detail ?? JSON.stringify(body)}`);
    this.name = 'EntraError';
  }

  get status(): number {
    return this.answer.status;
  }

  /** Of the SCIM error, where it has one (RFC 7644 §3.12). */
  get scimType(): string | undefined {
    return this.answer.body?.scimType as string | undefined;
  }
}

export interface EntraOptions {
  /** The Tenant URL: `http://127.0.0.1:8080/scim/v2` */
  readonly url: string;
  /** The Secret Token. */
  readonly token: string;
  readonly dialect?: EntraDialect;
}

/**
 * Ids are those that the target gave. Steps wait for each other only when the caller awaits them.
 * @example const id = await entra.createUser({ userName: 'ann@example.com' }); await entra.disableUser(id);
 */
export class Entra {
  private readonly scim: ScimClient;
  private readonly dialect: EntraDialect;

  constructor({ url, token, dialect = 'default' }: EntraOptions) {
    this.scim = new ScimClient(url, token);
    this.dialect = dialect;
  }

  /** The button "Test Connection": asks for a user that cannot exist. @throws EntraError, as each step does */
  async testConnection(): Promise<void> {
    if (await this.find('/Users', 'userName', crypto.randomUUID())) throw new Error('a random user was found');
  }

  /** Looks for the user; creates it, or brings the one that was found up to date. @returns its id */
  async createUser(user: EntraUser): Promise<string> {
    const whole = completed(user);
    const found = await this.find('/Users', 'userName', user.userName);
    if (!found) return idOf(await this.send('POST', '/Users', userBody(whole)));
    const id = String(found.id);
    await this.updateUser(id, whole);
    return id;
  }

  /** Reads the user and sends what is different there; nothing when all of it is as it should be. */
  async updateUser(id: string, changes: Partial<EntraUser>): Promise<void> {
    const path = pathOf('/Users', id);
    const { body: known } = await this.send('GET', path);
    const operations = flowsOf(changes).flatMap(({ path: attribute, value }): Operation[] => {
      const before = valueAt(known as JsonObject, attribute);
      if (before === value) return [];
      return [{ op: before === undefined ? 'Add' : 'Replace', path: attribute, value }];
    });
    if (operations.length > 0) await this.patch(path, operations);
  }

  /** What Entra does when somebody leaves: soft-deleted, unassigned or out of scope. */
  disableUser(id: string): Promise<void> {
    return this.updateUser(id, { active: false });
  }

  enableUser(id: string): Promise<void> {
    return this.updateUser(id, { active: true });
  }

  /** What follows when the user is deleted for good, 30 days later. */
  async deleteUser(id: string): Promise<void> {
    await this.send('DELETE', pathOf('/Users', id));
  }

  /** Looks for the group by its name and creates it, without members, when there is none. @returns its id */
  async createGroup(displayName: string, externalId: string = crypto.randomUUID()): Promise<string> {
    const found = await this.find('/Groups', 'displayName', displayName, 'members');
    if (found) return String(found.id);
    const body = { schemas: [GROUP], externalId, displayName, meta: { resourceType: 'Group' } };
    return idOf(await this.send('POST', '/Groups', body));
  }

  async renameGroup(id: string, displayName: string): Promise<void> {
    const path = pathOf('/Groups', id);
    await this.send('GET', `${path}?excludedAttributes=members`);
    await this.patch(path, [{ op: 'Replace', path: 'displayName', value: displayName }]);
  }

  /** @param member id of a user or a group, or of several, which go in one request */
  async addMember(group: string, ...member: string[]): Promise<void> {
    const value = member.map((id) => ({ $ref: null, value: id }));
    await this.patch(pathOf('/Groups', group), [{ op: 'Add', path: 'members', value }]);
  }

  async removeMember(group: string, ...member: string[]): Promise<void> {
    const operations: Operation[] =
      this.dialect === 'default'
        ? [{ op: 'Remove', path: 'members', value: member.map((id) => ({ $ref: null, value: id })) }]
        : member.map((id) => ({ op: 'Remove', path: `members[value eq ${JSON.stringify(id)}]` }));
    await this.patch(pathOf('/Groups', group), operations);
  }

  async deleteGroup(id: string): Promise<void> {
    await this.send('DELETE', pathOf('/Groups', id));
  }

  private async find(endpoint: string, attribute: string, value: string, excluded?: string) {
    const query = new URLSearchParams({ filter: `${attribute} eq ${JSON.stringify(value)}` });
    if (excluded !== undefined) query.set('excludedAttributes', excluded);
    const { body } = await this.send('GET', `${endpoint}?${query}`);
    return (body?.Resources as JsonObject[] | undefined)?.[0];
  }

  private async patch(path: string, operations: Operation[]): Promise<void> {
    const Operations = this.dialect === 'default' ? operations.map(inDefaultWords) : inCompliantWords(operations);
    await this.send('PATCH', path, { schemas: [PATCH_OP], Operations: Operations as object[] as JsonObject[] });
  }

  /** @throws EntraError for an answer that is not a success */
  private async send(method: string, path: string, body?: JsonObject): Promise<Answer> {
    const answer = await this.scim.request(method, path, body);
    if (answer.status >= 300) throw new EntraError(`${method} ${path}`, answer);
    return answer;
  }
}

interface Operation {
  readonly op: 'Add' | 'Replace' | 'Remove';
  readonly path: string;
  readonly value?: string | boolean | readonly object[];
}

function inDefaultWords(operation: Operation): object {
  const { value } = operation;
  return typeof value === 'boolean' ? { ...operation, value: value ? 'True' : 'False' } : operation;
}

/** Plain paths together in one operation without a path, where there are several. */
function inCompliantWords(operations: readonly Operation[]): object[] {
  const plain = operations.filter(({ op, path }) => op !== 'Remove' && !path.includes('['));
  const isTogether = plain.length > 1;
  const single = isTogether ? operations.filter((operation) => !plain.includes(operation)) : operations;
  const own = single.map((operation) => ({ ...operation, op: operation.op.toLowerCase() }));
  const merged = Object.fromEntries(plain.map(({ path, value }) => [path, value]));
  return isTogether ? [...own, { op: 'replace', value: merged }] : own;
}

function pathOf(endpoint: string, id: string): string {
  return `${endpoint}/${encodeURIComponent(id)}`;
}

function idOf({ body }: Answer): string {
  if (typeof body?.id !== 'string') throw new Error('The answer to a POST has no id (RFC 7644 §3.3).');
  return body.id;
}
