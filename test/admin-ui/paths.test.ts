import { describe, expect, test } from 'vitest';
import { paths, queryText, safeReturn } from '../../src/admin-ui/paths.js';
import { problemText } from '../../src/admin-ui/sign-in/problems.js';

describe('addresses of the page', () => {
  test('names and ids are encoded', () => {
    expect(paths.resource('acme', 'User', 'a/b?c')).toBe('/admin/tenants/acme/resources/User/a%2Fb%3Fc');
  });

  test('a query has what is given and nothing else', () => {
    expect(paths.activity('acme', { outcome: 'refused', method: undefined })).toBe(
      '/admin/tenants/acme/activity?outcome=refused',
    );
    expect(queryText({})).toBe('');
  });
});

describe('going on after signing in', () => {
  test.each(['/admin', '/admin/', '/admin?x=1', '/admin/tenants/acme?a=b', '/admin/apis'])('%s is followed', (path) => {
    expect(safeReturn(path)).toBe(path);
  });

  test.each([
    null,
    '',
    'https://evil.example/admin/',
    '//evil.example/admin/',
    '/administrator',
    '/\\evil.example',
    '/admin/../x',
    '/admin/signin?return=/admin/signin',
    '/admin/api/session',
  ])('%s is not', (path) => {
    expect(safeReturn(path)).toBe('/admin');
  });

  test('each reason of single sign-on has its sentence, and an unknown code gets one too', () => {
    const codes = ['not-invited', 'disabled', 'unverified', 'expired', 'state', 'denied', 'unreachable'];
    const unknown = problemText('<script>');
    expect(codes.map(problemText).filter((text) => text === unknown)).toEqual([]);
    expect(new Set(codes.map(problemText)).size).toBe(codes.length);
    expect(problemText('constructor')).toBe(unknown);
  });
});
