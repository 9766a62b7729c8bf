/** What each role of an admin allows. Knows: roles and permissions. Does not know: sessions, HTTP, the store. */

/** What can be allowed. Those of `tenant` roles hold for the one tenant of the admin alone. */
export const PERMISSIONS = {
  'tenants.read': 'see tenants and their traffic',
  'tenants.create': 'create tenants',
  'tenants.configure': 'change the profile of a tenant and what kinds of credentials it takes',
  'tenants.control': 'rename, limit, disable and delete tenants',
  'credentials.read': 'see credentials, without their secrets',
  'credentials.write': 'issue, rotate and revoke credentials',
  'directory.read': 'see users, groups and their history',
  'events.read': 'see events, and who is told of them',
  'events.write': 'say who is told of events, and have them told again',
  'activity.read': 'see and export what clients have requested',
  'audit.read': 'see what admins have done',
  'admins.read': 'see admins, invitations and admin tokens',
  'admins.write': 'invite, change and remove admins, and issue admin tokens',
  'settings.read': 'see the settings of the server',
  'settings.write': 'replace the key that signs security event tokens',
} as const satisfies Record<string, string>;

export type Permission = keyof typeof PERMISSIONS;

const READING = [
  'tenants.read',
  'credentials.read',
  'directory.read',
  'events.read',
  'activity.read',
  'audit.read',
] as const satisfies readonly Permission[];

/** The settings are those of the server: for whoever runs it. */
const RUNNING = [
  ...READING,
  'settings.read',
  'settings.write',
  'tenants.create',
  'tenants.configure',
  'tenants.control',
  'credentials.write',
  'events.write',
] as const satisfies readonly Permission[];

/** `isTenantBound`: whether somebody with the role has one tenant: must, may, or must not. */
export const ROLES = {
  owner: { permissions: [...RUNNING, 'admins.read', 'admins.write'], isTenantBound: 'never' },
  operator: { permissions: RUNNING, isTenantBound: 'never' },
  'tenant-admin': {
    permissions: [...READING, 'tenants.configure', 'credentials.write', 'events.write'],
    isTenantBound: 'always',
  },
  viewer: { permissions: READING, isTenantBound: 'maybe' },
} as const satisfies Record<
  string,
  { readonly permissions: readonly Permission[]; readonly isTenantBound: 'always' | 'maybe' | 'never' }
>;

export type Role = keyof typeof ROLES;

/** True for the name of a role that this version knows. */
export function isRole(text: string): text is Role {
  return Object.hasOwn(ROLES, text);
}

/** A role that this version does not know allows nothing. */
export function permissionsOf(role: string): ReadonlySet<Permission> {
  return new Set<Permission>(isRole(role) ? ROLES[role].permissions : []);
}
