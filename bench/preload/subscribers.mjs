/**
 * Loaded before a server: its target tells subscribers, or a webhook. BENCH_SUBSCRIBERS: how many; 0 is one that wants
 * nothing, so that events are made and told to nobody. BENCH_WEBHOOK: a URL. At SIGUSR2 what was told so far, what is
 * still to be told, and a token for the feed is written to BENCH_STATUS.
 */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const TARGET = '/dist/target.js';
const { BENCH_SUBSCRIBERS: subscribers, BENCH_WEBHOOK: webhook, BENCH_STATUS: status } = process.env;

// The hooks live in a thread of their own, where this module is loaded again.
if (isMainThread) {
  register(import.meta.url);
  globalThis.benchEvents = begin;
}

export async function load(url, context, next) {
  if (!url.endsWith(TARGET)) return next(url, context);
  const real = JSON.stringify(`${url}?real`);
  const source = `
    import { createTarget as create } from ${real};
    export * from ${real};
    export async function createTarget(options, settings) {
      const target = await create(options, { ...settings, webhookPrivate: 'allow' });
      await globalThis.benchEvents(target);
      return target;
    }`;
  return { format: 'module', source, shortCircuit: true };
}

async function begin(target) {
  let told = 0;
  const { events, store } = target;
  // There are no resources of other types than User and Group.
  if (subscribers === '0') events.subscribe('nothing', { 'resource.changed': () => {} }, { from: 'now' });
  for (let n = 1; n <= Number(subscribers ?? 0); n++) {
    const count = () => {
      told++;
    };
    events.subscribe(`s${n}`, count, { from: 'now' });
  }
  if (webhook) for (const tenant of await store.tenants()) await addWebhook(store, tenant.id);
  if (!status) return;
  const token = await target.createToken({ tenant: 'default', name: 'feed', scopes: ['events:read'] });
  const tell = async () => {
    const [places, heads] = [await events.status(), await store.heads()];
    writeFileSync(status, JSON.stringify({ told, places, token, last: Math.max(0, ...heads.values()) }));
  };
  process.on('SIGUSR2', tell);
}

async function addWebhook(store, tenant) {
  const [id, created] = [randomUUID(), new Date().toISOString()];
  const keys = [{ id: randomUUID(), created, ends: undefined }];
  await store.createReceiver({ id, tenant, kind: 'webhook', name: 'bench', url: webhook, created, keys });
  const last = (await store.heads()).get(tenant) ?? 0;
  await store.moveDelivery(id, tenant, last);
}
