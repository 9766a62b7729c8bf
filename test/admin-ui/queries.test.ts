/** What is kept of what the pages have read, and what is told of what they could not read. */
import { onlineManager, QueryObserver } from '@tanstack/react-query';
import { afterEach, describe, expect, test } from 'vitest';
import { OfflineError } from '../../src/admin-ui/api.js';
import { beginSession, createQueryClient, keys, queries } from '../../src/admin-ui/queries.js';
import type { SessionView } from '../../src/http/admin/messages.js';

afterEach(() => onlineManager.setOnline(true));

describe('without a network', () => {
  const unreachable = () => Promise.reject(new OfflineError('The server cannot be reached.'));

  test('what is read fails and says so, rather than waiting in silence', async () => {
    onlineManager.setOnline(false);
    const read = createQueryClient().fetchQuery({ queryKey: keys.tenants, queryFn: unreachable, retry: false });
    await expect(read).rejects.toThrow(OfflineError);
  });

  test('a change fails and says so, and is not made later behind the back of whoever gave it up', async () => {
    onlineManager.setOnline(false);
    const client = createQueryClient();
    const change = client.getMutationCache().build(client, { mutationFn: unreachable });
    await expect(change.execute(undefined)).rejects.toThrow(OfflineError);
  });
});

describe('signing in', () => {
  const SESSION = { csrf: 'c', admin: { id: 'sam' } } as unknown as SessionView;

  test('shows nothing that was read for whoever was signed in before', () => {
    const client = createQueryClient();
    client.setQueryData(keys.session, null);
    client.setQueryData(keys.tenants, [{ name: 'contoso' }]);
    beginSession(client, SESSION);
    expect(client.getQueryCache().getAll()).toHaveLength(1);
    expect(client.getQueryData(keys.session)).toBe(SESSION);
  });

  test('is noticed by the page that waits for it', () => {
    const client = createQueryClient();
    client.setQueryData(keys.session, null);
    const watcher = new QueryObserver(client, { ...queries.session, enabled: false });
    const stop = watcher.subscribe(() => {});
    beginSession(client, SESSION);
    expect(watcher.getCurrentResult().data).toBe(SESSION);
    stop();
  });
});
