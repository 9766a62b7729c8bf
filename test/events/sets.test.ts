import {
  createLocalJWKSet,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  type JSONWebKeySet,
  jwtVerify,
} from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Receiver, Tenant } from '../../src/store/store.js';
import { URN } from '../support/client.js';
import { ReceiverWorld } from '../support/receiver-world.js';
import { type ReceivedSet, SetReceiver } from '../support/set-receiver.js';

const AUDIENCE = 'https://app.example.com';
const PROV = 'urn:ietf:params:scim:event:prov:';

let world: ReceiverWorld;
let acme: Tenant;
let receiver: Receiver;

beforeEach(async () => {
  world = new ReceiverWorld({ publicUrl: 'https://scim.example.com' });
  acme = await world.tenant();
  receiver = (await world.receivers.create(acme, { kind: 'poll', name: 'Poll', audience: AUDIENCE })).receiver;
});
afterEach(() => world.stop());

const at = () => world.directory('acme');

/** Every token that there is, found good by a receiver. */
async function told(): Promise<ReceivedSet[]> {
  const { signer, polls } = world.told;
  const jwks = (await signer.jwks()) as JSONWebKeySet;
  const trusting = new SetReceiver({ jwks, issuer: `https://scim.example.com/tenants/${acme.id}`, audience: AUDIENCE });
  const { sets } = await polls.next(acme, receiver, 1_000);
  for (const compact of Object.values(sets)) {
    const wrong = await trusting.take(compact);
    expect(wrong).toBeUndefined();
  }
  return trusting.sets;
}

/** The events of a change of a user, which is made by `change`. */
async function eventsOf(change: (id: string) => Promise<unknown>): Promise<ReceivedSet['events']> {
  const { id } = await at().users.create({
    userName: 'mary',
    externalId: '4711',
    name: { givenName: 'Mary', familyName: 'Poppins' },
    title: 'Nanny',
    [URN.enterprise]: { department: 'Air', costCenter: '1' },
  });
  await change(id);
  return (await told()).at(-1)?.events ?? {};
}

/** The request of which a change of that user is told. */
async function patchOf(change: (id: string) => Promise<unknown>): Promise<unknown> {
  const events = await eventsOf(change);
  const { data } = events[`${PROV}patch:full`] as { data: { Operations: unknown } };
  return data.Operations;
}

describe('a security event token', () => {
  test('names its subject by the relative path, and says who tells whom (RFC 9967 §2.1)', async () => {
    const before = Math.floor(Date.now() / 1_000);
    const { id } = await at().users.create({ userName: 'mary', externalId: '4711' });
    const [set] = await told();
    expect(set).toMatchObject({
      iss: `https://scim.example.com/tenants/${acme.id}`,
      aud: AUDIENCE,
      sub_id: { format: 'scim', uri: `/Users/${id}`, externalId: '4711' },
    });
    expect(set).not.toHaveProperty('sub');
    expect(set?.iat).toBeGreaterThanOrEqual(before);
    expect(set?.toe).toBeGreaterThanOrEqual(before);
  });

  test('of another tenant is not taken for one of this, also where that tenant names the same receiver', async () => {
    const other = await world.tenant('other');
    const wanted = { kind: 'poll', name: 'Forged', audience: AUDIENCE };
    const forged = (await world.receivers.create(other, wanted)).receiver;
    await world.directory('other').users.create({ userName: 'mary', externalId: '4711', active: false });
    const { sets } = await world.told.polls.next(other, forged, 1);
    const jwks = (await world.told.signer.jwks()) as JSONWebKeySet;
    const issuer = await world.told.signer.issuer(acme.id);
    const trusting = new SetReceiver({ jwks, issuer, audience: AUDIENCE });
    expect(await trusting.take(Object.values(sets)[0] ?? '')).toMatch(/^invalid_issuer/);
  });

  test('is typed and signed with the key that is published (RFC 8417 §2.3)', async () => {
    await at().users.create({ userName: 'mary' });
    const { sets } = await world.told.polls.next(acme, receiver, 1);
    const [compact = ''] = Object.values(sets);
    const { keys } = await world.told.signer.jwks();
    expect(decodeProtectedHeader(compact)).toEqual({ alg: 'ES256', typ: 'secevent+jwt', kid: keys[0]?.kid });
    expect(JSON.stringify(keys)).not.toContain('"d"');
    const { publicKey } = await generateKeyPair('ES256');
    const wrong = { ...(await exportJWK(publicKey)), kid: keys[0]?.kid as string };
    await expect(jwtVerify(compact, createLocalJWKSet({ keys: [wrong] }))).rejects.toThrow(/signature/);
  });

  test('has the same jti and txn each time it is made, and no other has them', async () => {
    await at().users.create({ userName: 'mary' });
    await at().users.create({ userName: 'john' });
    const [first, second] = [await told(), await told()];
    const names = (sets: ReceivedSet[]) => sets.map(({ jti, txn }) => [jti, txn]);
    expect(names(first)).toEqual(names(second));
    expect(new Set(names(first).flat()).size).toBe(4);
  });

  test('of a server without a public address names its key (RFC 9278)', async () => {
    await world.stop();
    world = new ReceiverWorld();
    const issuer = await world.told.signer.issuer('t1');
    expect(issuer).toMatch(/^urn:ietf:params:oauth:jwk-thumbprint:sha-256:[\w-]{43}#t1$/);
  });

  test('is signed with one key by all processes on a store', async () => {
    const other = new ReceiverWorld();
    const [key] = (await world.told.signer.jwks()).keys;
    Object.assign(other.store, { secret: world.store.secret.bind(world.store) });
    expect((await other.told.signer.jwks()).keys).toEqual([key]);
    await other.stop();
  });
});

describe('what a token carries (RFC 9967 §2.4)', () => {
  test('of a new resource: all of it', async () => {
    const { id } = await at().users.create({ userName: 'mary' });
    const [set] = await told();
    expect(set?.events).toEqual({
      [`${PROV}create:full`]: {
        version: 'W/"1"',
        data: expect.objectContaining({ schemas: [URN.user], id, userName: 'mary' }),
      },
    });
  });

  test('of a new group: its members too', async () => {
    const { id: member } = await at().users.create({ userName: 'mary' });
    await at().groups.create({ displayName: 'Staff', members: [{ value: member }] });
    const set = (await told()).at(-1);
    expect(set?.sub_id.uri).toMatch(/^\/Groups\//);
    expect(set?.events).toMatchObject({
      [`${PROV}create:full`]: { data: { displayName: 'Staff', members: [{ value: member }] } },
    });
  });

  test('of a PATCH: the request that does the same', async () => {
    const operations = await patchOf((id) =>
      at().users.patch(id, [
        { op: 'replace', path: 'userName', value: 'jane' },
        { op: 'remove', path: 'title' },
        { op: 'remove', path: 'name.givenName' },
        { op: 'replace', path: `${URN.enterprise}:department`, value: 'Sea' },
        { op: 'remove', path: `${URN.enterprise}:costCenter` },
      ]),
    );
    expect(operations).toEqual(
      expect.arrayContaining([
        { op: 'replace', path: 'userName', value: 'jane' },
        { op: 'remove', path: 'title' },
        { op: 'remove', path: 'name.givenName' },
        { op: 'replace', path: 'name', value: { familyName: 'Poppins' } },
        { op: 'replace', path: `${URN.enterprise}:department`, value: 'Sea' },
        { op: 'remove', path: `${URN.enterprise}:costCenter` },
      ]),
    );
    expect(operations).toHaveLength(6);
  });

  test('of a PUT of a user: the whole resource', async () => {
    const events = await eventsOf((id) => at().users.replace(id, { userName: 'jane' }));
    expect(Object.keys(events)).toEqual([`${PROV}put:full`]);
    expect(events[`${PROV}put:full`]).toMatchObject({ version: 'W/"2"', data: { userName: 'jane' } });
    expect(events[`${PROV}put:full`]?.data).not.toHaveProperty('title');
  });

  test('of a PUT of a group: what it came to, since members may be any number', async () => {
    const [a, b] = [await at().users.create({ userName: 'a' }), await at().users.create({ userName: 'b' })];
    const { id } = await at().groups.create({ displayName: 'Staff', members: [{ value: a.id }] });
    await at().groups.replace(id, { displayName: 'Crew', members: [{ value: b.id }] });
    const events = (await told()).at(-1)?.events as ReceivedSet['events'];
    expect(events[`${PROV}patch:full`]?.data).toEqual({
      schemas: [URN.patch],
      Operations: [
        { op: 'replace', path: 'displayName', value: 'Crew' },
        { op: 'remove', path: `members[value eq "${a.id}"]` },
        { op: 'add', path: 'members', value: [{ value: b.id }] },
      ],
    });
  });

  test('of a user who is disabled or enabled: that, beside the request', async () => {
    const off = await eventsOf((id) => at().users.patch(id, [{ op: 'replace', path: 'active', value: false }]));
    expect(Object.keys(off)).toEqual([`${PROV}patch:full`, `${PROV}deactivate`]);
    expect(off[`${PROV}deactivate`]).toEqual({});
    const user = await at().users.byUserName('mary');
    await at().users.patch(user?.id ?? '', [{ op: 'replace', path: 'active', value: true }]);
    expect(Object.keys((await told()).at(-1)?.events ?? {})).toContain(`${PROV}activate`);
  });

  test('of a deletion: nothing; and of the groups that lose a member: who', async () => {
    const { id } = await at().users.create({ userName: 'mary' });
    await at().groups.create({ displayName: 'Staff', members: [{ value: id }] });
    await at().users.remove(id);
    const sets = await told();
    expect(new Set(sets.map(({ txn }) => txn)).size).toBe(sets.length);
    const deleted = sets.find(({ events }) => `${PROV}delete` in events);
    expect(deleted).toMatchObject({ sub_id: { uri: `/Users/${id}` }, events: { [`${PROV}delete`]: {} } });
    expect(JSON.stringify(sets.slice(2))).toContain(`members[value eq \\"${id}\\"]`);
  });
});

test('a directory that is built from the tokens alone is the same', async () => {
  const mary = await at().users.create({
    userName: 'mary',
    name: { givenName: 'Mary', familyName: 'Poppins', middleName: 'M' },
    emails: [{ value: 'mary@example.com', type: 'work', primary: true }],
    [URN.enterprise]: { department: 'Air' },
  });
  const john = await at().users.create({ userName: 'john' });
  const staff = await at().groups.create({ displayName: 'Staff', members: [{ value: mary.id }] });
  await at().users.patch(mary.id, [
    { op: 'remove', path: 'name.middleName' },
    { op: 'add', path: 'emails', value: [{ value: 'mary@home.example.com', type: 'home' }] },
    { op: 'remove', path: `${URN.enterprise}:department` },
    { op: 'replace', path: 'active', value: false },
  ]);
  await at().groups.patch(staff.id, [{ op: 'add', path: 'members', value: [{ value: john.id }] }]);
  await at().groups.replace(staff.id, { displayName: 'Crew', members: [{ value: john.id }] });
  await at().users.replace(john.id, { userName: 'johnny', title: 'Cook' });
  await at().users.remove(mary.id);

  await world.tenant('copy');
  const ids = new Map<string, string>();
  for (const set of await told()) await repeat(world, set, ids);
  const copy = world.directory('copy');
  const bare = ({ id: _id, meta: _meta, groups: _groups, ...rest }: Record<string, unknown>) => rest;
  expect(await copy.users.get(ids.get(mary.id) ?? '')).toBeUndefined();
  const copied = await copy.users.get(ids.get(john.id) ?? '');
  expect(bare(copied as never)).toEqual(bare((await at().users.get(john.id)) as never));
  const members = [];
  for await (const { value } of copy.groups.members(ids.get(staff.id) ?? '')) members.push(value);
  expect(members).toEqual([ids.get(john.id)]);
  expect((await copy.groups.get(ids.get(staff.id) ?? ''))?.displayName).toBe('Crew');
});

/** Does in the tenant `copy` what a token tells. @param ids there, by those of the original */
async function repeat(at: ReceiverWorld, { sub_id: subject, events }: ReceivedSet, ids: Map<string, string>) {
  const [, endpoint, id = ''] = subject.uri.split('/');
  const resources = at.directory('copy').resources(endpoint === 'Users' ? 'User' : 'Group');
  const mapped = (value: unknown) =>
    JSON.parse([...ids].reduce((text, [from, to]) => text.replaceAll(from, to), JSON.stringify(value)));
  const own = ids.get(id) ?? '';
  for (const [uri, event] of Object.entries(events)) {
    const { data } = event as { data?: { Operations?: never } };
    if (uri.endsWith('create:full')) ids.set(id, (await resources.create(mapped(data))).id);
    else if (uri.endsWith('patch:full')) await resources.patch(own, mapped(data?.Operations));
    else if (uri.endsWith('put:full')) await resources.replace(own, mapped(data));
    else if (uri.endsWith(':delete')) await resources.remove(own);
  }
}
