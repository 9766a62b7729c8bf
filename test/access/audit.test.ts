import { describe, expect, test } from 'vitest';
import { audit, bothSides } from '../../src/access/audit.js';
import type { NewAuditRecord } from '../../src/store/store.js';

describe('the audit record', () => {
  test('has the tenant by id and name alone, and leaves out details that are not there', async () => {
    const records: NewAuditRecord[] = [];
    const store = { appendAudit: async (record: NewAuditRecord) => void records.push(record) };
    const tenant = { id: 't1', name: 'acme', settings: { allowsBasic: true } };
    const actor = { kind: 'app', id: undefined, name: 'the app' } as const;
    await audit(store, {
      time: '2031-01-01T00:00:00.000Z',
      actor,
      action: 'tenant.create',
      tenant,
      details: { a: 1, b: undefined },
    });
    expect(records).toStrictEqual([
      {
        time: '2031-01-01T00:00:00.000Z',
        actor,
        address: undefined,
        action: 'tenant.create',
        tenant: { id: 't1', name: 'acme' },
        target: undefined,
        details: { a: 1 },
      },
    ]);
  });

  test('of a change it has both sides of what differs', () => {
    const before = { name: 'a', profile: 'entra', limit: undefined, list: ['x'] };
    expect(bothSides(before, { name: 'b', profile: 'entra', limit: 5, list: ['x'] })).toEqual({
      name: { before: 'a', after: 'b' },
      limit: { before: null, after: 5 },
    });
    expect(bothSides({ expires: '2031' }, { expires: undefined })).toEqual({
      expires: { before: '2031', after: null },
    });
  });
});
