/**
 * Email and password to an admin. Knows: what a refusal may tell, how often may be tried, what is recorded of it.
 * Does not know: sessions (sessions.ts), how a password is kept (passwords.ts).
 */
import { fold } from '../scim/fold.js';
import type { Admin, Store } from '../store/store.js';
import { actorOf, audit } from './audit.js';
import { isPassword } from './passwords.js';
import type { Attempt, Throttle } from './throttle.js';

export interface SignInParts {
  readonly store: Pick<Store, 'adminByEmail' | 'updateAdmin' | 'appendAudit' | 'tenantById'>;
  readonly throttle: Throttle;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
}

/** Why somebody does not come in. `retryAfter`: seconds. */
export class SignInRefused extends Error {
  constructor(
    readonly reason: 'wrong' | 'disabled' | 'too many',
    message: string,
    readonly retryAfter?: number,
  ) {
    super(message);
    this.name = 'SignInRefused';
  }
}

/**
 * The admin with this email and password. Whether it was the email or the password that was wrong can be told neither
 * from the answer nor from the time it takes.
 * @throws SignInRefused
 */
export async function signIn(
  { store, throttle, clock }: SignInParts,
  { email, password, address }: { email: string; password: string; address: string | undefined },
): Promise<Admin> {
  const attempt = beginAttempt(throttle, email.trim(), address);
  const admin = await store.adminByEmail(email.trim());
  const isRight = await isPassword(admin?.password, password);
  if (admin && isRight) {
    throttle.succeeded(attempt);
    return welcome({ store, clock }, admin, address, 'password');
  }
  if (admin) await noteRefusal({ store, clock }, admin, address, 'wrong password');
  else await noteRefusal({ store, clock }, undefined, address, 'unknown email');
  await failAttempt(throttle, attempt);
  throw wrongPassword();
}

/** The same whether it was the email or the password. */
export function wrongPassword(): SignInRefused {
  return new SignInRefused('wrong', 'The email address or the password is wrong.');
}

/** Counts a try of somebody's password. Tell the throttle when it was right. @throws SignInRefused */
export function beginAttempt(throttle: Throttle, email: string, address: string | undefined): Attempt {
  // As the store looks for it: each spelling that finds the account counts as the same.
  const attempt: Attempt = { address, identifier: `admin:${fold(email)}` };
  const wait = throttle.attempt(attempt);
  if (wait !== undefined) throw tooMany(wait);
  return attempt;
}

/** Resolves when the refusal may be answered. @throws SignInRefused when too many wait for that already */
export async function failAttempt(throttle: Throttle, attempt: Pick<Attempt, 'address'>): Promise<void> {
  throttle.failed(attempt);
  const wait = await throttle.hold(attempt.address);
  if (wait !== undefined) throw tooMany(wait);
}

function tooMany(wait: number): SignInRefused {
  return new SignInRefused('too many', `Too many tries that failed; wait ${wait} seconds and try again.`, wait);
}

/**
 * Lets an admin in who has shown who they are, unless they are disabled. Gives them with the password that they have shown,
 * which may be another by now: that is for whoever starts their session to see. @throws SignInRefused
 */
export async function welcome(
  { store, clock }: Pick<SignInParts, 'store' | 'clock'>,
  admin: Admin,
  address: string | undefined,
  how: 'password' | 'single sign-on',
): Promise<Admin> {
  const isStranded = admin.tenant !== undefined && (await store.tenantById(admin.tenant)) === undefined;
  if (admin.disabled !== undefined || isStranded) {
    await noteRefusal({ store, clock }, admin, address, 'disabled');
    throw new SignInRefused('disabled', 'This account is disabled; ask an owner to enable it.');
  }
  const time = clock();
  await store.updateAdmin(admin.id, { lastSignIn: time });
  await audit(store, { time, actor: actorOf(admin), address, action: 'session.start', details: { how } });
  return { ...admin, lastSignIn: time };
}

/** What somebody typed who is no admin may be anything, a password too: it is not recorded. */
async function noteRefusal(
  { store, clock }: Pick<SignInParts, 'store' | 'clock'>,
  admin: Admin | undefined,
  address: string | undefined,
  reason: string,
): Promise<void> {
  const actor = admin ? actorOf(admin) : ({ kind: 'admin', id: undefined, name: 'unknown' } as const);
  await audit(store, {
    time: clock(),
    actor,
    address,
    action: 'session.refused',
    target: admin?.email,
    details: { reason },
  });
}
