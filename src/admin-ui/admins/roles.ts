/** Which roles go with a tenant. Their names are in components/words.ts; a test holds both lists to access/roles.ts. */
import type { AdminView } from '../../http/admin/messages.js';
import { ROLE_WORDS } from '../components/words.js';

/** Whether somebody with the role has one tenant: must, may, or must not. */
export const TENANT_BOUND: Readonly<Record<string, 'always' | 'maybe' | 'never'>> = {
  owner: 'never',
  operator: 'never',
  'tenant-admin': 'always',
  viewer: 'maybe',
};

/** `tenant-admin` → `Tenant admin`; a role that is not known stays as it is. */
export function roleText(role: string): string {
  return Object.hasOwn(ROLE_WORDS, role) ? (ROLE_WORDS[role]?.label ?? role) : role;
}

/** What is missing about a role together with a tenant, for people; empty when they fit. */
export function tenantMistake(role: string, tenant: string | null): string {
  return TENANT_BOUND[role] === 'always' && tenant === null ? 'Choose the tenant that this role is for.' : '';
}

/** The tenant that goes with a role: none for those who have all. */
export const tenantFor = (role: string, tenant: string | null): string | null =>
  TENANT_BOUND[role] === 'never' ? null : tenant;

/** How an admin signs in. */
export function signInText({ hasPassword, usesSso }: AdminView): string {
  if (hasPassword && usesSso) return 'Password and single sign-on';
  if (hasPassword) return 'Password';
  return usesSso ? 'Single sign-on' : 'Not yet';
}
