/**
 * What the checks of Entra's requests are made of: rows that say what is sent in a PATCH and what must be there
 * afterwards, and how each becomes a check.
 */
import type { Check } from '../../check.js';
import { declares, ENTERPRISE_URN, GROUP_URN, USER_URN } from '../../facts.js';
import type { Answer, Json, JsonObject } from '../../model.js';
import type { Made, PatchOperation, Probe } from '../../probe.js';
import { valueAt } from '../../values.js';
import { entraCheck, type Spec } from './entra-check.js';

/** How requests travel: plain, or with a flag in the query of each. */
export interface Wire {
  user(t: Probe, extra?: JsonObject): Promise<Made>;
  group(t: Probe, extra?: JsonObject): Promise<Made>;
  patch(t: Probe, made: Made, operations: readonly PatchOperation[]): Promise<Answer>;
  read(t: Probe, made: Made): Promise<Answer>;
}

/** Without a flag. */
export const PLAIN: Wire = {
  user: (t, extra) => t.user(extra),
  group: (t, extra) => t.group(extra),
  patch: (t, made, operations) => t.patch(made, operations),
  read: (t, made) => t.read(made),
};

/** Values by path; null: nothing may be there. */
type State = Readonly<Record<string, Json>>;

/** One PATCH of a user, and what is there afterwards. */
export interface Plan {
  /** Attributes of the user before. */
  readonly given?: JsonObject;
  readonly operations: readonly PatchOperation[];
  /** A second request. */
  readonly next?: readonly PatchOperation[];
  readonly after: State;
  /** What cannot be said by a path. */
  also?(t: Probe, answer: Answer): void;
}

export type Row = Omit<Spec, 'run'> & {
  /** Attributes that the server's schemas must have: a path of User, or URN and path of the enterprise extension. */
  readonly wants?: readonly string[];
  readonly plan: Plan | ((t: Probe) => Plan | Promise<Plan>);
};

/** The check of a row. */
export function rowCheck(area: string, wire: Wire, { wants = [], plan, ...spec }: Row): Check {
  const isEnterprise = wants.some((path) => path.startsWith(ENTERPRISE_URN));
  return entraCheck(area, {
    ...spec,
    needs: isEnterprise ? ['patch', 'enterprise'] : ['patch'],
    async run(t) {
      for (const path of wants) needsPath(t, path);
      const { given, operations, next, after, also } = typeof plan === 'function' ? await plan(t) : plan;
      const user = await wire.user(t, given);
      expectDone(t, await wire.patch(t, user, operations));
      if (next) expectDone(t, await wire.patch(t, user, next));
      const answer = await wire.read(t, user);
      expectState(t, answer, after);
      also?.(t, answer);
    },
  });
}

/** One PATCH of a group: its members before and after, chosen from three users. */
export type MemberRow = Omit<Spec, 'run'> & {
  plan(ids: readonly [string, string, string]): {
    readonly before: readonly string[];
    readonly operations: readonly PatchOperation[];
    readonly next?: readonly PatchOperation[];
    readonly after: readonly string[];
  };
};

/** The check of a row about members. */
export function memberCheck(area: string, wire: Wire, { plan, ...spec }: MemberRow): Check {
  return entraCheck(area, {
    ...spec,
    needs: ['patch', 'groups'],
    async run(t) {
      t.needsAttribute(GROUP_URN, 'members');
      const ids = [await wire.user(t), await wire.user(t), await wire.user(t)].map(({ id }) => id);
      const { before, operations, next, after } = plan(ids as [string, string, string]);
      const members = before.map((value) => ({ value }));
      const group = await wire.group(t, members.length > 0 ? { members } : {});
      expectDone(t, await wire.patch(t, group, operations));
      if (next) expectDone(t, await wire.patch(t, group, next));
      t.expectMembers(await wire.read(t, group), ...after);
    },
  });
}

/** Entra takes either answer. */
export function expectDone(t: Probe, answer: Answer): void {
  t.expectStatus(answer, 200, 204);
}

function expectState(t: Probe, answer: Answer, state: State): void {
  for (const [path, value] of Object.entries(state)) {
    if (value === null) t.expectUnassigned(answer, path);
    else t.expectEqual(answer, path, value);
  }
}

/** The element is there once, however many operations made it. */
export function expectOne(t: Probe, answer: Answer, attribute: string, type: string): void {
  const list = valueAt(answer.body, attribute);
  const found = (Array.isArray(list) ? list : []).filter((each) => valueAt(each, 'type') === type);
  t.expect(
    found.length === 1,
    answer,
    `${attribute} has ${found.length} elements of the type ${type}`,
    `one element of the type ${type}`,
    list,
  );
}

/** The schema that an attribute belongs to, and its path within it. */
function placeOf(path: string): [urn: string, path: string] {
  const isExtension = path.startsWith(`${ENTERPRISE_URN}:`);
  return isExtension ? [ENTERPRISE_URN, path.slice(ENTERPRISE_URN.length + 1)] : [USER_URN, path];
}

/** Skips when the server's schema lacks the attribute. `path`: of User, or with the URN before it. */
export function needsPath(t: Probe, path: string): void {
  t.needsAttribute(...placeOf(path));
}

/** Whether the server's schema has the attribute, or does not say. */
export function isOffered(t: Probe, path: string): boolean {
  return declares(t.facts, ...placeOf(path));
}

/** A new e-mail address. */
export function address(t: Probe): string {
  return `${t.unique('mail')}@example.com`;
}

export function one(op: string, path: string, value?: Json): PatchOperation[] {
  return [value === undefined ? { op, path } : { op, path, value }];
}

/** The type that Entra's functions for roles set. */
export const ROLE_TYPE = 'WindowsAzureActiveDirectoryRole';

/** The user of a plan, with attributes of the enterprise extension. */
export function withEnterprise(attributes: JsonObject): { given: JsonObject } {
  return { given: { schemas: [USER_URN, ENTERPRISE_URN], [ENTERPRISE_URN]: attributes } };
}
