import { expect, it } from 'vitest';
import { adviceOnRouters } from '../../src/store/mongo/connection.js';

it.each([
  ['a replica set, however many hosts are named', {}, 3, undefined],
  ['one router', { msg: 'isdbgrid' }, 1, undefined],
  ['several routers', { msg: 'isdbgrid' }, 2, /by way of 2 mongos\. Name one for each server process/],
])('reads after a fail-over: %s', (_, hello, hosts, advice) => {
  const said = adviceOnRouters(hello, hosts);
  if (advice) expect(said).toMatch(advice);
  else expect(said).toBeUndefined();
});
