/** Actions of admins in words, by their names in the audit. A test holds the list to that of access/audit.ts. */
export const ACTIONS = {
  'session.start': 'Signed in',
  'session.end': 'Signed out',
  'session.refused': 'Tried to sign in',
  'account.update': 'Changed their own account',
  'tenant.create': 'Created a tenant',
  'tenant.update': 'Changed a tenant',
  'tenant.schemas': 'Changed the schemas of a tenant',
  'tenant.delete': 'Deleted a tenant',
  'tenant.export': 'Exported a tenant',
  'tenant.import': 'Imported a tenant',
  'credential.create': 'Issued a credential',
  'credential.update': 'Changed a credential',
  'credential.rotate': 'Gave a credential a new secret',
  'credential.revoke': 'Revoked a credential',
  'credential.end-key': 'Ended an old secret of a credential',
  'receiver.create': 'Made a receiver of events',
  'receiver.update': 'Changed a receiver of events',
  'receiver.rotate': 'Gave a webhook a new secret',
  'receiver.test': 'Sent a receiver a test event',
  'receiver.delete': 'Removed a receiver of events',
  'delivery.replay': 'Had events told again',
  'delivery.redeliver': 'Had a dead letter tried again',
  'delivery.discard': 'Threw a dead letter away',
  'admin.update': 'Changed an admin',
  'admin.delete': 'Removed an admin',
  'admin.bind': 'Tied an admin to single sign-on',
  'admin.reset': 'Made a link for a new password',
  'invitation.create': 'Invited somebody',
  'invitation.accept': 'Accepted an invitation',
  'invitation.delete': 'Took an invitation back',
  'token.create': 'Issued an admin token',
  'token.delete': 'Removed an admin token',
  'activity.export': 'Exported the activity of a tenant',
  'signing-key.rotate': 'Replaced the key that signs security event tokens',
} as const satisfies Record<string, string>;

/** `credential.rotate` → `Gave a credential a new secret`; a name that is not known stays as it is. */
export function actionText(action: string): string {
  return Object.hasOwn(ACTIONS, action) ? ACTIONS[action as keyof typeof ACTIONS] : action;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One of the details: one value, or both sides of what was changed. */
export interface AuditDetail {
  readonly name: string;
  /** Undefined: there is only one side. */
  readonly before: string | undefined;
  readonly value: string;
}

/** What it means that a detail has no value, where that is not nothing. */
const WITHOUT: ReadonlyMap<string, string> = new Map([
  ['events', 'all'],
  ['expires', 'never'],
  ['requestLimit', 'that of the server'],
  ['tenant', 'all'],
]);

function sideText(name: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return WITHOUT.get(name) ?? 'nothing';
  if (Array.isArray(value)) return value.map((one) => sideText(name, one)).join(', ') || 'nothing';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** `{profile: {before: 'a', after: 'b'}}` → one row with both sides. */
export function detailsOf(details: Readonly<Record<string, unknown>>): AuditDetail[] {
  return Object.entries(details).map(([name, value]) =>
    isObject(value) && 'before' in value && 'after' in value
      ? { name, before: sideText(name, value.before), value: sideText(name, value.after) }
      : { name, before: undefined, value: sideText(name, value) },
  );
}
