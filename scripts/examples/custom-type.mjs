/** The Device type: in discovery, as an endpoint of its own, and heard of by the app. */
import { conformance, installed, mustEqual, until, whileRunning } from './running.mjs';

const DEVICE = 'urn:example:scim:schemas:Device';

export async function customType(folder, say) {
  const { ScimClient } = await installed(folder, 'testing/scim-client.js');
  await whileRunning(folder, { PORT: '0' }, async (program) => {
    const token = await program.says(/Secret Token:\s+(\S+)/);
    const url = await program.says(/Tenant URL:\s+(\S+)/);
    const scim = new ScimClient(url, token);
    const type = await scim.request('GET', '/ResourceTypes/Device');
    mustEqual('the resource type', [type.body.endpoint, type.body.schema], ['/Devices', DEVICE]);
    mustEqual('the schema', (await scim.request('GET', `/Schemas/${DEVICE}`)).body.name, 'Device');

    const shown = async () => (await fetch(url.replace('/scim/v2', '/devices'))).json();
    const post = (serial) => scim.request('POST', '/Devices', { schemas: [DEVICE], serial, model: 'X1' });
    const made = await post('A-17');
    mustEqual('a device is created', made.status, 201);
    mustEqual('its serial is taken then', (await post('a-17')).status, 409);
    await until('the app shows the device', async () => (await shown()).join() === 'A-17 (X1)');
    mustEqual('it is deleted', (await scim.request('DELETE', `/Devices/${made.body.id}`)).status, 204);
    await until('the app shows none', async () => (await shown()).length === 0);
    say('devices are discovered, kept, and heard of by the app');
    conformance(folder, url, token, '--scenario', 'deployment-plan');
    say('the scenario deployment-plan passes beside them');
  });
}
