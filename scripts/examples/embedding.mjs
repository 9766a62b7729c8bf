/**
 * docs/embedding.md, done as it says: its commands in an empty folder, its files as they stand there, its app under the
 * conformance client, its tests, and what it says of callers.
 */
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Failure, install, root, run } from '../packed.mjs';
import { freePort, installed, mustEqual, until, whileRunning } from './running.mjs';

const GUIDE = path.join(root, 'docs', 'embedding.md');

/** [{ file: 'app.js', text }] of the blocks that begin with the name of a file, and the commands of the others. */
function blocksOf(markdown) {
  const files = [];
  const commands = [];
  for (const [, language, text] of markdown.matchAll(/^```(\w+)\n(.*?)^```$/gms)) {
    const [, file] = /^\/\/ ([\w-]+(?:\.[\w-]+)+)\n/.exec(text) ?? [];
    if (file) files.push({ file, text });
    else if (language === 'sh') commands.push(...text.trim().split('\n'));
    else throw new Failure(`a block of ${language} has no file name: ${text.split('\n', 1)}`);
  }
  return { files, commands };
}

/** The commands in their order; each must be one that is known here, so that a new one is not passed over. */
async function followCommands(folder, tarball, commands, files) {
  const shell = (command, env) => run('bash', ['-c', command], folder, { ...process.env, ...env });
  const write = ({ file, text }) => writeFileSync(path.join(folder, file), text);
  const [init, add, start, hint, check, ...rest] = commands;
  mustEqual('the commands that are more', rest, []);
  shell(init);
  const packages = /^npm install (.+)$/.exec(add)?.[1].split(' ') ?? [];
  mustEqual('what is installed', packages.includes('scim-target'), true);
  install(folder, tarball, ...packages.filter((name) => name !== 'scim-target'));
  for (const file of files) write(file);
  mustEqual('where the token goes', /^export TOKEN=/.test(hint), true);
  const port = await freePort();
  await whileRunning(
    folder,
    { PORT: port },
    async (program) => {
      const TOKEN = await program.says(/Secret Token: (\S+)/);
      shell(check.replace(':3000', `:${port}`), { TOKEN });
    },
    start.split(' '),
  );
}

/** What the page says of callers and of Express 4, asked of its own functions. */
const CLAIMS = `
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import express4 from 'express4';
import { Entra, TestTarget } from 'scim-target/testing';
import { authenticate } from './callers.js';
import { machines } from './machines.js';

const ask = async (options, headers) => {
  const scim = await TestTarget.start({ tenant: 'contoso', ...options });
  try {
    return (await fetch(scim.url + '/Users', { headers })).status;
  } finally {
    await scim.stop();
  }
};

test('the API keys of the page open the tenant', async () => {
  assert.equal(await ask({ authenticate }, { 'x-api-key': 'contoso-key-5b1f0a7c' }), 200);
  assert.equal(await ask({ authenticate }, { 'x-api-key': 'contoso-key-5b1f0a7d' }), 401);
  assert.equal(await ask({ authenticate }, {}), 401);
});

test('a passport strategy does', async () => {
  const strategy = (account) => ({
    name: 'machine',
    authenticate({ headers }) {
      if (headers['x-machine'] === undefined) this.fail();
      else this.success({ account, label: headers['x-machine'] });
    },
  });
  const asked = (account, headers) => ask({ authenticate: machines(strategy(account)) }, headers);
  assert.equal(await asked('contoso', { 'x-machine': 'm-1' }), 200);
  assert.equal(await asked('contoso', {}), 401);
  assert.equal(await asked('nobody', { 'x-machine': 'm-1' }), 404);
});

test('an Express 4 app mounts it by require', async () => {
  const app = express4();
  const target = await createRequire(import.meta.url)('./legacy.cjs')(app);
  const token = await target.createToken({ tenant: 'legacy', name: 'test' });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = 'http://127.0.0.1:' + server.address().port + '/scim/v2';
  await new Entra({ url, token }).testConnection();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await target.close();
});
`;

export async function embedding(folder, tarball, say) {
  const { files, commands } = blocksOf(readFileSync(GUIDE, 'utf8'));
  await followCommands(folder, tarball, commands, files);
  say('from an empty folder to an endpoint that passes the suite entra');

  // Packages for the tests alone, from here: to install them would take longer than all the rest.
  for (const name of ['vitest', 'express4']) {
    symlinkSync(path.join(root, 'node_modules', name), path.join(folder, 'node_modules', name));
  }
  writeFileSync(path.join(folder, 'claims.test.js'), CLAIMS);
  run(process.execPath, ['--test', 'accounts.test.js', 'claims.test.js'], folder);
  say('its tests pass, callers are let in as it says, and Express 4 mounts it');
  run(path.join(root, 'node_modules', '.bin', 'vitest'), ['run', '--root', folder, 'my-store.test.js'], folder);
  say('the store contract runs in a runner of the author');

  await serverRemembers(folder);
  say('what is put together starts, keeps its accounts, and has them again after a restart');
}

async function serverRemembers(folder) {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const { Entra } = await installed(folder, 'testing/index.js');
  const command = ['token', 'create', '--tenant', 'contoso', '--name', 'test', '--store', 'sqlite:./data/scim.db'];
  const token = run(path.join(folder, 'node_modules', '.bin', 'scim-target'), command, folder).trim();
  const entra = new Entra({ url: `${origin}/scim/v2`, token });
  const accounts = async () => {
    const answer = await fetch(`${origin}/accounts`).catch(() => undefined);
    return (await answer?.json())?.map(({ email, mayEnter }) => `${email} ${mayEnter}`).join();
  };
  const untilShown = (wanted) => until(`the accounts are: ${wanted}`, async () => (await accounts()) === wanted);
  const whileServing = (work) => whileRunning(folder, { PORT: port }, work, ['node', 'server.js']);
  await whileServing(async () => {
    await untilShown('');
    await entra.disableUser(await entra.createUser({ userName: 'ann@contoso.com' }));
    await untilShown('ann@contoso.com false');
  });
  await whileServing(() => untilShown('ann@contoso.com false'));
}
