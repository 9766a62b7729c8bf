import { describe, expect, it } from 'vitest';
import { isWellFormed } from '../../src/access/token.js';
import { firstStart } from '../../src/cli/first-start.js';
import { FakeStore } from '../access/fakes.js';
import { FakeTerminal } from './fake-terminal.js';

const baseUrl = 'http://127.0.0.1:8080/scim/v2';
const shownToken = (text: string) => /Token: +(\S+)/.exec(text)?.[1] ?? '';

describe('the first start', () => {
  it('creates the tenant "default" and prints where to paste its base URL and token, once', async () => {
    const [store, terminal] = [new FakeStore(), new FakeTerminal()];
    await firstStart({ store, baseUrl, isKept: true, terminal });
    expect(store.allTenants).toMatchObject([{ name: 'default', profile: 'entra' }]);
    expect(store.allCredentials).toMatchObject([{ scopes: ['scim:read', 'scim:write'], expires: undefined }]);
    expect(terminal.written.out).toContain(`SCIM base URL:  ${baseUrl}\n`);
    expect(terminal.written.out).toMatch(/Tenant URL .*SCIM base URL/);
    expect(terminal.written.out).toMatch(/Secret Token .*the token/);
    expect(isWellFormed(shownToken(terminal.written.out))).toBe(true);

    const again = new FakeTerminal();
    await firstStart({ store, baseUrl, isKept: true, terminal: again });
    expect(again.written).toEqual({ out: '', err: '' });
    expect(store.allCredentials).toHaveLength(1);
  });

  it('on a store in memory says that it will not last, rather than how to make another token', async () => {
    const terminal = new FakeTerminal();
    await firstStart({ store: new FakeStore(), baseUrl, isKept: false, terminal });
    expect(terminal.written.out).toContain('end with this process');
    expect(terminal.written.out).not.toContain('token create');
  });

  it('in production creates nothing and says how to', async () => {
    const [store, terminal] = [new FakeStore(), new FakeTerminal({ NODE_ENV: 'production' })];
    await firstStart({ store, baseUrl, isKept: true, terminal });
    expect([store.allTenants, store.allCredentials]).toEqual([[], []]);
    expect(terminal.written.out).toBe('');
    expect(terminal.written.err).toContain('scim-target tenant create default');
    expect(terminal.written.err).toContain('scim-target token create --tenant default');
  });

  it('says nothing when another process on the same store was a moment ahead', async () => {
    const [store, terminal] = [new FakeStore(), new FakeTerminal()];
    await store.createTenant({ id: 't1', name: 'default', profile: 'entra', created: '2031-01-01T00:00:00.000Z' });
    store.tenants = async () => [];
    await firstStart({ store, baseUrl, isKept: true, terminal });
    expect(terminal.written).toEqual({ out: '', err: '' });
    expect(store.allCredentials).toEqual([]);
  });

  it('makes the token that an earlier first start was ended before making', async () => {
    const [store, terminal] = [new FakeStore(), new FakeTerminal()];
    await store.createTenant({ id: 't1', name: 'default', profile: 'entra', created: '2031-01-01T00:00:00.000Z' });
    await firstStart({ store, baseUrl, isKept: true, terminal });
    expect(isWellFormed(shownToken(terminal.written.out))).toBe(true);
    expect(store.allTenants).toHaveLength(1);
    expect(store.allCredentials).toMatchObject([{ tenant: 't1' }]);
  });

  it('passes on what the store throws', async () => {
    const store = new FakeStore();
    store.createTenant = () => Promise.reject(new Error('disk'));
    await expect(firstStart({ store, baseUrl, isKept: true, terminal: new FakeTerminal() })).rejects.toThrow('disk');
  });
});
