/**
 * The routes of the admin API, a line each: what is called, who may, and which file answers. openapi.yaml has the same,
 * and a test compares the two.
 */
import type { z } from 'zod';
import type { Permission } from '../../access/roles.js';
import { getActivity, listActivity, listUnattributed } from './activity.js';
import {
  createInvitation,
  createPasswordLink,
  createToken,
  listAdmins,
  listInvitations,
  listTokens,
  removeAdmin,
  removeInvitation,
  removeToken,
  updateAdmin,
} from './admins.js';
import { listAudit } from './audit.js';
import * as bodies from './bodies.js';
import {
  createCredential,
  endKey,
  getCredential,
  listCredentials,
  revokeCredential,
  rotateCredential,
  updateCredential,
} from './credentials.js';
import {
  discard,
  type FindRecipient,
  listDeadLetters,
  listEvents,
  listSubscribers,
  redeliver,
  replayToSubscriber,
  subscriberInPath,
} from './deliveries.js';
import { getResource, listHistory, listMembers, listResources } from './directory.js';
import { exportActivity } from './export.js';
import type { AdminRequest, AdminResponse, PublicRequest } from './handler.js';
import type { AdminParts } from './parts.js';
import {
  createReceiver,
  getReceiver,
  listReceivers,
  receiverInPath,
  removeReceiver,
  replayToReceiver,
  rotateReceiver,
  testReceiver,
  updateReceiver,
} from './receivers.js';
import { getSchemas, putSchemas } from './schemas.js';
import {
  acceptInvitation,
  changeAccount,
  createSession,
  deleteSession,
  getConfig,
  getSession,
  lookAtInvitation,
} from './session.js';
import { getSettings } from './settings.js';
import { listSigningKeys, rotateSigningKey } from './signing-keys.js';
import { finishSso, startSso } from './sso.js';
import {
  createTenant,
  deleteTenant,
  getConnection,
  getTenant,
  getTraffic,
  listTenants,
  updateTenant,
} from './tenants.js';
import { listTypes } from './types.js';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface RouteBase {
  readonly method: Method;
  /** Below /admin/api, as Express has it. */
  readonly path: string;
  /** What the body must be; undefined: there is none. */
  readonly body: z.ZodType | undefined;
}

/** Answered for anybody. */
export interface PublicRoute extends RouteBase {
  readonly access: 'public';
  /** True where a browser comes from another site, as sign-in elsewhere makes it. */
  readonly isFromElsewhere: boolean;
  readonly handler: (request: PublicRequest, parts: AdminParts) => Promise<AdminResponse>;
}

/** `session`: for whoever has signed in, and no token. Otherwise the permission that it takes. */
export interface GuardedRoute extends RouteBase {
  readonly access: 'session' | Permission;
  readonly handler: (request: AdminRequest, parts: AdminParts) => Promise<AdminResponse>;
}

export type AdminRoute = PublicRoute | GuardedRoute;

const T = '/tenants/:tenant';
const CREDENTIAL = `${T}/credentials/:id`;
const RECEIVER = `${T}/receivers/:id`;
const SUBSCRIBER = `${T}/subscribers/:name`;
const RESOURCES = `${T}/resources/:type`;

export const ADMIN_ROUTES: readonly AdminRoute[] = [
  open('GET', '/config', getConfig),
  guard('GET', '/session', 'session', getSession),
  open('POST', '/session', createSession, bodies.signIn),
  guard('DELETE', '/session', 'session', deleteSession),
  open('POST', '/invitation/look', lookAtInvitation, bodies.invitationToken),
  open('POST', '/invitation/accept', acceptInvitation, bodies.acceptInvitation),
  openToOthers('GET', '/sso/start', startSso),
  openToOthers('GET', '/sso/callback', finishSso),
  guard('PATCH', '/account', 'session', changeAccount, bodies.accountChange),

  guard('GET', '/tenants', 'tenants.read', listTenants),
  guard('POST', '/tenants', 'tenants.create', createTenant, bodies.newTenant),
  guard('GET', T, 'tenants.read', getTenant),
  guard('PATCH', T, 'tenants.configure', updateTenant, bodies.tenantPatch),
  guard('DELETE', T, 'tenants.control', deleteTenant, bodies.confirmation),
  guard('GET', `${T}/schemas`, 'tenants.read', getSchemas),
  guard('PUT', `${T}/schemas`, 'tenants.configure', putSchemas, bodies.schemas),
  guard('GET', `${T}/traffic`, 'tenants.read', getTraffic),
  guard('GET', `${T}/connection`, 'credentials.read', getConnection),

  guard('GET', `${T}/credentials`, 'credentials.read', listCredentials),
  guard('POST', `${T}/credentials`, 'credentials.write', createCredential, bodies.newCredential),
  guard('GET', CREDENTIAL, 'credentials.read', getCredential),
  guard('PATCH', CREDENTIAL, 'credentials.write', updateCredential, bodies.credentialPatch),
  guard('POST', `${CREDENTIAL}/rotate`, 'credentials.write', rotateCredential, bodies.rotation),
  guard('POST', `${CREDENTIAL}/revoke`, 'credentials.write', revokeCredential, bodies.empty),
  guard('POST', `${CREDENTIAL}/keys/:key/end`, 'credentials.write', endKey, bodies.empty),

  guard('GET', `${T}/types`, 'directory.read', listTypes),
  guard('GET', RESOURCES, 'directory.read', listResources),
  guard('GET', `${RESOURCES}/:id`, 'directory.read', getResource),
  guard('GET', `${RESOURCES}/:id/members`, 'directory.read', listMembers),
  guard('GET', `${RESOURCES}/:id/history`, 'directory.read', listHistory),

  guard('GET', `${T}/receivers`, 'events.read', listReceivers),
  guard('POST', `${T}/receivers`, 'events.write', createReceiver, bodies.newReceiver),
  guard('GET', RECEIVER, 'events.read', getReceiver),
  guard('PATCH', RECEIVER, 'events.write', updateReceiver, bodies.receiverPatch),
  guard('DELETE', RECEIVER, 'events.write', removeReceiver),
  guard('POST', `${RECEIVER}/rotate`, 'events.write', rotateReceiver, bodies.rotation),
  guard('POST', `${RECEIVER}/test`, 'events.write', testReceiver, bodies.empty),
  guard('POST', `${RECEIVER}/replay`, 'events.write', replayToReceiver, bodies.replay),
  ...deadLetterRoutes(RECEIVER, receiverInPath),
  guard('GET', `${T}/subscribers`, 'events.read', listSubscribers),
  guard('POST', `${SUBSCRIBER}/replay`, 'events.write', replayToSubscriber, bodies.replay),
  ...deadLetterRoutes(SUBSCRIBER, subscriberInPath),
  guard('GET', `${T}/events`, 'events.read', listEvents),

  guard('GET', `${T}/activity`, 'activity.read', listActivity),
  guard('GET', `${T}/activity/export`, 'activity.read', exportActivity),
  guard('GET', `${T}/activity/:requestId`, 'activity.read', getActivity),
  guard('GET', '/activity', 'activity.read', listUnattributed),

  guard('GET', '/admins', 'admins.read', listAdmins),
  guard('PATCH', '/admins/:id', 'admins.write', updateAdmin, bodies.adminPatch),
  guard('DELETE', '/admins/:id', 'admins.write', removeAdmin),
  guard('POST', '/admins/:id/password-link', 'admins.write', createPasswordLink, bodies.empty),
  guard('GET', '/invitations', 'admins.read', listInvitations),
  guard('POST', '/invitations', 'admins.write', createInvitation, bodies.newInvitation),
  guard('DELETE', '/invitations/:id', 'admins.write', removeInvitation),
  guard('GET', '/tokens', 'admins.read', listTokens),
  guard('POST', '/tokens', 'admins.write', createToken, bodies.newAdminToken),
  guard('DELETE', '/tokens/:id', 'admins.write', removeToken),
  guard('GET', '/audit', 'audit.read', listAudit),
  guard('GET', '/settings', 'settings.read', getSettings),
  guard('GET', '/signing-keys', 'settings.read', listSigningKeys),
  guard('POST', '/signing-keys/rotate', 'settings.write', rotateSigningKey, bodies.rotation),
];

/** What was given up, of whoever the path names. */
function deadLetterRoutes(path: string, find: FindRecipient): GuardedRoute[] {
  const letter = `${path}/dead-letters/:letter`;
  return [
    guard('GET', `${path}/dead-letters`, 'events.read', listDeadLetters(find)),
    guard('POST', `${letter}/redeliver`, 'events.write', redeliver(find), bodies.empty),
    guard('DELETE', letter, 'events.write', discard(find)),
  ];
}

/** The schema checks the body before the handler sees it, which is what makes its type true. */
function open<Body>(
  method: Method,
  path: string,
  handler: (request: PublicRequest & { readonly body: Body }, parts: AdminParts) => Promise<AdminResponse>,
  body?: z.ZodType<Body>,
): PublicRoute {
  return { method, path, access: 'public', isFromElsewhere: false, handler: handler as PublicRoute['handler'], body };
}

function openToOthers(method: Method, path: string, handler: PublicRoute['handler']): PublicRoute {
  return { method, path, access: 'public', isFromElsewhere: true, handler, body: undefined };
}

function guard<Body>(
  method: Method,
  path: string,
  access: GuardedRoute['access'],
  handler: (request: AdminRequest & { readonly body: Body }, parts: AdminParts) => Promise<AdminResponse>,
  body?: z.ZodType<Body>,
): GuardedRoute {
  return { method, path, access, handler: handler as GuardedRoute['handler'], body };
}
