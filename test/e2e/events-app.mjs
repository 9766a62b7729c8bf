/**
 * An app that embeds the built target and tells the test of every event, over HTTP: an event is done when the test has
 * it. Some of them fail first, before the test has them or after. Arguments: store, port of the test, seed.
 */
import { Agent, request } from 'node:http';
import express from 'express';
import { createScimTarget } from '../../dist/index.js';

const [store, listener, seed] = process.argv.slice(2);
/** One event in so many fails the first time. */
const FAILS = 800;

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

function report(event) {
  const body = JSON.stringify(event);
  const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const message = request({ port: listener, path: '/app', method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', resolve);
    });
    message.on('error', reject);
    message.end(body);
  });
}

/** The same for the same event and seed. */
function fails({ tenant, id }) {
  let hash = Number(seed);
  for (const character of `${tenant} ${id}`) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return (hash >>> 0) % FAILS;
}

// For what a process that was killed held, the next one waits as long as the lease lasts.
const pace = { eventInterval: 100, eventLease: 400 };
const target = await createScimTarget({ store, webhookPrivate: 'allow', requestLimit: 1_000_000, ...pace });
target.events.subscribe('copy', async (event, { attempt }) => {
  const fate = attempt === 1 ? fails(event) : undefined;
  if (fate === 0) throw new Error('before');
  await report(event);
  if (fate === 1) throw new Error('after');
});

const app = express();
app.use('/tenants/:tenant/scim/v2', target.scimRouter);
const server = app.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`));

process.once('SIGTERM', async () => {
  server.close();
  server.closeAllConnections();
  await target.close();
  agent.destroy();
});
