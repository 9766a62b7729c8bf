/** What each part of a contract is given. */
import type { Store } from '../../store/store.js';
import type { TestRunner } from '../runner.js';

/** The store of the test that runs. */
export type Current = () => Store;

/** The caller's test runner, and the store. */
export interface Given extends TestRunner {
  readonly current: Current;
}
