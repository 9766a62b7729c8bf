import { describe, expect, test } from 'vitest';
import { draftFor, draftMistakes, newCredentialOf, withProvider } from '../../src/admin-ui/connect/draft.js';
import { addressWarning, fillFields, type Made } from '../../src/admin-ui/connect/fields.js';
import type { Provider, Way } from '../../src/admin-ui/connect/model.js';
import { PROVIDERS, wayOf } from '../../src/admin-ui/connect/providers.js';
import { PROFILES } from '../../src/scim/profiles.js';

const MADE: Made = {
  credential: { identifier: 'scim-4x9k', scopes: ['scim:read', 'scim:write'] },
  secret: 'scimt_secret',
  connection: {
    scimUrl: 'https://scim.example.com/tenants/acme/scim/v2',
    tokenEndpoint: 'https://scim.example.com/oauth/token',
    metadata: 'https://scim.example.com/.well-known/oauth-authorization-server/oauth',
  },
};

function provider(id: string): Provider {
  return PROVIDERS.find((candidate) => candidate.id === id) as Provider;
}

function way(id: string): Way {
  return PROVIDERS.flatMap(({ ways }) => ways).find((candidate) => candidate.id === id) as Way;
}

const filled = (id: string, made: Made = MADE) =>
  fillFields(way(id).fields, made).map(({ label, value }) => [label, value]);

describe('what is known of identity providers', () => {
  const ways = PROVIDERS.flatMap(({ ways }) => ways);

  test('each has a profile that there is, and a way of connecting; no id is used twice', () => {
    expect(PROVIDERS.filter(({ profile }) => !Object.hasOwn(PROFILES, profile))).toEqual([]);
    expect(PROVIDERS.filter((candidate) => candidate.ways.length === 0)).toEqual([]);
    expect(new Set(ways.map(({ id }) => id)).size).toBe(ways.length);
    expect(new Set(PROVIDERS.map(({ id }) => id)).size).toBe(PROVIDERS.length);
  });

  test.each(ways.map((each) => [each.id, each] as const))(
    '%s asks for what its kind of credential needs',
    (_, each) => {
      const sources = each.fields.flatMap(({ from }) => from ?? []);
      const needed = {
        token: ['scimUrl', 'secret'],
        client: ['scimUrl', 'tokenEndpoint', 'identifier', 'secret'],
        basic: ['scimUrl', 'identifier', 'secret'],
        federation: ['scimUrl'],
      }[each.kind];
      expect(sources).toEqual(expect.arrayContaining(needed));
      expect(sources.includes('secret')).toBe(each.kind !== 'federation');
      expect(each.trust !== undefined).toBe(each.kind === 'federation');
      expect(new Set(each.fields.map(({ label }) => label)).size).toBe(each.fields.length);
      expect(each.place.length).toBeGreaterThan(0);
    },
  );

  test('only what a provider can use is offered, the recommended first', () => {
    const kinds = Object.fromEntries(PROVIDERS.map(({ id, ways }) => [id, ways.map(({ kind }) => kind)]));
    expect(kinds).toEqual({
      entra: ['token', 'client', 'federation', 'federation'],
      okta: ['token', 'basic'],
      netskope: ['token'],
      'n-able': ['client'],
      netsuite: ['basic'],
      samanage: ['token', 'basic'],
      onelogin: ['token'],
      other: ['client', 'token', 'federation', 'basic'],
    });
  });

  test('every kind of credential has words for when nobody knows where it is used', () => {
    for (const kind of ['token', 'client', 'basic', 'federation'] as const) expect(wayOf(kind).kind).toBe(kind);
  });
});

describe('the fields of the other side’s form', () => {
  test('Entra with a secret token', () => {
    expect(filled('entra-token')).toEqual([
      ['Tenant URL', MADE.connection.scimUrl],
      ['Secret Token', 'scimt_secret'],
    ]);
  });

  test('N-able, in the order of its form', () => {
    expect(filled('n-able-client').slice(1)).toEqual([
      ['Tenant URL', MADE.connection.scimUrl],
      ['Token Endpoint', MADE.connection.tokenEndpoint],
      ['Client Identifier', 'scim-4x9k'],
      ['Client Secret', 'scimt_secret'],
    ]);
  });

  test('Okta with a header', () => {
    expect(filled('okta-header').map(([label]) => label)).toEqual([
      'SCIM connector base URL',
      'Unique identifier field for users',
      'Supported provisioning actions',
      'Authentication Mode',
      'Authorization',
    ]);
  });

  test('any client: the scopes are those of the credential', () => {
    const made = { ...MADE, credential: { ...MADE.credential, scopes: ['scim:read'] } };
    expect(filled('other-client', made).at(-1)).toEqual(['Scope', 'scim:read']);
  });

  test('a secret that was shown already has no value, and is never replaced by another text', () => {
    const [, secret] = fillFields(way('entra-token').fields, { ...MADE, secret: null });
    expect(secret).toMatchObject({ label: 'Secret Token', value: undefined, isSecret: true });
  });

  test('an identifier that there is none of is left out', () => {
    const made = { ...MADE, credential: { identifier: null, scopes: [] }, secret: null };
    expect(filled('entra-workload', made).map(([label]) => label)).toEqual(['Tenant URL', 'Token Endpoint']);
  });

  test.each([
    ['https://scim.example.com/scim/v2', false],
    ['https://172.15.0.1/scim/v2', false],
    ['http://scim.example.com/scim/v2', true],
    ['https://localhost:8080/scim/v2', true],
    ['https://10.1.2.3/scim/v2', true],
    ['https://172.20.0.1/scim/v2', true],
    ['https://[::1]/scim/v2', true],
  ])('%s: it is told that the cloud cannot use it: %s', (url, isWarned) => {
    expect(addressWarning(url) !== undefined).toBe(isWarned);
  });
});

describe('the form of a new connection', () => {
  test('is complete from the beginning for a token', () => {
    const draft = draftFor(provider('netskope'));
    expect(draftMistakes(draft)).toEqual({});
    expect(newCredentialOf(draft)).toEqual({
      kind: 'token',
      name: 'Netskope',
      scopes: ['scim:read', 'scim:write'],
      expires: '365d',
    });
  });

  test('sends how long access tokens live only where there are any', () => {
    expect(newCredentialOf(draftFor(provider('n-able')))).toMatchObject({ kind: 'client', tokenLifetime: 3600 });
  });

  test('another provider brings its name, unless the viewer has written one', () => {
    const draft = draftFor(provider('entra'));
    expect(withProvider(draft, provider('okta'))).toMatchObject({ name: 'Okta', way: { id: 'okta-header' } });
    expect(withProvider({ ...draft, name: 'Mine' }, provider('okta')).name).toBe('Mine');
  });

  test('tells what is missing', () => {
    const draft = { ...draftFor(provider('entra')), name: ' ', scopes: [], way: way('entra-blank') };
    expect(Object.keys(draftMistakes(draft)).sort()).toEqual(['directory', 'name', 'scopes']);
  });
});
