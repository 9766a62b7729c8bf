/** What the validator and the Logic App both do in their tests. */
import type { Answer, Json } from '../../model.js';
import type { Made, PatchOperation, Probe } from '../../probe.js';

/** PATCH, which must succeed, and the resource as it is afterwards. */
export async function patchedAndRead(t: Probe, made: Made, ...operations: PatchOperation[]): Promise<Answer> {
  t.expectStatus(await t.patch(made, operations), 200, 204);
  return t.read(made);
}

/** The list of the users with the name. */
export function findUser(t: Probe, userName: Json | undefined): Promise<Answer> {
  return t.find('User', `userName eq "${String(userName)}"`);
}

/** A group with one member. */
export async function groupWithMember(t: Probe): Promise<{ group: Made; member: Made }> {
  t.needs('groups');
  const member = await t.user();
  return { group: await t.group({ members: [{ value: member.id }] }), member };
}
