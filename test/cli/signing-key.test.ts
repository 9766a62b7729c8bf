import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from './command.js';
import { runIn, succeedIn, withStoreAt } from './in-process.js';

let folder: ReturnType<typeof temporaryFolder>;
let env: Record<string, string>;

beforeEach(async () => {
  folder = temporaryFolder();
  env = { SCIM_TARGET_STORE: `sqlite:${join(folder.path, 'scim.db')}` };
  await succeedIn(env, ['tenant', 'create', 'acme']);
});
afterEach(() => folder.remove());

const ok = (...args: string[]) => succeedIn(env, ['signing-key', ...args]);

interface Key {
  readonly id: string;
  readonly created: string;
  readonly ends: string | null;
}
const keys = async (...args: string[]) => JSON.parse(await ok(...args, '--json')) as Key[];

describe('signing-key', () => {
  it('rotate makes a new key, beside which the old one is listed until the overlap is over', async () => {
    const [first] = await keys('list');
    const [second, old] = await keys('rotate', '--overlap', '2h');
    expect(second?.id).not.toBe(first?.id);
    expect(old).toEqual({ ...first, ends: new Date(Date.parse(second?.created ?? '') + 7_200_000).toISOString() });
    expect(await keys('list')).toEqual([second, old]);
    const shown = await ok('list');
    expect(shown).toMatch(/^ID +SIGNS SINCE +PUBLISHED UNTIL\n/);
    expect(shown).toContain('it is replaced');
    expect(await keys('rotate', '--overlap', '0')).toHaveLength(1);
  });

  it('rotate is recorded, and shows nothing that is private', async () => {
    const shown = await ok('rotate', '--json');
    const [{ id }] = JSON.parse(shown) as [Key];
    const store = env.SCIM_TARGET_STORE as string;
    const [entry] = await withStoreAt(store, async (found) => found.audit({ action: 'signing-key.rotate', limit: 1 }));
    expect(entry).toMatchObject({ target: id, details: { overlapSeconds: 86_400 } });
    const kept = JSON.parse(await withStoreAt(store, (found) => found.secret('set-keys', ''))) as {
      keys: { jwk: { d?: string } }[];
    };
    const secret = kept.keys.at(-1)?.jwk.d ?? '';
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(shown + JSON.stringify(entry)).not.toContain(secret);
  });

  it('rotate refuses an overlap that is none or too long, and changes nothing', async () => {
    const before = await keys('list');
    for (const overlap of ['soon', '31d']) {
      const { code, out } = await runIn(env, ['signing-key', 'rotate', '--overlap', overlap]);
      expect({ code, out }).toEqual({ code: 2, out: '' });
    }
    expect(await keys('list')).toEqual(before);
  });
});
