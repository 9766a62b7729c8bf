import { expect, test } from 'vitest';
import { Registries } from '../../../src/access/registries.js';
import { ResourceCounts } from '../../../src/http/admin/overview.js';
import { bundledDocuments } from '../../../src/schema-files.js';

test('small numbers are counted each time, large ones are remembered for half a minute', async () => {
  let now = Date.parse('2031-01-01T00:00:00.000Z');
  const sizes: Record<string, number> = { User: 9_999, Group: 10_000 };
  const asked: Record<string, number> = { User: 0, Group: 0 };
  const search = async ({ type, limit }: { type: string; limit: number }) => {
    expect(limit).toBe(0);
    asked[type] = (asked[type] ?? 0) + 1;
    return { total: sizes[type] ?? 0, resources: [] };
  };
  const registries = new Registries(bundledDocuments());
  const counts = new ResourceCounts({ store: { search }, registries, clock: () => new Date(now).toISOString() });
  expect(await counts.of(tenant('t1'))).toEqual({ User: 9_999, Group: 10_000 });
  sizes.User = 5;
  sizes.Group = 20_000;
  expect(await counts.of(tenant('t1'))).toEqual({ User: 5, Group: 10_000 });
  expect(await counts.of(tenant('t2'))).toEqual({ User: 5, Group: 20_000 });
  now += 30_000;
  expect(await counts.of(tenant('t1'))).toEqual({ User: 5, Group: 20_000 });
  expect(asked).toEqual({ User: 4, Group: 3 });
});

function tenant(id: string) {
  return { id, settings: { allowsBasic: false, requestLimit: undefined } };
}
