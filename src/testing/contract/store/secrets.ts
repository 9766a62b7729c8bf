/** The contract: secrets. */
import type { Given } from '../given.js';

export function secrets({ it, expect, current }: Given): void {
  it('are the first that was offered under their name, for ever', async () => {
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
}
