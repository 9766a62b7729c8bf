/** The contract: what tenants did by the hour, and the audit. */
import type { NewAuditRecord } from '../../../store/store.js';
import { ACME, GLOBEX, request } from '../accounts.js';
import type { Given } from '../given.js';

export function records(given: Given): void {
  const { describe } = given;
  describe('traffic', () => traffic(given));
  describe('the audit', () => audit(given));
}

function traffic({ it, expect, current }: Given): void {
  const hour = (tenant: string, time: string, requests: number, refused: number, failed: number) => ({
    tenant,
    hour: `2026-01-01T${time}:00:00.000Z`,
    requests,
    refused,
    failed,
  });

  it('is counted by tenant and hour, over all calls', async () => {
    const at = (time: string) => ({ time: `2026-01-01T${time}.000Z` });
    await current().appendActivity([
      request('1', at('10:59:59')),
      request('2', { ...at('11:00:00'), outcome: 'refused' }),
      request('3', { ...at('11:10:00'), outcome: 'failed', tenant: GLOBEX.id }),
      request('4', { ...at('11:20:00'), tenant: undefined }),
    ]);
    await current().appendActivity([
      request('5', at('11:59:59')),
      request('6', { ...at('11:30:00'), outcome: 'failed' }),
    ]);
    const [ten, eleven, others] = [
      hour(ACME.id, '10', 1, 0, 0),
      hour(ACME.id, '11', 3, 1, 1),
      hour(GLOBEX.id, '11', 1, 0, 1),
    ];
    expect(await current().traffic('2026-01-01T00:00:00.000Z')).toEqual([ten, eleven, others]);
    expect(await current().traffic('2026-01-01T11:00:00.000Z')).toEqual([eleven, others]);
    expect(await current().traffic('2026-01-01T10:30:00.000Z', ACME.id)).toEqual([eleven]);
    expect(await current().traffic('2026-01-01T10:00:00.000Z', ACME.id)).toEqual([ten, eleven]);
    expect(await current().traffic('2026-01-01T00:00:00.000Z', 't-9')).toEqual([]);
  });

  it('tells when the last request of each tenant came, whatever was forgotten and in whatever order they came', async () => {
    const at = (tenant: string | undefined, time: string) => request(time, { tenant, time });
    await current().appendActivity([
      at(ACME.id, '2026-01-02T00:00:00.000Z'),
      at(GLOBEX.id, '2026-01-03T00:00:00.000Z'),
      at(undefined, '2026-01-04T00:00:00.000Z'),
    ]);
    await current().appendActivity([at(ACME.id, '2026-01-01T00:00:00.000Z')]);
    await current().trimActivity('9999', 0, '9999', 100);
    expect(await current().lastRequests()).toEqual(
      new Map([
        [ACME.id, '2026-01-02T00:00:00.000Z'],
        [GLOBEX.id, '2026-01-03T00:00:00.000Z'],
      ]),
    );
  });

  it('forgets hours from before a time', async () => {
    const times = ['2026-01-01T10:00:00.000Z', '2026-01-01T11:00:00.000Z', '2026-01-01T12:00:00.000Z'];
    await current().appendActivity(times.map((time) => request(time, { time })));
    const trim = () => current().trimActivity('', 100, '2026-01-01T12:00:00.000Z', 1);
    expect([await trim(), await trim(), await trim()]).toEqual([true, true, false]);
    expect(await current().traffic('')).toEqual([hour(ACME.id, '12', 1, 0, 0)]);
    expect(await current().activity({ limit: 9 })).toHaveLength(3);
  });
}

function audit({ it, expect, current }: Given): void {
  const record = (action: string, more: Partial<NewAuditRecord> = {}): NewAuditRecord => ({
    time: '2026-01-01T00:00:00.000Z',
    actor: { kind: 'admin', id: 'a-1', name: 'Ada' },
    address: '::1',
    action,
    tenant: { id: ACME.id, name: ACME.name },
    target: 'Entra',
    details: { name: { before: null, after: 'ü' } },
    ...more,
  });

  it('is kept with all that is said of it, newest first', async () => {
    const bare = record('b', {
      actor: { kind: 'command line', id: undefined, name: 'root' },
      address: undefined,
      tenant: undefined,
      target: undefined,
      details: {},
    });
    await current().appendAudit(record('a'));
    await current().appendAudit(bare);
    const all = await current().audit({ limit: 9 });
    expect(all).toEqual([
      { ...bare, sequence: all[0]?.sequence },
      { ...record('a'), sequence: all[1]?.sequence },
    ]);
  });

  it('is found by tenant and by action, in pages that leave out the place', async () => {
    const other = { tenant: { id: GLOBEX.id, name: 'globex' } };
    for (const [action, more] of [
      ['a', {}],
      ['b', {}],
      ['a', other],
      ['a', {}],
    ] as const) {
      await current().appendAudit(record(action, more));
    }
    const sequences = (await current().audit({ limit: 9 })).map(({ sequence }) => sequence).reverse();
    const found = async (query: object) =>
      (await current().audit({ limit: 9, ...query })).map(({ sequence }) => sequences.indexOf(sequence) + 1);
    expect(await found({})).toEqual([4, 3, 2, 1]);
    expect(await found({ limit: 2, before: sequences[3] })).toEqual([3, 2]);
    expect(await found({ tenant: ACME.id })).toEqual([4, 2, 1]);
    expect(await found({ tenant: ACME.id, limit: 1, before: sequences[3] })).toEqual([2]);
    expect(await found({ action: 'a' })).toEqual([4, 3, 1]);
    expect(await found({ action: 'a', before: sequences[2] })).toEqual([1]);
    expect(await found({ tenant: ACME.id, action: 'a' })).toEqual([4, 1]);
    expect(await found({ action: 'b\0' })).toEqual([]);
  });
}
