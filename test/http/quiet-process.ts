/**
 * Run as a process of its own: an app that has ten targets, uses them and closes them, and does nothing else. Prints what
 * the targets did to the process; anything that they print themselves is in the way of that.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import express from 'express';
import { createScimTarget, type ScimTarget } from '../../src/index.js';

/** What ten targets have done to the process that they were in. */
export interface Found {
  /** Names of variables that were read, with who read them. */
  readonly environment: string[];
  /** Events of the process for which there is a listener that was not there before. */
  readonly listeners: string[];
  /** What was changed of what all code of a process shares. */
  readonly globals: string[];
  /** Of each target: userNames that its tenant has, and the answers to the tokens of the others. */
  readonly targets: { names: string[]; strangers: number[] }[];
  /** Kinds of open handles that were not there before, once all was closed. */
  readonly handles: string[];
}

const [, , folder] = process.argv as [string, string, string];
const URN = 'urn:ietf:params:scim:schemas:core:2.0:User';

function listeners(): Map<string, number> {
  return new Map(process.eventNames().map((name) => [String(name), process.listenerCount(name)]));
}

function grown(before: Map<string, number>, after: Map<string, number>): string[] {
  return [...after].flatMap(([name, count]) => (count > (before.get(name) ?? 0) ? name : []));
}

function handles(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

const GLOBALS: readonly (readonly [string, object])[] = Object.entries({
  globalThis,
  Object: Object.prototype,
  Array: Array.prototype,
  Promise: Promise.prototype,
  Error,
  console,
});
const shapes = () => GLOBALS.map(([name, one]) => `${name}: ${Reflect.ownKeys(one).map(String).sort().join()}`);

/** Tells who reads the environment from now on. */
function watchEnvironment(found: string[]): () => void {
  const real = process.env;
  process.env = new Proxy(real, {
    get: (target, name, receiver) => {
      const reader = (new Error().stack ?? '')
        .split('\n')
        .slice(2)
        .find((line) => !/node:internal/.test(line));
      if (typeof name === 'string') found.push(`${name} ${reader?.trim() ?? ''}`);
      return Reflect.get(target, name, receiver) as string;
    },
    ownKeys: (target) => {
      found.push('all');
      return Reflect.ownKeys(target);
    },
  });
  return () => {
    process.env = real;
  };
}

function storeOf(number: number): string {
  return number % 2 === 0 ? 'memory:' : `sqlite:${path.join(folder, `${randomUUID()}.db`)}`;
}

interface Running {
  readonly target: ScimTarget;
  readonly url: string;
  readonly token: string;
}

async function use({ url, token }: Running, all: readonly Running[]): Promise<Found['targets'][number]> {
  const ask = (as: string, method = 'GET', body?: object) =>
    fetch(`${url}/Users`, {
      method,
      headers: { Authorization: `Bearer ${as}`, 'Content-Type': 'application/scim+json', Connection: 'close' },
      ...(body && { body: JSON.stringify(body) }),
    });
  await ask(token, 'POST', { schemas: [URN], userName: url.slice(-1) });
  await ask(token, 'POST', { schemas: [URN] });
  const { Resources } = (await (await ask(token)).json()) as { Resources: { userName: string }[] };
  const strangers: number[] = [];
  // A few: who guesses often is made to wait.
  const others = all.filter((other) => other.token !== token);
  for (const other of others.slice(-3)) strangers.push((await ask(other.token)).status);
  return { names: Resources.map(({ userName }) => userName), strangers: [...new Set(strangers)] };
}

async function main(): Promise<Found> {
  const app = express();
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await (
    await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { headers: { Connection: 'close' } })
  ).text();
  const before = { listeners: listeners(), shapes: shapes() };
  // Modules are loaded with the first target of a kind, and what those read is theirs to know.
  for (const [kind] of ['memory', 'sqlite'].entries()) await (await createScimTarget({ store: storeOf(kind) })).close();
  const environment: string[] = [];
  const restore = watchEnvironment(environment);
  const all: Running[] = [];
  for (let i = 0; i < 10; i++) {
    const target = await createScimTarget({ store: storeOf(i), beforeCommit: () => undefined, onPassword: () => {} });
    target.events.subscribe('app', () => {});
    app.use(`/${i}`, target.scimRouter);
    app.use(`/admin/${i}`, target.adminRouter);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${i}`;
    all.push({ target, url, token: await target.createToken({ tenant: 'acme', name: 'own' }) });
  }
  const targets: Found['targets'] = [];
  for (const one of all) targets.push(await use(one, all));
  for (const { target } of all) await target.directory('acme').users.create({ userName: 'by-the-app', password: 'x' });
  for (const { target } of all) await target.events.settled();
  const found = { listeners: grown(before.listeners, listeners()) };
  const globals = shapes().filter((shape, i) => shape !== before.shapes[i]);
  for (const { target } of all) await target.close();
  restore();
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
  return { ...found, environment, globals, targets, handles: await whatStays() };
}

/** What is still open when there has been time to close it. What stays for ever keeps the process, and fails the test. */
async function whatStays(): Promise<string[]> {
  await new Promise((resolve) => setImmediate(resolve));
  const harmless = new Set(['PipeWrap', 'TTYWrap', 'FSReqPromise', 'Immediate', 'CloseReq']);
  return [...handles().keys()].filter((kind) => !harmless.has(kind));
}

const found = await main();
process.stdout.write(JSON.stringify(found));
