/** `scim-target token create|list|revoke`. */
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import {
  findTenant,
  issueToken,
  listTokens,
  parseLifetime,
  revokeToken,
  type TokenChoice,
  type TokenSummary,
} from '../access/credentials.js';
import { ALL_SCOPES, parseScopes } from '../access/principal.js';
import { scimBaseUrl } from './base-url.js';
import { UsageError } from './failure.js';
import { sources } from './sources.js';
import { type Terminal, table } from './terminal.js';
import { addJsonOption, addStoreOption, type StoreFlags, withStore } from './with-store.js';

interface TokenFlags extends StoreFlags {
  tenant: string;
  json?: boolean;
}

interface CreateFlags extends TokenFlags {
  name: string;
  scopes: string;
  expires?: string;
}

interface RevokeFlags extends TokenFlags {
  name?: string;
}

/** Adds the `token` commands to the program. */
export function addTokenCommands(program: Command, terminal: Terminal): void {
  const token = program
    .command('token')
    .description('Create, list and revoke the bearer tokens that identity providers sign in with.');

  const create = token
    .command('create')
    .description('Create a token. It is printed once and stored as a hash only.')
    .requiredOption('--tenant <name>', 'whose users and groups it opens')
    .requiredOption('--name <label>', 'what to call it, e.g. "Entra production"')
    .option('--scopes <list>', 'what it may do', ALL_SCOPES.join(','))
    .option('--expires <when>', '90d, 12h, 30m, a date or a time in UTC (default: never)')
    .addHelpText('after', CREATE_EXAMPLES)
    .action((flags: CreateFlags) => runCreate(flags, terminal));
  addJsonOption(addStoreOption(create));

  const list = token
    .command('list')
    .description('List the tokens of a tenant with their state and last use. Shows no secret.')
    .requiredOption('--tenant <name>', 'whose tokens')
    .action((flags: TokenFlags) => runList(flags, terminal));
  addJsonOption(addStoreOption(list));

  const revoke = token
    .command('revoke')
    .description('Revoke a token, from the next request on.')
    .argument('[id]', 'its id, as in the list')
    .requiredOption('--tenant <name>', 'whose token')
    .option('--name <label>', 'instead of the id, where only one has the name')
    .addHelpText('after', REVOKE_EXAMPLES)
    .action((id: string | undefined, flags: RevokeFlags) => runRevoke(id, flags, terminal));
  addStoreOption(revoke);
}

const CREATE_EXAMPLES = `
Standard output is the token and nothing else, or one JSON object with --json.

Examples:
  scim-target token create --tenant acme --name "Entra production"
  scim-target token create --tenant acme --name audit --scopes scim:read --expires 90d
  TOKEN=$(scim-target token create --tenant acme --name ci --expires 30m)
`;

const REVOKE_EXAMPLES = `
Examples:
  scim-target token revoke --tenant acme 0b8e1c1e-6f0e-4c58-9a2e-5b8a4f0f6b0d
  scim-target token revoke --tenant acme --name "Entra production"
`;

async function runCreate(flags: CreateFlags, terminal: Terminal): Promise<void> {
  const scopes = parseScopes(flags.scopes);
  const expires = flags.expires === undefined ? undefined : parseLifetime(flags.expires, sources.clock());
  const { token, credential, tenant, publicUrl } = await withStore({ flags, terminal }, async (store, options) => {
    const tenant = await findTenant(store, flags.tenant);
    const wanted = { tenant, name: flags.name, scopes, expires, ...sources, randomBytes };
    return { tenant, publicUrl: options.publicUrl, ...(await issueToken(store, wanted)) };
  });
  const { id, name } = credential;
  const end = expires === undefined ? 'never expires' : `expires ${expires}`;
  terminal.err(`Created token ${id} (${name}) for tenant ${tenant.name}; it ${end}. It is not shown again.\n`);
  if (flags.json) {
    const baseUrl = publicUrl === undefined ? {} : { baseUrl: scimBaseUrl(publicUrl) };
    const shown = { token, id, tenant: tenant.name, name, scopes, expires: expires ?? null, ...baseUrl };
    terminal.out(`${JSON.stringify(shown)}\n`);
  } else {
    terminal.out(`${token}\n`);
  }
}

async function runList(flags: TokenFlags, terminal: Terminal): Promise<void> {
  const tokens = await withStore({ flags, terminal }, async (store) => {
    const tenant = await findTenant(store, flags.tenant);
    return listTokens(store, tenant, sources.clock);
  });
  if (flags.json) terminal.out(`${JSON.stringify(tokens.map((token) => shownAsJson(token, flags.tenant)))}\n`);
  else if (tokens.length === 0) terminal.err(`Tenant ${flags.tenant} has no token yet.\n`);
  else terminal.out(tokenTable(tokens));
}

/** Every key is there, null where there is no value, so that a script need not ask. */
function shownAsJson(token: TokenSummary, tenant: string): Record<string, unknown> {
  const { id, name, state, scopes, created, expires, revoked, lastUsed, lastAddress } = token;
  const times = { created, expires: expires ?? null, revoked: revoked ?? null, lastUsed: lastUsed ?? null };
  return { id, tenant, name, state, scopes, ...times, lastAddress: lastAddress ?? null };
}

function tokenTable(tokens: readonly TokenSummary[]): string {
  const heading = ['ID', 'NAME', 'STATE', 'SCOPES', 'CREATED', 'EXPIRES', 'LAST USED', 'FROM'];
  const rows = tokens.map((token) => [
    token.id,
    token.name,
    token.state,
    token.scopes.join(','),
    token.created,
    token.expires ?? 'never',
    token.lastUsed,
    token.lastAddress,
  ]);
  return table([heading, ...rows]);
}

async function runRevoke(id: string | undefined, flags: RevokeFlags, terminal: Terminal): Promise<void> {
  const choice = chosenBy(id, flags.name);
  const revoked = await withStore({ flags, terminal }, async (store) => {
    const tenant = await findTenant(store, flags.tenant);
    return revokeToken(store, tenant, choice, sources.clock);
  });
  terminal.err(`Revoked token ${revoked.id} (${revoked.name}) of tenant ${flags.tenant}.\n`);
}

function chosenBy(id: string | undefined, name: string | undefined): TokenChoice {
  if (id !== undefined && name === undefined) return { id };
  if (name !== undefined && id === undefined) return { name };
  throw new UsageError('say which token: its id, or --name with its name, and not both');
}
