/** `scim-target webhook add|list|rotate|test|remove`; all but the first for receivers of every kind. */
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { parseSeconds } from '../access/lifetime.js';
import { AccessError } from '../access/refusal.js';
import { findTenant } from '../access/tenants.js';
import { createdDetails } from '../events/receiver-details.js';
import { type NewReceiver, Receivers } from '../events/receivers.js';
import { EventSecrets } from '../events/secrets.js';
import { SetSigner } from '../events/set-signer.js';
import { SigningKeys } from '../events/signing-keys.js';
import type { ServerOptions } from '../options.js';
import type { Delivery, Receiver, Store, Tenant } from '../store/store.js';
import { bundledRegistry } from '../target.js';
import { auditCommand, commandAuthor } from './audit.js';
import { addChoice, type Choice, chosenBy } from './choice.js';
import { CommandFailed } from './failure.js';
import { sources } from './sources.js';
import { type Terminal, table } from './terminal.js';
import { addJsonOption, addStoreOption, type StoreFlags, withStore } from './with-store.js';

interface WebhookFlags extends StoreFlags {
  tenant: string;
  json?: boolean;
}

interface AddFlags extends WebhookFlags {
  name: string;
  url: string;
  events?: string;
  from: string;
}

interface ChoiceFlags extends WebhookFlags {
  name?: string;
}

interface RotateFlags extends ChoiceFlags {
  overlap: string;
}

/** Adds the `webhook` commands to the program. */
export function addWebhookCommands(program: Command, terminal: Terminal): void {
  const webhook = program
    .command('webhook')
    .description('Have others told of what changes: make, list, rotate, test and remove webhooks.');

  const add = webhook
    .command('add')
    .description('Make a webhook. Its secret, which checks signatures, is printed once and stored nowhere.')
    .requiredOption('--tenant <name>', 'of whose changes it is told')
    .requiredOption('--name <label>', 'what people call it')
    .requiredOption('--url <url>', 'where to; https')
    .option('--events <names>', 'which events, separated by commas (default: all)')
    .option('--from <place>', 'now, or start: with everything that ever happened', 'now')
    .addHelpText('after', ADD_EXAMPLES)
    .action((flags: AddFlags) => runAdd(flags, terminal));
  addJsonOption(addStoreOption(add));

  const list = webhook
    .command('list')
    .description('List those who are told of changes, with how far each has got. Shows no secret.')
    .requiredOption('--tenant <name>', 'of whose changes')
    .action((flags: WebhookFlags) => runList(flags, terminal));
  addJsonOption(addStoreOption(list));

  const rotate = webhook
    .command('rotate')
    .description('Give a webhook a new secret, which is printed once; the old one signs for a while beside it.')
    .option('--overlap <time>', 'how long the old secret signs too, at most 30d; 0 ends it at once', '24h')
    .addHelpText('after', ROTATE_EXAMPLES)
    .action((id: string | undefined, flags: RotateFlags) => runRotate(id, flags, terminal));
  addJsonOption(addStoreOption(addChoice(rotate, 'webhook')));

  const test = webhook
    .command('test')
    .description('Send an event that has not happened, now, and say what came back.')
    .action((id: string | undefined, flags: ChoiceFlags) => runTest(id, flags, terminal));
  addStoreOption(addChoice(test, 'webhook'));

  const remove = webhook
    .command('remove')
    .description('Remove a webhook, with its place in the history and what it was not told.')
    .action((id: string | undefined, flags: ChoiceFlags) => runRemove(id, flags, terminal));
  addStoreOption(addChoice(remove, 'webhook'));
}

const ADD_EXAMPLES = `
Standard output is the secret and nothing else, or one JSON object with --json.

Examples:
  scim-target webhook add --tenant acme --name "Our CRM" --url https://crm.example.com/scim-events
  scim-target webhook add --tenant acme --name off --url https://hr.example.com/off --events user.disabled,user.deleted
`;

const ROTATE_EXAMPLES = `
Standard output is the new secret and nothing else, or one JSON object with --json.

Examples:
  scim-target webhook rotate --tenant acme --name "Our CRM" --overlap 7d
`;

/** What a command works with. */
interface Work {
  readonly store: Store;
  readonly tenant: Tenant;
  readonly receivers: Receivers;
}

function withReceivers<T>(flags: WebhookFlags, terminal: Terminal, act: (work: Work) => Promise<T>): Promise<T> {
  return withStore({ flags, terminal }, async (store, options) => {
    const tenant = await findTenant(store, flags.tenant);
    return act({ store, tenant, receivers: receiversIn(store, options) });
  });
}

/** Nothing is told by this process; a server that has the same store sees by itself what has changed. */
function receiversIn(store: Store, { publicUrl: issuer, webhookPrivate }: ServerOptions): Receivers {
  const secrets = new EventSecrets(store, randomBytes);
  const typesOf = () => bundledRegistry().resourceType;
  const { clock } = sources;
  const signer = new SetSigner({ keys: new SigningKeys({ store, clock }), issuer, typesOf, clock });
  const rules = { allowsPrivate: webhookPrivate === 'allow' };
  const unheard = { changed: () => undefined, moved: () => undefined, gone: async () => undefined };
  return new Receivers({ store, secrets, signer, rules, ...unheard, ...sources });
}

async function runAdd(flags: AddFlags, terminal: Terminal): Promise<void> {
  const { name, url, from } = flags;
  if (from !== 'now' && from !== 'start') throw new AccessError('invalid', '--from is now or start');
  const events = flags.events?.split(',').map((event) => event.trim());
  const shown = await withReceivers(flags, terminal, async ({ store, tenant, receivers }) => {
    const wanted: NewReceiver = { kind: 'webhook', name, url, events, from, createdBy: commandAuthor() };
    const { receiver, secret } = await receivers.create(tenant, wanted);
    const details = createdDetails(receiver, from);
    await auditCommand(store, { action: 'receiver.create', tenant, target: receiver.name, details });
    return { secret, ...shownAsJson(receiver, tenant) };
  });
  terminal.err(
    `Made webhook ${shown.id} (${name.trim()}) for tenant ${flags.tenant}. Its secret is not shown again.\n`,
  );
  printSecret(shown, flags, terminal);
}

async function runList(flags: WebhookFlags, terminal: Terminal): Promise<void> {
  const [items, text] = await withReceivers(flags, terminal, async ({ store, tenant, receivers }) => {
    const all = await receivers.list(tenant);
    const places = await store.deliveries({ tenant: tenant.id });
    const last = (await store.heads()).get(tenant.id) ?? 0;
    const listed = all.map((receiver) => ({
      receiver,
      place: places.find(({ consumer }) => consumer === receiver.id),
    }));
    const json = listed.map(({ receiver, place }) => ({
      ...shownAsJson(receiver, tenant),
      position: place?.position ?? last,
      last,
      trouble: place?.trouble ?? null,
    }));
    return [json, receiverTable(listed, last)] as const;
  });
  if (flags.json) terminal.out(`${JSON.stringify(items)}\n`);
  else if (items.length === 0) terminal.err(`Tenant ${flags.tenant} has no webhook yet.\n`);
  else terminal.out(text);
}

async function runRotate(id: string | undefined, flags: RotateFlags, terminal: Terminal): Promise<void> {
  const choice = chosenBy(id, flags.name, 'webhook');
  const overlap = parseSeconds(flags.overlap, '--overlap');
  const shown = await withReceivers(flags, terminal, async ({ store, tenant, receivers }) => {
    const chosen = choose(await receivers.list(tenant), tenant, choice);
    const { receiver, secret } = await receivers.rotate(tenant, chosen.id, overlap);
    const details = { overlapSeconds: overlap };
    await auditCommand(store, { action: 'receiver.rotate', tenant, target: receiver.name, details });
    return { secret, ...shownAsJson(receiver, tenant) };
  });
  terminal.err(`Gave webhook ${shown.id} (${shown.name}) a new secret. It is not shown again.\n`);
  printSecret(shown, flags, terminal);
}

async function runTest(id: string | undefined, flags: ChoiceFlags, terminal: Terminal): Promise<void> {
  const choice = chosenBy(id, flags.name, 'webhook');
  const { isDelivered, detail } = await withReceivers(flags, terminal, async ({ store, tenant, receivers }) => {
    const chosen = choose(await receivers.list(tenant), tenant, choice);
    const result = await receivers.test(tenant, chosen.id);
    const details = { isDelivered: result.isDelivered };
    await auditCommand(store, { action: 'receiver.test', tenant, target: chosen.name, details });
    return result;
  });
  if (!isDelivered) throw new CommandFailed(`the test event was not taken: ${detail}`);
  terminal.err(`${detail}\n`);
}

async function runRemove(id: string | undefined, flags: ChoiceFlags, terminal: Terminal): Promise<void> {
  const choice = chosenBy(id, flags.name, 'webhook');
  const removed = await withReceivers(flags, terminal, async ({ store, tenant, receivers }) => {
    const { id: chosen, kind, name } = choose(await receivers.list(tenant), tenant, choice);
    await receivers.remove(tenant, chosen);
    await auditCommand(store, { action: 'receiver.delete', tenant, target: name, details: { kind } });
    return { chosen, name };
  });
  terminal.err(`Removed webhook ${removed.chosen} (${removed.name}) of tenant ${flags.tenant}.\n`);
}

/** @throws AccessError notFound; conflict when several have the name */
function choose(receivers: readonly Receiver[], tenant: Tenant, choice: Choice): Receiver {
  const [key, value] = 'id' in choice ? (['id', choice.id] as const) : (['name', choice.name.trim()] as const);
  const [only, ...others] = receivers.filter((receiver) => receiver[key] === value);
  if (!only)
    throw new AccessError('notFound', `tenant ${tenant.name} has no webhook with the ${key} ${JSON.stringify(value)}`);
  if (others.length === 0) return only;
  const ids = [only, ...others].map(({ id }) => id).join(', ');
  throw new AccessError('conflict', `several webhooks are named ${JSON.stringify(value)}; choose by id: ${ids}`);
}

function printSecret(shown: { readonly secret: string | undefined }, { json }: WebhookFlags, terminal: Terminal): void {
  terminal.out(json ? `${JSON.stringify(shown)}\n` : `${shown.secret}\n`);
}

/** Every key is there, null where there is no value, so that a script need not ask. */
function shownAsJson(receiver: Receiver, tenant: Tenant) {
  const { id, kind, name, url, events, created, createdBy, paused, pausedBecause, audience, keys } = receiver;
  return {
    id,
    tenant: tenant.name,
    kind,
    name,
    url: url ?? null,
    events: events ?? null,
    created,
    createdBy: createdBy ?? null,
    paused: paused ?? null,
    pausedBecause: pausedBecause ?? null,
    audience: audience ?? null,
    keys: keys.map((key) => ({ id: key.id, created: key.created, ends: key.ends ?? null })),
  };
}

function receiverTable(
  listed: readonly { readonly receiver: Receiver; readonly place: Delivery | undefined }[],
  last: number,
): string {
  const heading = ['ID', 'KIND', 'NAME', 'STATE', 'EVENTS', 'TOLD', 'URL'];
  const rows = listed.map(({ receiver, place }) => [
    receiver.id,
    receiver.kind,
    receiver.name,
    stateOf(receiver, place),
    receiver.events?.join(',') ?? 'all',
    `${place?.position ?? last} of ${last}`,
    receiver.url,
  ]);
  return table([heading, ...rows]);
}

function stateOf({ paused }: Receiver, place: Delivery | undefined): string {
  if (paused !== undefined) return 'paused';
  return place?.trouble ? 'in trouble' : 'active';
}
