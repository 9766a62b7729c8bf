/** `scim-target client|basic|trust create`: the ways to connect beside a bearer token. */
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { findUserId, USER_TYPE } from '../access/credential-user.js';
import { type Issued, issueCredential, type NewCredential } from '../access/credentials.js';
import { parseLifetime, parseSeconds } from '../access/lifetime.js';
import { DEFAULT_SCOPES, parseScopes } from '../access/principal.js';
import { findTenant } from '../access/tenants.js';
import type { ResourceType } from '../scim/schema/characteristics.js';
import type { Tenant } from '../store/store.js';
import { bundledRegistry } from '../target.js';
import { auditCommand, commandAuthor } from './audit.js';
import { tenantBaseUrl, tokenEndpoint } from './base-url.js';
import { sources } from './sources.js';
import type { Terminal } from './terminal.js';
import { addJsonOption, addStoreOption, type StoreFlags, withStore } from './with-store.js';

/** Flags of every command that issues a credential. */
export interface IssueFlags extends StoreFlags {
  tenant: string;
  name: string;
  scopes: string;
  expires?: string;
  tokenLifetime?: string;
  user?: string;
  json?: boolean;
}

interface TrustFlags extends IssueFlags {
  issuer: string;
  audience: string[];
  subject?: string;
  directory?: string;
}

/** Adds the commands `client`, `basic` and `trust` to the program. */
export function addIssueCommands(program: Command, terminal: Terminal): void {
  const client = program
    .command('client')
    .description('Create OAuth 2.0 clients, which get access tokens for a client id and a secret.');
  addIssueOptions(client.command('create').description('Create a client. Its secret is printed once.'))
    .option('--token-lifetime <time>', 'how long each access token lives, 1h to 6h', '1h')
    .addHelpText('after', CLIENT_EXAMPLES)
    .action((flags: IssueFlags) => runCreate('client', flags, terminal));

  const basic = program
    .command('basic')
    .description('Create user names and passwords for HTTP Basic, where a tenant allows it.');
  addIssueOptions(basic.command('create').description('Create a user name. Its password is printed once.'))
    .addHelpText('after', BASIC_EXAMPLES)
    .action((flags: IssueFlags) => runCreate('basic', flags, terminal));

  const trust = program
    .command('trust')
    .description('Trust the tokens of an issuer, such as Microsoft Entra, so that no secret is needed.');
  addIssueOptions(trust.command('create').description('Trust an issuer. There is no secret.'))
    .requiredOption('--issuer <url>', 'the claim iss, exactly')
    .requiredOption('--audience <text...>', 'the claim aud: one of these')
    .option('--subject <text>', 'the claim sub')
    .option('--directory <id>', 'the claim tid: the directory in Entra')
    .option('--token-lifetime <time>', 'how long an access token lives that such a token is exchanged for', '1h')
    .addHelpText('after', TRUST_EXAMPLES)
    .action((flags: TrustFlags) => runCreate('federation', flags, terminal));
}

/** The options that all of them have. */
export function addIssueOptions(command: Command): Command {
  command
    .requiredOption('--tenant <name>', 'whose users and groups it opens')
    .requiredOption('--name <label>', 'what to call it, e.g. "Entra production"')
    .option('--scopes <list>', 'what it may do', DEFAULT_SCOPES.join(','))
    .option('--user <userName>', 'the user who it is at /Me, by userName or id (default: nobody)')
    .option('--expires <when>', '90d, 12h, 30m, a date or a time in UTC (default: never)');
  return addJsonOption(addStoreOption(command));
}

const CLIENT_EXAMPLES = `
Standard output is two lines, client_id=… and client_secret=…, or one JSON object with --json.

Examples:
  scim-target client create --tenant acme --name "Entra production" --expires 365d
  scim-target client create --tenant acme --name ci --token-lifetime 6h --json
`;

const BASIC_EXAMPLES = `
Standard output is two lines, username=… and password=…, or one JSON object with --json.

Examples:
  scim-target tenant update acme --allow-basic
  scim-target basic create --tenant acme --name "Samanage connector"
`;

const TRUST_EXAMPLES = `
Standard output is one line, client_id=…, which a client names that exchanges its token for an access token.

Examples:
  scim-target trust create --tenant acme --name "Entra workload identity" \\
    --issuer https://login.microsoftonline.com/DIRECTORY/v2.0 --audience api://APPLICATION --directory DIRECTORY
`;

/** Of the schemas that the server has unless an app brings its own. */
function userType(): ResourceType | undefined {
  return bundledRegistry().resourceType(USER_TYPE);
}

/** What a command has issued, and for whom. */
export interface IssuedFor extends Issued {
  readonly tenant: Tenant;
  readonly publicUrl: string | undefined;
}

/** Issues, records it, and says so on standard error. */
export async function issue(
  kind: NewCredential['kind'],
  flags: IssueFlags,
  terminal: Terminal,
  trust?: NewCredential['trust'],
): Promise<IssuedFor> {
  const scopes = parseScopes(flags.scopes);
  const expires = flags.expires === undefined ? undefined : parseLifetime(flags.expires, sources.clock());
  const tokenLifetime =
    flags.tokenLifetime === undefined ? undefined : parseSeconds(flags.tokenLifetime, '--token-lifetime');
  const made = await withStore({ flags, terminal }, async (store, { publicUrl }) => {
    const tenant = await findTenant(store, flags.tenant);
    const createdBy = commandAuthor();
    const user = flags.user === undefined ? undefined : await findUserId(store, userType(), tenant, flags.user);
    const wanted = { tenant, kind, name: flags.name, scopes, expires, createdBy, tokenLifetime, trust, user };
    const issued = await issueCredential(store, { ...wanted, ...sources, randomBytes });
    const { name } = issued.credential;
    const whose = user === undefined ? {} : { user };
    const details = { kind, scopes, expires: expires ?? null, credential: issued.credential.id, ...whose };
    await auditCommand(store, { action: 'credential.create', tenant, target: name, details });
    return { ...issued, tenant, publicUrl };
  });
  const { id, name } = made.credential;
  const end = expires === undefined ? 'never expires' : `expires ${expires}`;
  const once = made.secret === undefined ? '' : ' It is not shown again.';
  terminal.err(`Created ${WORDS[kind]} ${id} (${name}) for tenant ${made.tenant.name}; it ${end}.${once}\n`);
  return made;
}

const WORDS = { token: 'token', client: 'client', basic: 'user name', federation: 'trust' } as const;

/** What each kind is on standard output: names of lines and of JSON properties. */
const SHOWN = {
  client: { identifier: ['client_id', 'clientId'], secret: ['client_secret', 'clientSecret'] },
  basic: { identifier: ['username', 'userName'], secret: ['password', 'password'] },
  federation: { identifier: ['client_id', 'clientId'], secret: undefined },
} as const;

async function runCreate(
  kind: keyof typeof SHOWN,
  flags: IssueFlags & Partial<TrustFlags>,
  terminal: Terminal,
): Promise<void> {
  const { issuer, audience: audiences = [], subject, directory } = flags;
  const trust = issuer === undefined ? undefined : { issuer, audiences, subject, directory };
  const made = await issue(kind, flags, terminal, trust);
  const { identifier, secret } = SHOWN[kind];
  if (flags.json) {
    const values = { [identifier[1]]: made.credential.identifier, ...(secret && { [secret[1]]: made.secret }) };
    terminal.out(`${JSON.stringify({ ...values, ...shownAsJson(made) })}\n`);
    return;
  }
  terminal.out(`${identifier[0]}=${made.credential.identifier}\n`);
  if (secret) terminal.out(`${secret[0]}=${made.secret}\n`);
}

function shownAsJson({ credential, tenant, publicUrl }: IssuedFor): Record<string, unknown> {
  const { id, name, scopes, expires, tokenLifetime, trust, user } = credential;
  const hasTokens = tokenLifetime !== undefined;
  return {
    id,
    tenant: tenant.name,
    name,
    scopes,
    expires: expires ?? null,
    ...(hasTokens && { tokenLifetime }),
    ...(user !== undefined && { user }),
    ...(trust && { trust: { ...trust, subject: trust.subject ?? null, directory: trust.directory ?? null } }),
    ...(publicUrl !== undefined && { baseUrl: tenantBaseUrl(publicUrl, tenant.name) }),
    ...(publicUrl !== undefined && hasTokens && { tokenEndpoint: tokenEndpoint(publicUrl) }),
  };
}
