import { describe, expect, test } from 'vitest';
import { passwordMistake } from '../../src/admin-ui/set-up/password-rule.js';
import { fillHours, scale } from '../../src/admin-ui/tenant/hours.js';
import { tenantNameMistake } from '../../src/admin-ui/tenants/tenant-name.js';

describe('the traffic of a tenant by the hour', () => {
  const now = Date.parse('2026-11-21T12:34:56Z');

  test('has an entry for each hour up to this one, zeros where nothing came', () => {
    const items = [{ hour: '2026-11-21T11:00:00Z', requests: 10, refused: 2, failed: 1 }];
    expect(fillHours(items, 3, now)).toEqual([
      { start: new Date('2026-11-21T10:00:00Z'), done: 0, refused: 0, failed: 0 },
      { start: new Date('2026-11-21T11:00:00Z'), done: 7, refused: 2, failed: 1 },
      { start: new Date('2026-11-21T12:00:00Z'), done: 0, refused: 0, failed: 0 },
    ]);
  });

  test('what is older than the chart is left out', () => {
    const items = [{ hour: '2026-11-20T11:00:00Z', requests: 10, refused: 0, failed: 0 }];
    expect(fillHours(items, 24, now).reduce((sum, { done }) => sum + done, 0)).toBe(0);
  });

  test('the chart reaches to the highest bar, and is never filled by one request', () => {
    expect(scale(fillHours([], 24, now))).toEqual([0, 4]);
    expect(scale(fillHours([{ hour: '2026-11-21T12:00:00Z', requests: 9, refused: 3, failed: 0 }], 24, now))).toEqual([
      0, 9,
    ]);
  });
});

describe('names of tenants', () => {
  test.each(['acme', 'a', '0.x_y-z', 'a'.repeat(63)])('%s is taken', (name) => {
    expect(tenantNameMistake(name)).toBe('');
  });

  test.each([
    ['Acme Corp', 'acme-corp'],
    [' acme ', 'acme'],
    ['-acme', 'acme'],
    ['Müller & Söhne', 'm-ller-s-hne'],
  ])('%s is refused, and %s is suggested', (name, near) => {
    expect(tenantNameMistake(name)).toContain(`“${near}”`);
  });

  test.each(['', '…', 'a'.repeat(64)])('%j is refused with a reason', (name) => {
    expect(tenantNameMistake(name)).not.toBe('');
  });
});

describe('passwords', () => {
  test.each([
    ['', 'Enter a password'],
    ['elevenchars', 'Use at least 12 characters: 1 more'],
    ['x'.repeat(201), 'Use at most 200 characters'],
    ['Ann@Example.COM', 'Use something else than your email address'],
    ['correct horse battery', ''],
  ])('%s: %s', (password, mistake) => {
    expect(passwordMistake(password, 'ann@example.com')).toBe(mistake);
  });
});
