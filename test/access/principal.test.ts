import { describe, expect, it } from 'vitest';
import { type Principal, parseScopes, requireScope, requireTenant, type Scope } from '../../src/access/principal.js';
import { AccessRefused, FieldRefused } from '../../src/access/refusal.js';
import { ScimError } from '../../src/scim/errors.js';
import { thrownBy } from './fakes.js';

function principal(...scopes: Scope[]): Principal {
  const tenant = {
    id: 't1',
    name: 'acme',
    profile: 'entra',
    created: '2031-01-01T00:00:00.000Z',
    disabled: undefined,
    settings: { allowsBasic: false, requestLimit: undefined },
  };
  return { tenant, credential: { id: 'c1', name: 'Entra', kind: 'token' }, scopes: new Set(scopes) };
}

describe('parseScopes', () => {
  it.each<[string, Scope[]]>([
    ['scim:read', ['scim:read']],
    ['scim:read,scim:write', ['scim:read', 'scim:write']],
    [' scim:write , scim:read ', ['scim:write', 'scim:read']],
    ['scim:read scim:write', ['scim:read', 'scim:write']],
    ['scim:read,scim:read,', ['scim:read']],
  ])('%j gives %j', (text, scopes) => {
    expect(parseScopes(text)).toEqual(scopes);
  });

  it.each([
    [
      'scim:read,scim:admin',
      '"scim:admin" is not a scope; the scopes are scim:read, scim:write, scim:catalog, events:read',
    ],
    ['SCIM:READ', '"SCIM:READ" is not a scope; the scopes are scim:read, scim:write, scim:catalog, events:read'],
    ['constructor', '"constructor" is not a scope; the scopes are scim:read, scim:write, scim:catalog, events:read'],
    [' , ', 'no scope was given; the scopes are scim:read, scim:write, scim:catalog, events:read'],
  ])('%j is refused: %s', (text, message) => {
    expect(() => parseScopes(text)).toThrow(new FieldRefused('scopes', message));
  });
});

describe('requireScope', () => {
  it('lets a request through that has the scope', () => {
    expect(() => requireScope(principal('scim:read'), 'scim:read')).not.toThrow();
  });

  it.each<[Scope, Scope]>([
    ['scim:read', 'scim:write'],
    ['scim:write', 'scim:read'],
  ])('%s does not include %s: 403 with the challenge of RFC 6750 §3.1', (held, needed) => {
    const refused = thrownBy(() => requireScope(principal(held), needed));
    expect(refused).toBeInstanceOf(AccessRefused);
    expect(refused).toMatchObject({
      status: 403,
      challenges: [`Bearer realm="scim", error="insufficient_scope", scope="${needed}"`],
      reason: { failed: 'scope', expected: needed, came: [held], credential: { id: 'c1', name: 'Entra' } },
      tenant: 't1',
    });
    expect((refused as ScimError).detail).toContain(needed);
  });
});

describe('requireTenant', () => {
  it('takes the credential’s own tenant, in any case', () => {
    expect(() => requireTenant(principal(), 'acme')).not.toThrow();
    expect(() => requireTenant(principal(), 'ACME')).not.toThrow();
  });

  it.each(['other', '', 'acme ', 't1', '__proto__'])('answers %j as an address that does not exist', (name) => {
    const refused = thrownBy(() => requireTenant(principal('scim:read', 'scim:write'), name));
    expect(refused).toMatchObject({
      status: 404,
      challenges: [],
      // For the activity of the tenant whose credential it is; the client is told nothing of it.
      reason: { failed: 'tenant', expected: 'acme', came: name },
      tenant: 't1',
    });
    expect((refused as ScimError).toMessage()).toEqual(new ScimError('notFound').toMessage());
  });
});
