// Starts the app: opens both databases, puts them together, listens, and stops in good order.
import { mkdirSync } from 'node:fs';
import { createApp } from './app.js';
import { createDirectory } from './directory.js';
import { openUsers } from './users.js';

const port = Number(process.env.PORT ?? 3000);
const data = process.env.DATA ?? './data';
/** Whose people may be provisioned: what stands after the @ of their user names. */
const domain = process.env.EMAIL_DOMAIN ?? 'example.com';

mkdirSync(data, { recursive: true });
const users = openUsers(`${data}/app.db`);
const target = await createDirectory({ store: `sqlite:${data}/scim.db`, users, domain });

/** Where the app is for its users. Never what a request says in its Host header, which anybody can choose. */
let origin = process.env.ORIGIN;
const send = (email, path) => console.log(`Link for ${email}: ${origin}${path}`);

const server = createApp({ users, target, send }).listen(port, '127.0.0.1', async () => {
  origin ??= `http://127.0.0.1:${server.address().port}`;
  console.log(`The app:       ${origin}`);
  console.log(`Tenant URL:    ${origin}/scim/v2`);
  // The customer's identity provider gets a token once; it is kept as a hash and cannot be shown again.
  if (!(await target.store.tenantByName('acme'))) {
    console.log(`Secret Token:  ${await target.createToken({ tenant: 'acme', name: 'Entra' })}`);
  }
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.closeAllConnections();
    server.close(async () => {
      await target.close();
      users.close();
    });
  });
}
