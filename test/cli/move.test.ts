/** `migrate`, `export` and `import`, as people run them. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { run } from '../../src/cli/program.js';
import { NO_SCREEN } from '../../src/cli/screen.js';
import type { Store } from '../../src/store/store.js';
import { openTransfer } from '../../src/target.js';
import { ACME } from '../../src/testing/contract/accounts.js';
import { query } from '../../src/testing/contract/writes.js';
import { mongoForTests } from '../support/mongo/server.js';
import { fill, RECEIVERS, USERS } from '../transfer/example.js';
import { temporaryFolder } from './command.js';
import { FakeTerminal } from './fake-terminal.js';
import { runIn, withStoreAt } from './in-process.js';

const mongo = mongoForTests();

let folder: ReturnType<typeof temporaryFolder>;
let source: string;
let target: string;

beforeEach(async () => {
  folder = temporaryFolder();
  source = `sqlite:${join(folder.path, 'source.db')}`;
  target = `sqlite:${join(folder.path, 'target.db')}`;
  await withStoreAt(source, fill);
});
afterEach(() => folder.remove());

const cli = (...args: string[]) => runIn({ SCIM_TARGET_STORE: source }, args);

const idsOf = (spec: string, name: string) =>
  withStoreAt(spec, async (store) => {
    const { id = '' } = (await store.tenantByName(name)) ?? {};
    const page = await store.search(query('User', undefined, { tenant: id, limit: 10_000 }));
    return page.resources.map(({ key }) => key.id);
  });

describe('migrate', () => {
  it('tells of tenants and tens of percent, and at the end what is the same on both sides', async () => {
    const { code, out, err } = await cli('migrate', '--from', source, '--to', target);
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(err).toMatch(/^moving Acme: \d0 %$/m);
    expect(err).toMatch(/^verifying globex$/m);
    expect(err).toContain(`same on both sides: 2 tenants, 2 credentials, 2 receivers, ${USERS + 3} resources`);
    expect(await idsOf(target, 'acme')).toEqual(await idsOf(source, 'acme'));
  });

  it('draws one line on a screen, and clears it', async () => {
    const terminal = new FakeTerminal({});
    const screen = { ...NO_SCREEN, columns: () => 80 };
    expect(await run(['migrate', '--from', source, '--to', target], terminal, screen)).toBe(0);
    // Each time from the start of the line, which is cleared.
    const drawn = terminal.written.err.split('\r\u001b[K');
    expect(drawn.some((line) => /^#+\.* \d+ % Acme resources$/.test(line))).toBe(true);
    expect(drawn.at(-1)).toMatch(/^Moved, and found to be the same/);
  });

  it('is refused where the target is not empty, and where there is no source', async () => {
    const again = await cli('migrate', '--from', target, '--to', source);
    expect(again).toMatchObject({ code: 1, err: expect.stringMatching(/there is no store at .*target\.db/) });
    await withStoreAt(target, fill);
    const full = await cli('migrate', '--from', source, '--to', target);
    expect(full).toMatchObject({ code: 1, err: expect.stringContaining('holds data already') });
    expect(await cli('migrate', '--from', source, '--to', 'memory:')).toMatchObject({ code: 1 });
    expect(await cli('migrate', '--from', source)).toMatchObject({ code: 2 });
  });

  it('is refused from a store to itself', async () => {
    const { code, err } = await cli('migrate', '--from', source, '--to', source);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('holds data already') });
  });
});

describe('serve, on the target of a move that has not ended', () => {
  it('refuses to start, until the move is whole', async () => {
    const { code } = await cli('migrate', '--from', source, '--to', target);
    expect(code).toBe(0);
    const transfer = await openTransfer(target);
    await transfer.setNote(JSON.stringify({ from: 'sqlite:old.db', tenants: 1, kind: 0, rows: 0 }));
    const refused = await runIn({ SCIM_TARGET_STORE: target }, ['serve', '--port', '0']);
    await transfer.setNote(undefined);
    await transfer.close();
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toMatch(/the move from sqlite:old\.db to sqlite:\S+target\.db has not ended; run the same/);
  });
});

mongo.describe('migrate to MongoDB and back', () => {
  it('ends with what was there', async () => {
    const uri = mongo.newUri();
    expect(await cli('migrate', '--from', source, '--to', uri)).toMatchObject({ code: 0 });
    expect(await cli('migrate', '--from', uri, '--to', target)).toMatchObject({ code: 0 });
    expect(await idsOf(target, 'acme')).toEqual(await idsOf(source, 'acme'));
    await mongo.drop(uri);
  });
});

describe('export and import', () => {
  const exported = async (...flags: string[]): Promise<string> => {
    const { code, out } = await cli('export', '--tenant', 'acme', ...flags);
    expect(code).toBe(0);
    const file = join(folder.path, 'acme.jsonl');
    writeFileSync(file, out);
    return file;
  };

  it('make a clone beside the original, with members and history', async () => {
    const file = await exported();
    const { code, err } = await cli('import', '--tenant', 'acme-test', file);
    expect({ code, err }).toEqual({
      code: 0,
      err: `Imported tenant acme-test: ${USERS + 2} resources, ${USERS + 2} memberships, ${USERS + 2} changes, 2 receivers, 0 credentials.\n`,
    });
    expect(await idsOf(source, 'acme-test')).toEqual(await idsOf(source, 'acme'));
    await withStoreAt(source, async (store) => {
      const { id = '' } = (await store.tenantByName('acme-test')) ?? {};
      const [last] = await store.changes(id, USERS + 1, 9);
      expect(last).toMatchObject({ sequence: USERS + 2, key: { tenant: id, id: 'h' } });
      expect(await store.edges({ tenant: id, type: 'Group', id: 'h' }, { limit: 9 })).toHaveLength(2);
    });
  });

  it('keep secrets out, unless asked; then the tenant works elsewhere as it did', async () => {
    expect(readFileSync(await exported(), 'utf8')).not.toMatch(/#k-\d#|a secret|argon2id|sealed header/);
    const file = await exported('--with-secrets');
    const beside = await cli('import', '--tenant', 'other', file);
    expect(beside).toMatchObject({ code: 1, err: expect.stringContaining('export without --with-secrets') });
    expect(await cli('import', '--tenant', 'acme', '--store', target, file)).toMatchObject({ code: 0 });
    const found = await withStoreAt(target, (store) => store.findBearer('#k-1#'));
    expect(found?.tenant.name).toBe('acme');
    const hash = (store: Store) => store.passwordHash({ tenant: found?.tenant.id ?? '', type: 'User', id: 'u7' });
    expect(await withStoreAt(target, hash)).toBe('$argon2id$u7');
  });

  it('bring receivers that wait, with ids of their own beside the original, after the history', async () => {
    await cli('import', '--tenant', 'beside', await exported());
    await cli('import', '--tenant', 'acme', '--store', target, await exported('--with-secrets'));
    const imported = [expect.stringMatching(/^\d{4}-/), 'It came with the import of its tenant.'];
    const receiversOf = (spec: string, name: string) =>
      withStoreAt(spec, async (store) => {
        const { id = '' } = (await store.tenantByName(name)) ?? {};
        const deliveries = await store.deliveries({ tenant: id });
        const receivers = await store.receivers(id);
        expect(deliveries.map(({ consumer }) => consumer).sort()).toEqual(receivers.map((each) => each.id).sort());
        expect(new Set(deliveries.map(({ position }) => position))).toEqual(new Set([USERS + 2]));
        for (const { paused, pausedBecause } of receivers) expect([paused, pausedBecause]).toEqual(imported);
        return receivers;
      });
    const [beside, elsewhere] = [await receiversOf(source, 'beside'), await receiversOf(target, 'acme')];
    for (const [index, original] of RECEIVERS.entries()) {
      const anything = expect.anything();
      const waiting = { ...original, tenant: anything, paused: anything, pausedBecause: anything };
      expect(elsewhere[index]).toEqual(waiting);
      expect(beside[index]).toEqual({ ...waiting, id: anything, authorization: undefined });
      expect(beside[index]?.id).not.toBe(original.id);
    }
  });

  it('take a file of the first format, which knew of no receivers', async () => {
    const file = await exported();
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const first = lines.filter((line) => !line.startsWith('{"receivers"'));
    const old = first.join('\n').replace('"version":2', '"version":1').replace('"receivers":2,', '');
    writeFileSync(file, old);
    const { err } = await cli('import', '--tenant', 'old', file);
    expect(err).toContain(`${USERS + 2} changes, 0 receivers, 0 credentials`);
  });

  it('are in the audit', async () => {
    await cli('import', '--tenant', 'other', await exported('--with-secrets'));
    await cli('import', '--tenant', 'third', await exported());
    const audit = await withStoreAt(source, (store) => store.audit({ limit: 9 }));
    expect(audit.map(({ action, details }) => [action, details.withSecrets])).toEqual(
      expect.arrayContaining([
        ['tenant.export', true],
        ['tenant.export', false],
        ['tenant.import', undefined],
      ]),
    );
    expect(audit.filter(({ action }) => action === 'tenant.import')).toHaveLength(1);
  });

  it.each([
    ['cut in the middle', (lines: string[]) => lines.slice(0, 300), 'not all there'],
    ['cut after its first line', (lines: string[]) => lines.slice(0, 1), 'not all there'],
    [
      'without settings',
      (lines: string[]) => [lines[0]?.replace(/"settings":.*/, '"settings":null}') ?? ''],
      'line 1 is',
    ],
    ['without one of its changes', (lines: string[]) => lines.toSpliced(-5, 1), /line \d+ is not one/],
    ['without one of its users', (lines: string[]) => lines.toSpliced(9, 1), 'not all there'],
    ['with a line that is no JSON', (lines: string[]) => lines.toSpliced(9, 0, '{'), 'line 10 is not one'],
    ['of something else', () => ['{"a":1}'], 'no export of a tenant'],
    ['of a later format', (lines: string[]) => [lines[0]?.replace('"version":2', '"version":3') ?? ''], 'format 3'],
    ['that is empty', () => [], 'the file is empty'],
  ])('leave nothing behind of a file %s', async (_, spoil, sentence) => {
    const file = await exported();
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    writeFileSync(file, spoil(lines).join('\n'));
    const { code, err } = await cli('import', '--tenant', 'other', file);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(sentence) });
    await withStoreAt(source, async (store) => {
      expect((await store.tenants()).map(({ name }) => name)).toEqual(['globex', ACME.name]);
      expect(await store.purgeTenants(9)).toBe(false);
    });
  });

  it('let nobody into a tenant that is not all there yet, so that one whose import was killed opens nothing', async () => {
    const lines = readFileSync(await exported('--with-secrets'), 'utf8')
      .trimEnd()
      .split('\n');
    const pipe = join(folder.path, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const imported = cli('import', '--tenant', 'acme', '--store', target, pipe);
    const writing = await open(pipe, 'w');
    await writing.write(`${lines.slice(0, -1).join('\n')}\n`);
    await withStoreAt(target, async (store) => {
      await vi.waitFor(async () => {
        const found = await store.findBearer('#k-1#');
        expect(found?.tenant.disabled).toEqual(expect.any(String));
      }, 20_000);
      await writing.write(lines.at(-1) ?? '');
      await writing.close();
      expect(await imported).toMatchObject({ code: 0 });
      expect((await store.tenantByName('acme'))?.disabled).toBeUndefined();
    });
  });

  it('import no name that is taken', async () => {
    const { code, err } = await cli('import', '--tenant', 'acme', await exported());
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('acme') });
    expect(await idsOf(source, 'acme')).toHaveLength(USERS);
  });
});
