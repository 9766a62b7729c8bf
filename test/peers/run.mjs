/**
 * The conformance client against SCIM servers that others wrote: installs one by name from its registry, starts it,
 * runs the client against it, stops it. `node test/peers/run.mjs scimmy|scim2-server [options of the client]`
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');

const PEERS = {
  scimmy: {
    packages: ['scimmy@1.3.5', 'scimmy-routers@1.3.2', 'express@5'],
    install(folder) {
      writeFileSync(path.join(folder, 'package.json'), '{ "private": true, "type": "module" }');
      run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...this.packages], folder);
    },
    command(folder, port, token) {
      copyFileSync(path.join(here, 'scimmy.mjs'), path.join(folder, 'scimmy.mjs'));
      return [process.execPath, ['scimmy.mjs', port, token]];
    },
    base: '/scim/v2',
  },
  'scim2-server': {
    packages: ['scim2-server==0.8.3'],
    install(folder) {
      run('python3', ['-m', 'venv', '.'], folder);
      run('bin/pip', ['install', '--quiet', ...this.packages], folder);
    },
    command: (folder, port, token) => [
      path.join(folder, 'bin/scim2-server'),
      ['--hostname', '127.0.0.1', '--port', port, '--bearer-token', token],
    ],
    base: '/v2',
  },
};

function run(command, args, cwd) {
  const program = command.includes('/') ? path.join(cwd, command) : command;
  const { status } = spawnSync(program, args, { cwd, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(String(port)));
    });
  });
}

async function untilItAnswers(url, child) {
  for (let attempt = 0; attempt < 150; attempt++) {
    if (child.exitCode !== null) throw new Error('the server ended at once');
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the server does not answer');
}

async function main([name, ...options]) {
  const peer = PEERS[name];
  if (!peer) throw new Error(`name one of ${Object.keys(PEERS).join(', ')}`);
  const folder = path.join(root, '.tmp/peers', name);
  const stamp = path.join(folder, `installed-${peer.packages.join('+').replaceAll('/', '_')}`);
  if (!existsSync(stamp)) {
    mkdirSync(folder, { recursive: true });
    peer.install(folder);
    writeFileSync(stamp, '');
  }
  const port = await freePort();
  const token = randomBytes(24).toString('hex');
  const [command, args] = peer.command(folder, port, token);
  const server = spawn(command, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    const url = `http://127.0.0.1:${port}${peer.base}`;
    await untilItAnswers(url, server);
    const client = [path.join(root, 'dist/cli/main.js'), 'conformance', '--url', url, '--token', token, ...options];
    process.exitCode = spawnSync(process.execPath, client, { stdio: 'inherit' }).status ?? 1;
  } finally {
    server.kill('SIGTERM');
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(`peers: ${error.message}`);
  process.exitCode = 2;
});
