import { describe, expect, test } from 'vitest';
import { ROLES } from '../../src/access/roles.js';
import { roleText, TENANT_BOUND, tenantFor, tenantMistake } from '../../src/admin-ui/admins/roles.js';
import { ROLE_WORDS } from '../../src/admin-ui/components/words.js';

describe('roles in words', () => {
  test('every role has words, and the page knows who has one tenant', () => {
    const bound = Object.fromEntries(Object.entries(ROLES).map(([role, { isTenantBound }]) => [role, isTenantBound]));
    expect(TENANT_BOUND).toEqual(bound);
    expect(Object.keys(ROLE_WORDS)).toEqual(Object.keys(ROLES));
  });

  test('a role that this page does not know stays as it is', () => {
    expect(roleText('tenant-admin')).toBe('Tenant admin');
    expect(roleText('toString')).toBe('toString');
  });

  test('a tenant admin needs a tenant, an operator has none, a viewer may have one', () => {
    expect(tenantMistake('tenant-admin', null)).toMatch(/Choose the tenant/);
    expect(tenantMistake('tenant-admin', 'acme')).toBe('');
    expect(tenantMistake('viewer', null)).toBe('');
    expect(tenantFor('operator', 'acme')).toBeNull();
    expect(tenantFor('viewer', 'acme')).toBe('acme');
  });
});
