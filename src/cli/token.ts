/** `scim-target token create|list|revoke|rotate`; the last three for credentials of every kind. */
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { keyAsJson } from '../access/credential-summary.js';
import {
  type CredentialSummary,
  choose,
  listCredentials,
  revokeCredential,
  rotateCredential,
} from '../access/credentials.js';
import { parseSeconds } from '../access/lifetime.js';
import { findTenant } from '../access/tenants.js';
import { auditCommand } from './audit.js';
import { scimBaseUrl } from './base-url.js';
import { addChoice, chosenBy } from './choice.js';
import { addIssueOptions, type IssueFlags, issue } from './issue.js';
import { sources } from './sources.js';
import { type Terminal, table } from './terminal.js';
import { addJsonOption, addStoreOption, type StoreFlags, withStore } from './with-store.js';

interface TokenFlags extends StoreFlags {
  tenant: string;
  json?: boolean;
}

interface ChoiceFlags extends TokenFlags {
  name?: string;
}

interface RotateFlags extends ChoiceFlags {
  overlap: string;
}

/** Adds the `token` commands to the program. */
export function addTokenCommands(program: Command, terminal: Terminal): void {
  const token = program
    .command('token')
    .description('Create bearer tokens, and list, revoke and rotate the credentials that identity providers use.');

  addIssueOptions(token.command('create').description('Create a token. It is printed once and stored as a hash only.'))
    .addHelpText('after', CREATE_EXAMPLES)
    .action((flags: IssueFlags) => runCreate(flags, terminal));

  const list = token
    .command('list')
    .description('List the credentials of a tenant with their state and last use. Shows no secret.')
    .requiredOption('--tenant <name>', 'whose credentials')
    .action((flags: TokenFlags) => runList(flags, terminal));
  addJsonOption(addStoreOption(list));

  const revoke = token
    .command('revoke')
    .description('Revoke a credential, from the next request on.')
    .addHelpText('after', REVOKE_EXAMPLES)
    .action((id: string | undefined, flags: ChoiceFlags) => runRevoke(id, flags, terminal));
  addStoreOption(addChoice(revoke, 'credential'));

  const rotate = token
    .command('rotate')
    .description('Give a credential a new secret, which is printed once; the old one works for a while beside it.')
    .option('--overlap <time>', 'how long the old secret works, at most 30d; 0 ends it at once', '24h')
    .addHelpText('after', ROTATE_EXAMPLES)
    .action((id: string | undefined, flags: RotateFlags) => runRotate(id, flags, terminal));
  addJsonOption(addStoreOption(addChoice(rotate, 'credential')));
}

const CREATE_EXAMPLES = `
Standard output is the token and nothing else, or one JSON object with --json.

Examples:
  scim-target token create --tenant acme --name "Entra production"
  scim-target token create --tenant acme --name audit --scopes scim:read --expires 90d
  scim-target token create --tenant acme --name "Barbara's own" --user bjensen@example.com
  TOKEN=$(scim-target token create --tenant acme --name ci --expires 30m)
`;

const REVOKE_EXAMPLES = `
Examples:
  scim-target token revoke --tenant acme 0b8e1c1e-6f0e-4c58-9a2e-5b8a4f0f6b0d
  scim-target token revoke --tenant acme --name "Entra production"
`;

const ROTATE_EXAMPLES = `
Standard output is the new secret and nothing else, or one JSON object with --json.

Examples:
  scim-target token rotate --tenant acme --name "Entra production" --overlap 7d
  scim-target token rotate --tenant acme --name "Entra production" --overlap 0
`;

async function runCreate(flags: IssueFlags, terminal: Terminal): Promise<void> {
  const { secret: token, credential, tenant, publicUrl } = await issue('token', flags, terminal);
  if (flags.json) {
    const { id, name, scopes, expires, user } = credential;
    const baseUrl = publicUrl === undefined ? {} : { baseUrl: scimBaseUrl(publicUrl) };
    const more = { ...(user !== undefined && { user }), ...baseUrl };
    const shown = { token, id, tenant: tenant.name, name, scopes, expires: expires ?? null, ...more };
    terminal.out(`${JSON.stringify(shown)}\n`);
  } else {
    terminal.out(`${token}\n`);
  }
}

async function runList(flags: TokenFlags, terminal: Terminal): Promise<void> {
  const credentials = await withStore({ flags, terminal }, async (store) => {
    const tenant = await findTenant(store, flags.tenant);
    return listCredentials(store, tenant, sources.clock);
  });
  if (flags.json) terminal.out(`${JSON.stringify(credentials.map((one) => shownAsJson(one, flags.tenant)))}\n`);
  else if (credentials.length === 0) terminal.err(`Tenant ${flags.tenant} has no token yet.\n`);
  else terminal.out(credentialTable(credentials));
  if (flags.json) return;
  for (const { id, warning } of credentials) if (warning !== undefined) terminal.err(`${id}: ${warning}\n`);
}

/** Every key is there, null where there is no value, so that a script need not ask. */
function shownAsJson(credential: CredentialSummary, tenant: string): Record<string, unknown> {
  const { id, kind, name, state, identifier, scopes, created, createdBy, expires, revoked } = credential;
  const { lastUsed, lastAddress, keys, user, warning } = credential;
  return {
    id,
    tenant,
    kind,
    name,
    state,
    identifier: identifier ?? null,
    scopes,
    created,
    createdBy: createdBy ?? null,
    expires: expires ?? null,
    revoked: revoked ?? null,
    lastUsed: lastUsed ?? null,
    lastAddress: lastAddress ?? null,
    keys: keys.map(keyAsJson),
    user: user ?? null,
    warning: warning ?? null,
  };
}

function credentialTable(credentials: readonly CredentialSummary[]): string {
  const heading = ['ID', 'KIND', 'NAME', 'STATE', 'SCOPES', 'CREATED', 'EXPIRES', 'LAST USED', 'FROM'];
  const rows = credentials.map((credential) => [
    credential.id,
    credential.kind,
    credential.name,
    credential.state,
    credential.scopes.join(','),
    credential.created,
    credential.expires ?? 'never',
    credential.lastUsed,
    credential.lastAddress,
  ]);
  return table([heading, ...rows]);
}

async function runRevoke(id: string | undefined, flags: ChoiceFlags, terminal: Terminal): Promise<void> {
  const choice = chosenBy(id, flags.name, 'token');
  const revoked = await withStore({ flags, terminal }, async (store) => {
    const tenant = await findTenant(store, flags.tenant);
    const credential = await revokeCredential(store, tenant, choice, sources.clock);
    const { kind, name: target } = credential;
    const details = { kind, credential: credential.id };
    await auditCommand(store, { action: 'credential.revoke', tenant, target, details });
    return credential;
  });
  terminal.err(`Revoked ${revoked.kind} ${revoked.id} (${revoked.name}) of tenant ${flags.tenant}.\n`);
}

async function runRotate(id: string | undefined, flags: RotateFlags, terminal: Terminal): Promise<void> {
  const choice = chosenBy(id, flags.name, 'token');
  const overlap = parseSeconds(flags.overlap, '--overlap');
  const { credential, secret } = await withStore({ flags, terminal }, async (store) => {
    const tenant = await findTenant(store, flags.tenant);
    const { id: chosen } = choose(await listCredentials(store, tenant, sources.clock), tenant, choice);
    const rotated = await rotateCredential(store, tenant, chosen, { overlap, ...sources, randomBytes });
    const { kind, name: target } = rotated.credential;
    const details = { kind, credential: chosen, overlapSeconds: overlap };
    await auditCommand(store, { action: 'credential.rotate', tenant, target, details });
    return rotated;
  });
  const { warning } = credential;
  terminal.err(`Gave ${credential.kind} ${credential.id} (${credential.name}) a new secret. It is not shown again.\n`);
  if (warning !== undefined) terminal.err(`${warning}\n`);
  if (flags.json) terminal.out(`${JSON.stringify({ secret, ...shownAsJson(credential, flags.tenant) })}\n`);
  else terminal.out(`${secret}\n`);
}
