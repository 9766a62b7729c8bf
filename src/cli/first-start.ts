/**
 * What a newcomer sees: on an empty store, a tenant and a token to paste into an identity provider, once; and while
 * there is no admin, the link with which somebody becomes one. In production there is no token, which would end up in a
 * log collector, but the link: it is good for one person and one day, and the next start makes another.
 */
import { randomBytes } from 'node:crypto';
import { issueToken } from '../access/credentials.js';
import { Invitations, setUpPath } from '../access/invitations.js';
import { DEFAULT_SCOPES } from '../access/principal.js';
import { AccessError } from '../access/refusal.js';
import { createTenant } from '../access/tenants.js';
import { PROFILES } from '../scim/profiles.js';
import type { Store, Tenant } from '../store/store.js';
import { sources } from './sources.js';
import type { Terminal } from './terminal.js';

const TENANT_NAME = 'default';

/** What the first start needs to know. */
export interface FirstStart {
  readonly store: Store;
  /** Where clients reach the SCIM endpoints, e.g. `http://127.0.0.1:8080/scim/v2`. */
  readonly baseUrl: string;
  /** Where the admin page is, e.g. `http://127.0.0.1:8080/admin`. */
  readonly page: string;
  /** False for a store in memory, whose tenants and tokens no other command can reach. */
  readonly isKept: boolean;
  readonly terminal: Terminal;
}

/** Does nothing when the store is in use. Otherwise makes what it lacks and prints it, or says how to. */
export async function firstStart(start: FirstStart): Promise<void> {
  await firstTenant(start);
  await firstAdmin(start);
}

/** Creates `default` and prints its token, or says how to. */
async function firstTenant({ store, baseUrl, isKept, terminal }: FirstStart): Promise<void> {
  const tenants = await store.tenants();
  const unfinished = await tenantWithoutToken(store, tenants);
  if (tenants.length > 0 && !unfinished) return;
  if (terminal.env.NODE_ENV === 'production') {
    terminal.err(HOW_TO);
    return;
  }
  try {
    const wanted = { name: TENANT_NAME, profile: 'entra', profiles: Object.keys(PROFILES), ...sources };
    const tenant = unfinished ?? (await createTenant(store, wanted));
    const label = { name: 'first start', scopes: DEFAULT_SCOPES, expires: undefined };
    const { token } = await issueToken(store, { tenant, ...label, ...sources, randomBytes });
    terminal.out(welcome(baseUrl, token, isKept ? ANOTHER : IN_MEMORY));
  } catch (error) {
    // Another process on the same store was a moment ahead, and has printed the token.
    if (error instanceof AccessError && error.kind === 'conflict') return;
    throw error;
  }
}

/** What a first start leaves that was ended between its two steps. */
async function tenantWithoutToken(store: Store, tenants: readonly Tenant[]): Promise<Tenant | undefined> {
  const [only, another] = tenants;
  if (only?.name !== TENANT_NAME || another) return undefined;
  return (await store.credentials(only.id)).length === 0 ? only : undefined;
}

/** Prints the link that makes its user the owner, in place of the one that an earlier start has printed. */
async function firstAdmin({ store, page, terminal }: FirstStart): Promise<void> {
  if ((await store.admins()).length > 0) return;
  const sessions = { endAll: (admin: string) => store.removeAdminKeys(admin, 'session') };
  const { token } = await new Invitations({ store, sessions, ...sources, randomBytes }).createFirst();
  terminal.out(setUp(page + setUpPath(token)));
}

const RULE = '-'.repeat(76);

const HOW_TO = `The store has no tenant yet, so nobody can sign in. Create one, and a token for it:
  scim-target tenant create ${TENANT_NAME}
  scim-target token create --tenant ${TENANT_NAME} --name "Entra production"
`;

const ANOTHER = `The token is shown this once and stored as a hash only. To make another:
  npx scim-target token create --tenant ${TENANT_NAME} --name LABEL`;

const IN_MEMORY = `The store is in memory: tenant, token and all that is provisioned end with this process.`;

function welcome(baseUrl: string, token: string, outlook: string): string {
  return `${RULE}
First start: the tenant "${TENANT_NAME}" is ready.

  SCIM base URL:  ${baseUrl}
  Token:          ${token}

In Microsoft Entra, under Enterprise applications > (your app) > Provisioning:
  Tenant URL      the SCIM base URL; Entra must be able to reach it by https
  Secret Token    the token

${outlook}
${RULE}
`;
}

function setUp(link: string): string {
  return `${RULE}
The server has no admin yet. Open this link to become its owner; it works once, within 24 hours:

  ${link}

The next start without an admin prints a new link, and this one ends.
${RULE}
`;
}
