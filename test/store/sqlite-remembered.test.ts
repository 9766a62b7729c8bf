/** What one process remembers of credentials, while another one writes to the same file. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/store/sqlite/driver.js';
import { openSqliteStore } from '../../src/store/sqlite/store.js';
import type { Store } from '../../src/store/store.js';
import { ACME, CREATED, credential, key, tenant } from '../../src/testing/contract/accounts.js';
import { claim, deadLetter, delivery, owner, receiver } from '../../src/testing/contract/consumers.js';
import { types, user } from '../../src/testing/contract/writes.js';
import { temporaryFile } from './temporary-file.js';

const LATER = '2027-01-01T00:00:00.000Z';
const TOKEN = credential('c-1');
const TRUST = { issuer: 'https://issuer.example', audiences: ['a'], subject: 's', directory: undefined };

describe('a credential that another process was asked for before', () => {
  let file: Awaited<ReturnType<typeof temporaryFile>>;
  let reading: Store;
  let writing: Store;

  beforeEach(async () => {
    file = await temporaryFile();
    [reading, writing] = [
      await openSqliteStore({ path: file.path, types }),
      await openSqliteStore({ path: file.path, types }),
    ];
    await writing.createTenant(ACME);
    await writing.createCredential(TOKEN, [key('k-1', TOKEN), key('k-2', TOKEN, { kind: 'access' })]);
    await reading.findBearer('#k-1#');
    await reading.findBearer('#k-2#');
    await reading.findByIssuer(TRUST.issuer);
  });
  afterEach(async () => {
    await reading.close();
    await writing.close();
    await file.remove();
  });

  const changes: [string, (store: Store) => Promise<unknown>, (store: Store) => Promise<unknown>, unknown][] = [
    ['is renamed', (s) => s.updateCredential(ACME.id, 'c-1', { name: 'new' }), nameOf, 'new'],
    [
      'is revoked',
      (s) => s.revokeCredential(ACME.id, 'c-1', LATER),
      async (s) => (await found(s))?.credential.revoked,
      LATER,
    ],
    ['loses an access token', (s) => s.removeKey('#k-2#'), (s) => s.findBearer('#k-2#'), undefined],
    ['has a key that ends', (s) => s.endKey(ACME.id, 'c-1', 'k-1', LATER), endOf, LATER],
    ['has its key replaced', (s) => s.rotateKey(ACME.id, key('k-3', TOKEN), LATER), endOf, LATER],
    ['has a tenant that changes', (s) => s.updateTenant(ACME.id, { disabled: CREATED }), disabledOf, CREATED],
    ['has a tenant that goes', (s) => s.removeTenant(ACME.id), found, undefined],
  ];
  test.each(changes)('%s: the next look-up tells', async (_, change, look, expected) => {
    await change(writing);
    expect(await look(reading)).toEqual(expected);
  });

  test('is looked up each time when the file does not count its changes', async () => {
    const database = openDatabase(file.path, 5_000);
    database.exec("DELETE FROM counters WHERE tenant = '' AND name = 'accounts'");
    database.close();
    await reading.findBearer('#k-1#');
    await writing.revokeCredential(ACME.id, 'c-1', LATER);
    expect((await found(reading))?.credential.revoked).toBe(LATER);
  });

  test('a credential that begins to trust an issuer is found by it', async () => {
    const first = credential('c-2', { kind: 'federation', trust: TRUST });
    await writing.createCredential(first, []);
    expect(await reading.findByIssuer(TRUST.issuer)).toHaveLength(1);
    await writing.createCredential(credential('c-3', { kind: 'federation', trust: TRUST }), []);
    expect(await reading.findByIssuer(TRUST.issuer)).toHaveLength(2);
  });

  test('is the same object while others write what has nothing to do with it', async () => {
    const before = await found(reading);
    await writing.commit('acme', [user('a')]);
    await writing.createTenant(tenant('globex'));
    await writing.noteUse([{ credential: 'c-1', time: LATER, address: undefined }]);
    await writing.createReceiver(receiver('crm'));
    await writing.claimDeliveries(owner('o'), [claim('crm')]);
    await writing.saveDeliveries(owner('o'), [delivery('crm')], [deadLetter('crm', 1)]);
    await writing.moveDelivery('crm', ACME.id, 1);
    await writing.updateReceiver(ACME.id, 'crm', { paused: LATER });
    await writing.removeReceiver(ACME.id, 'crm');
    expect(await found(reading)).toBe(before);
  });
});

function found(store: Store) {
  return store.findBearer('#k-1#');
}

async function nameOf(store: Store): Promise<unknown> {
  return (await found(store))?.credential.name;
}

async function endOf(store: Store): Promise<unknown> {
  return (await found(store))?.key.expires;
}

async function disabledOf(store: Store): Promise<unknown> {
  return (await found(store))?.tenant.disabled;
}
