/** Signing in and out, the account of whoever is signed in, and the links that let somebody in for the first time. */
import { principalOfSession } from '../../access/admin-access.js';
import { checkName } from '../../access/admins.js';
import { actorOf, bothSides } from '../../access/audit.js';
import { hashPassword, isPassword, passwordProblem } from '../../access/passwords.js';
import { AccessError, FieldRefused } from '../../access/refusal.js';
import { beginAttempt, failAttempt, SignInRefused, signIn, welcome, wrongPassword } from '../../access/sign-in.js';
import type { Admin, AdminChange } from '../../store/store.js';
import type { AdminRequest, AdminResponse, PublicRequest } from './handler.js';
import type { AcceptInvitation, AccountChange, Config, SignIn } from './messages.js';
import type { AdminParts } from './parts.js';
import { packageVersion } from './settings.js';
import { invitationView, sessionView, tenantNames } from './views.js';

/** GET /config */
export async function getConfig(_request: PublicRequest, { store, sso }: AdminParts): Promise<AdminResponse> {
  const needsSetUp = (await store.admins()).length === 0;
  const config: Config = { version: packageVersion(), sso: sso?.label ?? null, needsSetUp };
  return { status: 200, body: config };
}

/** GET /session */
export async function getSession({ admin }: AdminRequest, parts: AdminParts): Promise<AdminResponse> {
  return { status: 200, body: await sessionView(admin, parts) };
}

/** POST /session. Signing in always makes a new session; the one that the browser had ends. */
export async function createSession(
  request: PublicRequest & { readonly body: SignIn },
  parts: AdminParts,
): Promise<AdminResponse> {
  const { body, address } = request;
  return startSession(await signIn(parts, { ...body, address }), request, parts);
}

/** DELETE /session */
export async function deleteSession({ admin }: AdminRequest, { sessions }: AdminParts): Promise<AdminResponse> {
  await sessions.end(admin.key);
  return { status: 204, session: null, audit: { action: 'session.end' } };
}

/** POST /invitation/look */
export async function lookAtInvitation(
  { body }: PublicRequest & { readonly body: { token: string } },
  { invitations, store }: AdminParts,
): Promise<AdminResponse> {
  const { key } = await invitations.look(body.token);
  return { status: 200, body: invitationView(key, await tenantNames(store)) };
}

/** POST /invitation/accept: makes the account, or sets the new password, and signs in. */
export async function acceptInvitation(
  request: PublicRequest & { readonly body: AcceptInvitation },
  parts: AdminParts,
): Promise<AdminResponse> {
  const { admin: accepted, isReset } = await parts.invitations.accept(request.body);
  const admin = await welcome(parts, accepted, request.address, 'password');
  const answer = await startSession(admin, request, parts);
  const details = isReset ? { password: 'set anew' } : { role: admin.role };
  const audit = { actor: actorOf(admin), action: 'invitation.accept', target: admin.email, details } as const;
  return { ...answer, audit };
}

/** PATCH /account. A new password ends all sessions, and links for another one; the browser that asked gets a new one. */
export async function changeAccount(
  request: AdminRequest & { readonly body: AccountChange },
  parts: AdminParts,
): Promise<AdminResponse> {
  const { admin: principal, body } = request;
  const { admin } = principal;
  const name = body.name === undefined ? undefined : checkName(body.name);
  const password = body.password && (await newPassword(admin, body.password, request, parts));
  const change: AdminChange = { name, password };
  const after = await parts.store.updateAdmin(admin.id, change);
  if (!after) throw new AccessError('notFound', 'there is no such admin');
  const changes = {
    ...bothSides({ name: admin.name }, { name: after.name }),
    ...(password && { password: 'changed' }),
  };
  const audit = { action: 'account.update', target: admin.email, details: changes } as const;
  if (!password) return { status: 200, body: await sessionView({ ...principal, admin: after }, parts), audit };
  await parts.sessions.endAll(admin.id);
  await parts.invitations.endResets(admin.id);
  const { id, key } = await parts.sessions.start(after);
  return { status: 200, body: await sessionView({ ...principal, admin: after, key }, parts), audit, session: id };
}

/** The hash of it. Guessing the current one is bounded like signing in. */
async function newPassword(
  admin: Admin,
  { current, next }: NonNullable<AccountChange['password']>,
  { address }: AdminRequest,
  { throttle }: AdminParts,
): Promise<string> {
  if (admin.password === undefined) {
    throw new AccessError('conflict', 'this account signs in by single sign-on and has no password to change');
  }
  const attempt = beginAttempt(throttle, admin.email, address);
  if (!(await isPassword(admin.password, current))) {
    await failAttempt(throttle, attempt);
    throw new FieldRefused('password.current', 'the current password is wrong');
  }
  throttle.succeeded(attempt);
  const problem = passwordProblem(next, admin.email);
  if (problem !== undefined) throw new FieldRefused('password.next', problem);
  return hashPassword(next);
}

/** What lets an admin in, however they have shown who they are. @throws SignInRefused */
export async function startSession(
  admin: Admin,
  { sessionId }: Pick<PublicRequest, 'sessionId'>,
  parts: AdminParts,
): Promise<AdminResponse> {
  const { sessions, store } = parts;
  const old = sessionId === undefined ? undefined : await sessions.find(sessionId, false);
  if (old) await sessions.end(old.key);
  const session = await sessions.start(admin);
  // A new password ends the sessions that are there, and this one would have come too late for it.
  const present = await store.admin(admin.id);
  if (!present || present.password !== admin.password) {
    await sessions.end(session.key);
    throw wrongPassword();
  }
  const principal = await principalOfSession(parts, { ...session, admin: present });
  if (!principal) throw new SignInRefused('disabled', 'This account is disabled; ask an owner to enable it.');
  return { status: 200, body: await sessionView(principal, parts), session: session.id };
}
