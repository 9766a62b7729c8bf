/** Which settings the admin page tells: those that are in force where it is. */
import { createServer } from 'node:http';
import express from 'express';
import { expect, test } from 'vitest';
import { OPTIONS, PROGRAM_OPTIONS, readOptions } from '../../src/options.js';
import { createScimTarget, createTarget, type ScimTarget } from '../../src/target.js';
import { adminOf } from '../support/admin-client.js';

async function namesTold(target: ScimTarget): Promise<string[]> {
  const server = createServer(express().use('/admin', target.adminRouter));
  const { client } = await adminOf({ target, server });
  const { options } = (await client.get('/settings')).body;
  await target.close();
  return options.map(({ name }: { name: string }) => name);
}

const ALL: readonly string[] = OPTIONS.map(({ name }) => name);

test('the page of the standalone server tells all options', async () => {
  expect(await namesTold(await createTarget({}, readOptions({}, { store: 'memory:' })))).toEqual(ALL);
});

test('that of an app tells nothing of a port that is not its own, nor of a log', async () => {
  const program: readonly string[] = PROGRAM_OPTIONS;
  const told = await namesTold(await createScimTarget({ store: 'memory:' }));
  expect(told).toEqual(ALL.filter((name) => !program.includes(name)));
});
