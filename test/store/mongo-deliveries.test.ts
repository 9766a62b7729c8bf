/** What happens between the two writes of a save: what was given up, then how far the delivery has got. */
import type { Connection } from 'mongoose';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connect, database } from '../../src/store/mongo/connection.js';
import { Deliveries } from '../../src/store/mongo/deliveries.js';
import { type Db, Ledger } from '../../src/store/mongo/ledger.js';
import { Remembered } from '../../src/store/mongo/remembered.js';
import { openMongoStore } from '../../src/store/mongo/store.js';
import type { Store } from '../../src/store/store.js';
import { ACME } from '../../src/testing/contract/accounts.js';
import { claim, deadLetter, delivery, owner } from '../../src/testing/contract/consumers.js';
import { types } from '../../src/testing/contract/writes.js';
import { mongoForTests } from '../support/mongo/server.js';

const mongo = mongoForTests();

mongo.describe('a save of deliveries', () => {
  let uri: string;
  let connection: Connection;
  let store: Store;
  beforeEach(async () => {
    uri = mongo.newUri();
    store = await openMongoStore({ uri, types });
    connection = await connect({ uri });
    await store.createTenant(ACME);
  });
  afterEach(async () => {
    await store.close();
    await connection.close();
    await mongo.drop(uri);
  });

  const letters = async () =>
    (await store.deadLetters({ tenant: ACME.id, limit: 9 })).map(({ consumer, sequence }) => `${sequence} ${consumer}`);
  const wanted = [claim('app:x'), claim('app:y')];
  const saved = [delivery('app:x', { position: 5 }), delivery('app:y', { position: 5 })];
  const givenUp = [deadLetter('app:x', 5), deadLetter('app:y', 5)];

  it('gives nothing up of what is taken in the middle of it', async () => {
    const slow = deliveriesIn(connection, async () => {
      await store.claimDeliveries(owner('b', 5), [claim('app:x')]);
    });
    await slow.claimDeliveries(owner('a'), wanted);
    expect(await slow.saveDeliveries(owner('a'), saved, givenUp)).toEqual([false, true]);
    expect(await letters()).toEqual(['5 app:y']);
  });

  it('that is broken off loses nothing: it is tried again, and remembered once', async () => {
    const dying = deliveriesIn(connection, () => Promise.reject(new Error('gone')));
    await dying.claimDeliveries(owner('a'), wanted);
    await expect(dying.saveDeliveries(owner('a'), saved, givenUp)).rejects.toThrow('gone');
    expect(await store.claimDeliveries(owner('b', 5), wanted)).toEqual([delivery('app:x'), delivery('app:y')]);
    expect(await store.saveDeliveries(owner('b', 5), saved, givenUp)).toEqual([true, true]);
    expect(await letters()).toEqual(['5 app:y', '5 app:x']);
  });
});

function deliveriesIn(connection: Connection, act: () => Promise<void>): Deliveries {
  const db = afterLetters(database(connection), act);
  return new Deliveries(db, new Remembered(new Ledger(db)));
}

/** The database, with something that happens as soon as dead letters are written. */
function afterLetters(db: Db, act: () => Promise<void>): Db {
  const collection = (name: string) => {
    const real = db.collection(name);
    if (name !== 'deadLetters') return real;
    const bulkWrite: typeof real.bulkWrite = async (...given) => {
      const result = await real.bulkWrite(...given);
      await act();
      return result;
    };
    return new Proxy(real, {
      get: (target, property) => {
        if (property === 'bulkWrite') return bulkWrite;
        const value: unknown = Reflect.get(target, property);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  };
  return new Proxy(db, {
    get: (target, property) => (property === 'collection' ? collection : Reflect.get(target, property)),
  });
}
