import { describe, expect, test } from 'vitest';
import { draftOf, EMPTY_TRUST, trustMistakes, trustOf } from '../../src/admin-ui/connect/trust.js';
import { patchOf } from '../../src/admin-ui/credentials/patch.js';
import type { CredentialView } from '../../src/http/admin/messages.js';

const DIRECTORY = '8aa4d1e2-0b6c-4f3e-9d57-3c1f0a6b2e94';

describe('what is trusted of an issuer', () => {
  test('Entra without a secret: the v1 issuer of that directory, and the audience of all own applications', () => {
    expect(trustOf('entra-token', { ...EMPTY_TRUST, directory: ` ${DIRECTORY} ` })).toEqual({
      issuer: `https://sts.windows.net/${DIRECTORY}/`,
      audiences: ['8adf8e6e-67b2-4cf2-a259-e3dc5476c621'],
      subject: null,
      directory: DIRECTORY,
    });
  });

  test('workload identity federation: the v2 issuer, and the audiences that were given', () => {
    const draft = {
      ...EMPTY_TRUST,
      directory: DIRECTORY,
      audiences: 'app\napi://app, api://app/x\n',
      subject: 'object',
    };
    expect(trustOf('entra-workload', draft)).toEqual({
      issuer: `https://login.microsoftonline.com/${DIRECTORY}/v2.0`,
      audiences: ['app', 'api://app', 'api://app/x'],
      subject: 'object',
      directory: DIRECTORY,
    });
  });

  test('a trust that is there comes back as it was', () => {
    const trust = { issuer: 'https://login.example.com/', audiences: ['a', 'b'], subject: null, directory: 'd' };
    expect(trustOf('any', draftOf(trust))).toEqual(trust);
  });

  test.each([
    ['entra-token', EMPTY_TRUST, ['directory']],
    ['entra-token', { ...EMPTY_TRUST, directory: 'contoso.com' }, ['directory']],
    ['entra-workload', { ...EMPTY_TRUST, directory: DIRECTORY }, ['audiences']],
    ['any', EMPTY_TRUST, ['audiences', 'issuer', 'subject']],
    ['any', { issuer: 'https://i.example', audiences: 'a', subject: 's', directory: '' }, []],
    ['any', { issuer: 'https://i.example', audiences: 'a', subject: '', directory: 'd' }, []],
    ['any', { issuer: 'i.example', audiences: 'a', subject: 's', directory: '' }, ['issuer']],
  ] as const)('%s with %j: wrong are %j', (form, draft, fields) => {
    expect(Object.keys(trustMistakes(form, draft)).sort()).toEqual(fields);
  });
});

describe('a change of a credential', () => {
  const before: CredentialView = {
    id: 'c',
    kind: 'federation',
    name: 'Entra',
    state: 'active',
    scopes: ['scim:read', 'scim:write'],
    created: '2026-11-21T00:00:00Z',
    createdBy: null,
    expires: null,
    revoked: null,
    lastUsed: null,
    lastAddress: null,
    user: null,
    identifier: 'scim-1',
    tokenLifetime: 3600,
    trust: { issuer: 'https://i.example', audiences: ['a'], subject: 's', directory: null },
    keys: [],
    warning: null,
  };
  const same = {
    name: ' Entra ',
    scopes: ['scim:write', 'scim:read'],
    expires: null,
    tokenLifetime: 3600,
    trust: { issuer: 'https://i.example', audiences: 'a', subject: 's', directory: '' },
  };

  test('is empty when nothing differs', () => {
    expect(patchOf(before, same)).toEqual({});
  });

  test('has only what differs', () => {
    expect(patchOf(before, { ...same, expires: '90d', trust: { ...same.trust, audiences: 'a b' } })).toEqual({
      expires: '90d',
      trust: { issuer: 'https://i.example', audiences: ['a', 'b'], subject: 's', directory: null },
    });
  });

  test('never sends what its kind does not have', () => {
    const token = { ...before, kind: 'token' as const, tokenLifetime: null, trust: null };
    expect(patchOf(token, { ...same, tokenLifetime: 7200 })).toEqual({});
  });
});
