/** A PATCH of a User: what the tables of this folder are made of. */
import { expect } from 'vitest';
import type { Json, JsonObject } from '../../../src/scim/json.js';
import { applyPatch } from '../../../src/scim/patch/apply.js';
import { PATCH_OP_URN, parsePatch } from '../../../src/scim/patch/operation.js';
import type { ProfileName } from '../../../src/scim/profiles.js';
import { dialectOf, LIMITS, typeNamed } from '../rfc/core.js';

export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const user = typeNamed('User');
export const [work, home] = [
  { type: 'work', value: 'w@example.com' },
  { type: 'home', value: 'h@example.com' },
];

export interface Op {
  op: 'add' | 'remove' | 'replace';
  path?: string;
  value?: Json;
}
export type Rows = [what: string, before: JsonObject, operations: Op | Op[], after: JsonObject][];

/** The attributes after the operations; a userName stands by, which no User can be without. */
export function patched(before: JsonObject, operations: Op | Op[], profile: ProfileName = 'strict'): JsonObject {
  const dialect = dialectOf(profile);
  const body = { schemas: [PATCH_OP_URN], Operations: [operations].flat() as unknown as Json };
  const { userName, ...rest } = applyPatch(
    { userName: 'x', ...before },
    parsePatch(body, user, dialect, LIMITS),
    user,
    dialect,
  );
  expect(userName).toBe('x');
  return rest;
}

export const set = (path: string, value: Json): Op => ({ op: 'replace', path, value });
export const add = (path: string, value: Json): Op => ({ op: 'add', path, value });
export const remove = (path: string, value?: Json): Op => ({
  op: 'remove',
  path,
  ...(value !== undefined && { value }),
});
