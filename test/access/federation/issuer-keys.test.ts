import { errors, exportJWK, generateKeyPair, type JWK } from 'jose';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createIssuerKeys, type IssuerKeys } from '../../../src/access/federation/issuer-keys.js';
import { IssuerError } from '../../../src/access/federation/refusal.js';
import type { JsonObject } from '../../../src/scim/json.js';

const ISSUER = 'https://issuer.example/directory/';
const DISCOVERY = 'https://issuer.example/directory/.well-known/openid-configuration';
const JWKS = 'https://keys.example/directory';
const MINUTE = 60_000;

let jwks: readonly JWK[];
let documents: Record<string, JsonObject | IssuerError>;
let fetched: string[];
let now: number;
let keys: IssuerKeys;

const find = (kid: string | undefined, issuer = ISSUER, directory?: string) =>
  keys.find(issuer, directory, { alg: 'ES256', ...(kid !== undefined && { kid }) }, { payload: '', signature: '' });

/** How often the keys themselves were fetched. */
const fetches = () => fetched.filter((url) => url === JWKS).length;

beforeAll(async () => {
  jwks = await Promise.all(
    ['one', 'two', 'three'].map(async (kid) => {
      const { publicKey } = await generateKeyPair('ES256', { extractable: true });
      return { ...(await exportJWK(publicKey)), kid, use: 'sig' };
    }),
  );
});

const publish = (...published: unknown[]): JsonObject => ({ keys: published }) as JsonObject;

beforeEach(() => {
  documents = { [DISCOVERY]: { issuer: ISSUER, jwks_uri: JWKS }, [JWKS]: publish(jwks[0]) };
  fetched = [];
  now = Date.parse('2031-01-31T12:00:00Z');
  const fetchJson = async (url: string) => {
    fetched.push(url);
    const document = documents[url] ?? new IssuerError(`${url} is not there`, true);
    if (document instanceof IssuerError) throw document;
    return document;
  };
  keys = createIssuerKeys({ fetchJson, now: () => now });
});

describe('the keys of an issuer', () => {
  test('are found by discovery, on whatever host it names', async () => {
    expect((await find('one')).type).toBe('public');
    expect(fetched).toEqual([DISCOVERY, JWKS]);
  });

  test('are fetched once for many who ask at once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => find('one')));
    expect(fetches()).toBe(1);
  });

  test('are fetched again after an hour, and not before', async () => {
    await find('one');
    now += 59 * MINUTE;
    await find('one');
    expect(fetches()).toBe(1);
    now += MINUTE;
    await find('one');
    expect(fetches()).toBe(2);
  });

  test('are fetched again for a key that is new', async () => {
    await find('one');
    documents[JWKS] = publish(jwks[1]);
    now += MINUTE;
    await find('two');
    expect(fetches()).toBe(2);
    await expect(find('one')).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
  });

  test('are fetched at most every 30 seconds, whatever key ids are named', async () => {
    await find('one');
    for (let i = 0; i < 50; i++) await expect(find(`made up ${i}`)).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
    expect(fetches()).toBe(1);
    now += 30_000;
    for (let i = 0; i < 50; i++) await expect(find(`made up ${i}`)).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
    expect(fetches()).toBe(2);
  });

  test('are used for a day while the issuer is away, where the key is known', async () => {
    await find('one');
    documents = {};
    now += 23 * 60 * MINUTE;
    expect((await find('one')).type).toBe('public');
    await expect(find('two')).rejects.toMatchObject({ isTemporary: true });
    now += 60 * MINUTE;
    await expect(find('one')).rejects.toBeInstanceOf(IssuerError);
  });

  test('are asked for again half a minute after that failed', async () => {
    const whole = documents;
    documents = {};
    await expect(find('one')).rejects.toBeInstanceOf(IssuerError);
    documents = whole;
    await expect(find('one')).rejects.toBeInstanceOf(IssuerError);
    now += 30_000;
    expect((await find('one')).type).toBe('public');
  });

  test('are told apart from those of other issuers', async () => {
    const other = 'https://other.example';
    documents[`${other}/.well-known/openid-configuration`] = { issuer: other, jwks_uri: 'https://other.example/keys' };
    documents['https://other.example/keys'] = publish(jwks[1]);
    await find('one');
    await find('two', other);
    await expect(find('two')).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
  });

  test('are forgotten of the issuer that was used least recently, beyond a thousand', async () => {
    await find('one');
    for (let i = 0; i < 1_000; i++) {
      const other = `https://issuer-${i}.example`;
      documents[`${other}/.well-known/openid-configuration`] = { issuer: other, jwks_uri: JWKS };
      await find('one', other);
      if (i === 500) await find('one');
    }
    const before = fetched.length;
    await find('one');
    await find('one', 'https://issuer-999.example');
    expect(fetched.length).toBe(before);
    await find('one', 'https://issuer-0.example');
    expect(fetched.length).toBe(before + 2);
  });

  test('without an id are taken where there is but one that fits', async () => {
    expect((await find(undefined)).type).toBe('public');
    documents[JWKS] = publish(jwks[0], jwks[1]);
    now += 60 * MINUTE;
    await expect(find(undefined)).rejects.toBeInstanceOf(errors.JWKSMultipleMatchingKeys);
  });

  test('hold no symmetric one, and nothing that is no key', async () => {
    documents[JWKS] = publish(null, 'key', { kty: 'oct', k: 'c2VjcmV0', kid: 'one' }, jwks[1]);
    await expect(find('one')).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
    expect((await find('two')).type).toBe('public');
  });
});

describe('the discovery document', () => {
  test.each([
    ['of another issuer', { issuer: 'https://other.example/', jwks_uri: JWKS }, false],
    ['that differs by a slash', { issuer: ISSUER.slice(0, -1), jwks_uri: JWKS }, false],
    ['without an issuer', { jwks_uri: JWKS }, false],
    ['of all tenants together', { issuer: 'https://issuer.example/{tenantid}/', jwks_uri: JWKS }, false],
    ['without jwks_uri', { issuer: ISSUER }, true],
    ['whose jwks_uri is no text', { issuer: ISSUER, jwks_uri: 1 }, true],
  ])('%s is refused', async (_what, document: JsonObject, isTemporary) => {
    documents[DISCOVERY] = document;
    const error = await find('one').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(IssuerError);
    expect(error).toMatchObject({ isTemporary });
    expect(fetches()).toBe(0);
  });

  test('may leave the directory open when that of the credential fits', async () => {
    documents[DISCOVERY] = { issuer: 'https://issuer.example/{tenantid}/', jwks_uri: JWKS };
    expect((await find('one', ISSUER, 'directory')).type).toBe('public');
  });

  test('that leaves the directory open is refused when that of the credential is another', async () => {
    documents[DISCOVERY] = { issuer: 'https://issuer.example/{tenantid}/', jwks_uri: JWKS };
    await expect(find('one', ISSUER, 'other')).rejects.toBeInstanceOf(IssuerError);
  });

  test('whose keys are no list is refused', async () => {
    documents[JWKS] = { keys: 'none' };
    await expect(find('one')).rejects.toBeInstanceOf(IssuerError);
  });
});
