// A resource type of one's own: two JSON documents in schemas/ make /scim/v2/Devices, a subscriber hears of each change.
import express from 'express';
import { createScimTarget } from 'scim-target';

const target = await createScimTarget({ store: 'memory:', schemas: './schemas' });

/** The app's own list of devices, by id. */
const devices = new Map();
target.events.subscribe('devices', {
  'resource.changed': ({ resourceType, operation, resource }) => {
    if (resourceType !== 'Device') return;
    if (operation === 'delete') devices.delete(resource.id);
    else devices.set(resource.id, `${resource.serial} (${resource.model ?? 'unknown'})`);
  },
});

const app = express();
app.use('/scim/v2', target.scimRouter);
app.get('/devices', (_request, response) => response.json([...devices.values()]));

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', async () => {
  const origin = `http://127.0.0.1:${server.address().port}`;
  console.log(`Devices:       ${origin}/devices`);
  console.log(`Tenant URL:    ${origin}/scim/v2`);
  console.log(`Secret Token:  ${await target.createToken({ tenant: 'acme', name: 'inventory' })}`);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.closeAllConnections();
    server.close(() => target.close());
  });
}
