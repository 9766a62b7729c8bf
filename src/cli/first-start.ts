/**
 * What a newcomer sees: on an empty store, a tenant and a token to paste into an identity provider, once.
 * Not in production, where a token in the output would end up in a log collector.
 */
import { randomBytes } from 'node:crypto';
import { createTenant, issueToken } from '../access/credentials.js';
import { ALL_SCOPES } from '../access/principal.js';
import { AccessError } from '../access/refusal.js';
import { PROFILES } from '../scim/profiles.js';
import type { Store, Tenant } from '../store/store.js';
import { sources } from './sources.js';
import type { Terminal } from './terminal.js';

const TENANT_NAME = 'default';

/** What the first start needs to know. */
export interface FirstStart {
  readonly store: Pick<Store, 'tenants' | 'createTenant' | 'credentials' | 'createCredential'>;
  /** Where clients reach the SCIM endpoints, e.g. `http://127.0.0.1:8080/scim/v2`. */
  readonly baseUrl: string;
  /** False for a store in memory, whose tenants and tokens no other command can reach. */
  readonly isKept: boolean;
  readonly terminal: Terminal;
}

/** Does nothing when the store is in use. Otherwise creates `default` and prints its token, or says how to. */
export async function firstStart({ store, baseUrl, isKept, terminal }: FirstStart): Promise<void> {
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
    const label = { name: 'first start', scopes: ALL_SCOPES, expires: undefined };
    const { token } = await issueToken(store, { tenant, ...label, ...sources, randomBytes });
    terminal.out(welcome(baseUrl, token, isKept ? ANOTHER : IN_MEMORY));
  } catch (error) {
    // Another process on the same store was a moment ahead, and has printed the token.
    if (error instanceof AccessError && error.kind === 'conflict') return;
    throw error;
  }
}

/** What a first start leaves that was ended between its two steps. */
async function tenantWithoutToken(store: FirstStart['store'], tenants: readonly Tenant[]): Promise<Tenant | undefined> {
  const [only, another] = tenants;
  if (only?.name !== TENANT_NAME || another) return undefined;
  return (await store.credentials(only.id)).length === 0 ? only : undefined;
}

const HOW_TO = `The store has no tenant yet, so nobody can sign in. Create one, and a token for it:
  scim-target tenant create ${TENANT_NAME}
  scim-target token create --tenant ${TENANT_NAME} --name "Entra production"
`;

const ANOTHER = `The token is shown this once and stored as a hash only. To make another:
  npx scim-target token create --tenant ${TENANT_NAME} --name LABEL`;

const IN_MEMORY = `The store is in memory: tenant, token and all that is provisioned end with this process.`;

function welcome(baseUrl: string, token: string, outlook: string): string {
  const rule = '-'.repeat(76);
  return `${rule}
First start: the tenant "${TENANT_NAME}" is ready.

  SCIM base URL:  ${baseUrl}
  Token:          ${token}

In Microsoft Entra, under Enterprise applications > (your app) > Provisioning:
  Tenant URL      the SCIM base URL; Entra must be able to reach it by https
  Secret Token    the token

${outlook}
${rule}
`;
}
