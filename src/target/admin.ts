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
import { OPTIONS, OptionError, type TargetSettings } from '../options.js';
import { textOf } from './given.js';
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
export function adminOf(own: OwnParts, settings: TargetSettings, paths: Partial<ConnectionPaths> | undefined) {
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
    // What is not for this target to know is not for its page to tell.
    optionDescriptions: OPTIONS.filter(({ name }) => name in settings),
    publicUrl: settings.publicUrl,
    paths: { ...PATHS, ...paths },
  });
  return {
    router: () => (router ??= adminRouter(whole())),
    invite: async ({ email, role = 'owner', tenant: name }: Parameters<ScimTarget['inviteAdmin']>[0] = {}) => {
      const tenant = name === undefined ? undefined : await findTenant(store, name);
      if (email !== undefined) textOf('email', email);
      const { token, key } = await invitations.create({ email, role, tenant, createdBy: undefined });
      const actor = { kind: 'app', id: undefined, name: 'the app' } as const;
      const about = { tenant, target: key.name, details: { role } };
      await audit(store, { time: key.created, actor, action: 'invitation.create', ...about });
      return { path: setUpPath(token), token };
    },
    close: () => purge.close(),
  };
}

/** @throws OptionError where single sign-on is set up by half, or unsafely */
export function checkSso({ ssoIssuer: issuer, ssoClientId, ssoClientSecret, issuerPrivate }: TargetSettings): void {
  if (issuer === undefined) {
    if ((ssoClientId ?? ssoClientSecret) === undefined) return;
    throw new OptionError('ssoClientId and ssoClientSecret need ssoIssuer (SCIM_TARGET_SSO_ISSUER) beside them.');
  }
  if (ssoClientId === undefined) {
    throw new OptionError(
      'ssoIssuer (SCIM_TARGET_SSO_ISSUER) needs ssoClientId (SCIM_TARGET_SSO_CLIENT_ID) beside it.',
    );
  }
  if (!isIssuerTaken(issuer, issuerPrivate === 'allow')) {
    throw new OptionError('ssoIssuer (SCIM_TARGET_SSO_ISSUER) must be an https URL.');
  }
}

/** Undefined where it is not set up. */
function ssoOf(
  parts: Pick<AdminParts, 'store' | 'invitations' | 'clock' | 'randomBytes' | 'log'>,
  { ssoIssuer: issuer, ssoClientId: clientId, ssoClientSecret: clientSecret, ssoLabel: label }: TargetSettings,
): SingleSignOn | undefined {
  if (issuer === undefined || clientId === undefined) return undefined;
  return new SingleSignOn({ ...parts, issuer, clientId, clientSecret, label });
}
