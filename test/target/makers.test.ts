/** Tenants and tokens as an app makes them, and how it is told of a mistake. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AccessError, createScimTarget, type ScimTarget } from '../../src/index.js';

const NOW = '2031-01-31T12:00:00.000Z';

let target: ScimTarget;
beforeEach(async () => {
  target = await createScimTarget({ store: 'memory:', clock: () => new Date(NOW) });
});
afterEach(() => target.close());

/** Programs in JavaScript give anything. */
const make = (token: unknown): Promise<string> => target.createToken(token as Parameters<ScimTarget['createToken']>[0]);

describe('a token', () => {
  test.each([
    ['90d', '2031-05-01T12:00:00.000Z'],
    ['2032-01-31', '2032-01-31T00:00:00.000Z'],
    ['2031-01-31T14:00:00+01:00', '2031-01-31T13:00:00.000Z'],
    [undefined, undefined],
  ])('that is to end with %j ends then', async (expires, end) => {
    await target.createToken({ tenant: 'acme', name: 'Entra', ...(expires && { expires }) });
    const [tenant] = await target.store.tenants();
    const [kept] = await target.store.credentials(tenant?.id ?? '');
    expect(kept?.credential.expires).toBe(end);
  });

  test.each([
    [{ expires: 'tomorrow' }, /"tomorrow" is not a lifetime/],
    [{ expires: '2030-12-31' }, /is not in the future/],
    [{ expires: new Date(NOW) }, /expires must be a text, and is object/],
    [{ expires: null }, /expires must be a text, and is null/],
    [{ scopes: 'scim:read' }, /scopes must be a list of texts/],
    [{ scopes: [5] }, /scopes must be a list of texts/],
    [{ scopes: ['scim:all'] }, /"scim:all" is not a scope/],
    [{ name: undefined }, /name must be a text, and is undefined/],
    [{ tenant: undefined }, /tenant must be a text, and is undefined/],
    [{ tenant: 'A B' }, /"A B" cannot name a tenant/],
  ])('with %o is refused, and no tenant made for it', async (wrong, message) => {
    const refused = make({ tenant: 'acme', name: 'Entra', ...wrong });
    await expect(refused).rejects.toThrow(AccessError);
    await expect(refused).rejects.toThrow(message);
    expect(await target.store.tenants()).toEqual([]);
  });
});

test('what is no text is told by its name, and never by its value', async () => {
  const given = [4711] as unknown as string;
  await expect(target.checkPassword('acme', 'ann', given)).rejects.toThrow('password must be a text, and is object');
  await expect(target.checkPassword('acme', given, 'x')).rejects.toThrow('userName must be a text, and is object');
  await expect(target.inviteAdmin({ email: given })).rejects.toThrow('email must be a text, and is object');
});

test('a tenant without a name is refused, and so is its directory', async () => {
  const nameless = {} as { name: string };
  await expect(target.createTenant(nameless)).rejects.toThrow('name must be a text, and is undefined');
  expect(() => target.directory(nameless.name)).toThrow('tenant must be a text, and is undefined');
});
