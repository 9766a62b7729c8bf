import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createScimTarget } from '../../src/target.js';
import { temporaryFolder } from './command.js';
import { runIn, withStoreAt } from './in-process.js';

const SCHEMA = { id: 'urn:example:Device', name: 'Device', attributes: [{ name: 'serial', type: 'string' }] };
const TYPE = { name: 'Device', endpoint: '/Devices', schema: SCHEMA.id };

let folder: ReturnType<typeof temporaryFolder>;
let env: Record<string, string>;

beforeEach(async () => {
  folder = temporaryFolder();
  env = { SCIM_TARGET_STORE: `sqlite:${join(folder.path, 'scim.db')}` };
  expect((await cli('tenant', 'create', 'acme')).code).toBe(0);
});
afterEach(() => folder.remove());

const cli = (...args: string[]) => runIn(env, args);

function file(name: string, text: string): string {
  const path = join(folder.path, name);
  writeFileSync(path, text);
  return path;
}

/** The schemas that the tenant has in the file, and what was recorded. */
function kept() {
  return withStoreAt(env.SCIM_TARGET_STORE as string, async (store) => {
    const tenant = await store.tenantByName('acme');
    const [newest] = await store.audit({ limit: 1 });
    return { text: tenant?.settings.schemas, action: newest?.action };
  });
}

describe('tenant schemas', () => {
  it('takes a file, shows it as it was, and clears it', async () => {
    const text = `{ "schemas": [${JSON.stringify(SCHEMA)}], // ours\n "resourceTypes": [${JSON.stringify(TYPE)}] }`;
    const put = await cli('tenant', 'schemas', 'acme', '--file', file('types.json', text));
    expect(put).toEqual({ code: 0, out: '', err: 'Changed the schemas of tenant acme.\n' });
    expect(await kept()).toEqual({ text, action: 'tenant.schemas' });
    expect((await cli('tenant', 'schemas', 'acme', '--show')).out).toBe(`${text}\n`);
    expect((await cli('tenant', 'schemas', 'acme', '--clear')).code).toBe(0);
    expect((await kept()).text).toBeUndefined();
  });

  it('refuses a document that breaks a rule with the line, and changes nothing', async () => {
    const refused = await cli(
      'tenant',
      'schemas',
      'acme',
      '--file',
      file('types.json', '{\n "policy": {"Robot": {}}}'),
    );
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('line 2: policy: Robot: there is no such resource type');
    expect(await kept()).toEqual({ text: undefined, action: 'tenant.create' });
  });

  it.each([[[]], [['--show', '--clear']]])('asks for one of its options: %j', async (options) => {
    const { code, err } = await cli('tenant', 'schemas', 'acme', ...options);
    expect(code).toBe(2);
    expect(err).toContain('one of --file, --show and --clear');
  });
});

describe('a folder of schemas', () => {
  function withFolder(files: Record<string, unknown>): string {
    const path = join(folder.path, 'schemas');
    mkdirSync(path);
    for (const [name, document] of Object.entries(files)) {
      writeFileSync(join(path, name), typeof document === 'string' ? document : JSON.stringify(document));
    }
    return path;
  }

  it('is what all tenants have, and what those of a tenant stand beside', async () => {
    const schemas = withFolder({ 'device.json': SCHEMA, 'device.type.json': TYPE, 'README.md': 'not read' });
    const target = await createScimTarget({ store: 'memory:', schemas });
    expect(target.registry.resourceTypes.map(({ name }) => name)).toEqual(['User', 'Group', 'Device']);
    await target.close();
    const policy = file('policy.json', '{"policy":{"Device":{"required":["serial"]}}}');
    expect((await cli('tenant', 'schemas', 'acme', '--file', policy)).code).toBe(2);
    expect((await cli('tenant', 'schemas', 'acme', '--file', policy, '--schemas', schemas)).code).toBe(0);
  });

  it.each([
    ['neither.json', { a: 1 }],
    ['broken.json', '{'],
  ])('with a file that is no document is refused by its name: %s', async (name, document) => {
    const schemas = withFolder({ [name]: document });
    await expect(createScimTarget({ store: 'memory:', schemas })).rejects.toThrow(name);
    const served = await cli('serve', '--schemas', schemas, '--store', 'memory:', '--port', '0');
    expect(served.code).toBe(1);
    expect(served.err).toContain(name);
    expect(served.err).not.toContain('the store');
  });
});
