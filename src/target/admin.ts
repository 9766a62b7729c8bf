/** What lets people manage a target. */
import { randomBytes } from 'node:crypto';
import type { Router } from 'express';
import { AdminTokens } from '../access/admin-tokens.js';
import { Admins } from '../access/admins.js';
import { audit } from '../access/audit.js';
import { Invitations, setUpPath } from '../access/invitations.js';
import { createPurge } from '../access/purge.js';
import { Sessions } from '../access/sessions.js';
import { isIssuerTaken, SingleSignOn } from '../access/sso.js';
import { findTenant } from '../access/tenants.js';
import { ResourceCounts } from '../http/admin/overview.js';
import type { AdminParts, ConnectionPaths } from '../http/admin/parts.js';
import { adminRouter } from '../http/admin-router.js';
import { EVENTS_PATH } from '../http/events-router.js';
import { OAUTH_PATH } from '../http/oauth-router.js';
import { OPTIONS, OptionError, type ServerOptions } from '../options.js';
import type { ScimTarget } from './options.js';

/** As the standalone server has them. */
const PATHS: ConnectionPaths = {
  scim: '/tenants/{tenant}/scim/v2',
  oauth: OAUTH_PATH,
  events: `/tenants/{tenant}${EVENTS_PATH}`,
};

type OwnParts = Pick<
  AdminParts,
  | 'store'
  | 'directory'
  | 'registries'
  | 'filterLimits'
  | 'activity'
  | 'throttle'
  | 'receivers'
  | 'events'
  | 'log'
  | 'clock'
  | 'newId'
>;

/** What lets people manage: the page, their accounts, and what goes on behind a tenant that is deleted. */
export function adminOf(own: OwnParts, settings: ServerOptions, paths: Partial<ConnectionPaths> | undefined) {
  const { store, log } = own;
  const parts = { ...own, randomBytes };
  const sessions = new Sessions({ ...parts, idleTimeout: settings.adminIdleTimeout });
  const invitations = new Invitations({ ...parts, sessions });
  const sso = ssoOf({ ...parts, invitations }, settings);
  const purge = createPurge({ store, log });
  purge.wake();
  let router: Router | undefined;
  const whole = (): AdminParts => ({
    ...parts,
    counts: new ResourceCounts(own),
    sessions,
    invitations,
    admins: new Admins({ ...parts, sessions }),
    tokens: new AdminTokens(parts),
    purge,
    sso,
    options: settings,
    optionDescriptions: OPTIONS,
    publicUrl: settings.publicUrl,
    paths: { ...PATHS, ...paths },
  });
  return {
    router: () => (router ??= adminRouter(whole())),
    invite: async ({ email, role = 'owner', tenant: name }: Parameters<ScimTarget['inviteAdmin']>[0] = {}) => {
      const tenant = name === undefined ? undefined : await findTenant(store, name);
      const { token, key } = await invitations.create({ email, role, tenant, createdBy: undefined });
      const actor = { kind: 'app', id: undefined, name: 'the app' } as const;
      const about = { tenant, target: key.name, details: { role } };
      await audit(store, { time: key.created, actor, action: 'invitation.create', ...about });
      return { path: setUpPath(token), token };
    },
    close: () => purge.close(),
  };
}

/** Undefined where it is not set up. @throws OptionError where it is set up by half, or unsafely */
function ssoOf(
  parts: Pick<AdminParts, 'store' | 'invitations' | 'clock' | 'randomBytes' | 'log'>,
  { ssoIssuer: issuer, ssoClientId: clientId, ssoClientSecret, ssoLabel: label, issuerPrivate }: ServerOptions,
): SingleSignOn | undefined {
  if (issuer === undefined) return undefined;
  if (clientId === undefined)
    throw new OptionError('SCIM_TARGET_SSO_ISSUER needs SCIM_TARGET_SSO_CLIENT_ID beside it.');
  const allowsHttp = issuerPrivate === 'allow';
  if (!isIssuerTaken(issuer, allowsHttp)) throw new OptionError('SCIM_TARGET_SSO_ISSUER must be an https URL.');
  return new SingleSignOn({ ...parts, issuer, clientId, clientSecret: ssoClientSecret, label });
}
