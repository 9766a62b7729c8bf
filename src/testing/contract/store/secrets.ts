/** The contract: secrets. */
import type { Given } from '../given.js';

export function secrets({ it, expect, current }: Given): void {
  it('are the first that was offered under their name', async () => {
    expect(await current().secret('cursors', 'a')).toBe('a');
    expect(await current().secret('cursors', 'b')).toBe('a');
    expect(await current().secret('others', 'b')).toBe('b');
  });

  it('are the same for all who ask at once', async () => {
    const offered = ['a', 'b', 'c', 'd'];
    const given = await Promise.all(offered.map((secret) => current().secret('cursors', secret)));
    expect(new Set(given).size).toBe(1);
    expect(offered).toContain(given[0]);
    expect(await current().secret('cursors', 'e')).toBe(given[0]);
  });
  it('are replaced where they are what somebody thinks they are', async () => {
    await current().secret('keys', 'a');
    expect(await current().replaceSecret('keys', 'b', 'c')).toBe(false);
    expect(await current().replaceSecret('others', 'a', 'c')).toBe(false);
    expect(await current().replaceSecret('keys', 'a', 'b')).toBe(true);
    expect(await current().secret('keys', 'd')).toBe('b');
    expect(await current().secret('others', 'd')).toBe('d');
  });

  it('are replaced by one of all who want to at once', async () => {
    await current().secret('keys', 'a');
    const wanted = ['b', 'c', 'd'];
    const done = await Promise.all(wanted.map((next) => current().replaceSecret('keys', 'a', next)));
    expect(done.filter(Boolean)).toHaveLength(1);
    expect(await current().secret('keys', 'e')).toBe(wanted[done.indexOf(true)]);
  });
}
