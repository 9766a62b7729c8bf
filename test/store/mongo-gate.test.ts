import { expect, it } from 'vitest';
import { MongoGate } from '../../src/store/mongo/gate.js';
import { StoreUnavailable, VersionConflict } from '../../src/store/store.js';

const KEY = { tenant: 't', type: 'User', id: 'u' };

it.each([
  ['a socket that the database has ended', Object.assign(new Error('ended'), { code: 'EPIPE' }), StoreUnavailable],
  ['a write that came too late', new VersionConflict(KEY), VersionConflict],
  ['a mistake of ours', Object.assign(new TypeError('x'), { code: 'ERR_INVALID_ARG_TYPE' }), TypeError],
])('the way to MongoDB tells what is wrong: %s', async (_, error, told) => {
  const gate = new MongoGate();
  await expect(gate.run(() => Promise.reject(error))).rejects.toThrow(told);
});
