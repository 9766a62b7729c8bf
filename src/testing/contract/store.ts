/** What every engine promises (src/store/store.ts), as tests over a factory, in the test runner of whoever asks. */
import type { ResourceType } from '../../scim/schema/characteristics.js';
import type { Registry } from '../../scim/schema/load.js';
import type { Store } from '../../store/store.js';
import type { TestRunner } from '../runner.js';
import type { Given } from './given.js';
import { accounts } from './store/accounts.js';
import { activity } from './store/activity.js';
import { admins } from './store/admins.js';
import { deadLetters } from './store/dead-letters.js';
import { deliveries } from './store/deliveries.js';
import { history } from './store/history.js';
import { keys } from './store/keys.js';
import { keyset } from './store/keyset.js';
import { membership } from './store/membership.js';
import { passwords } from './store/passwords.js';
import { receivers } from './store/receivers.js';
import { records } from './store/records.js';
import { removal } from './store/removal.js';
import { resources } from './store/resources.js';
import { search } from './store/search.js';
import { secrets } from './store/secrets.js';
import { registry } from './writes.js';

/** A store that is open, and how to be rid of it. */
export interface Subject {
  readonly store: Store;
  /** Closes the store and removes what it kept. */
  dispose(): Promise<void>;
}

export interface ContractSubject {
  /** Of the engine, for the names of the tests: `my store`. */
  readonly name: string;
  /**
   * Opens a store that is empty. Called before each test.
   * @param given the types of the tests, by name, as an engine is told them; they are those of the registry
   */
  open(given: {
    readonly types: (name: string) => ResourceType | undefined;
    readonly registry: Registry;
  }): Promise<Subject>;
}

/** In the order of the port: what is missing in an engine that is being written fails last. */
const PARTS: readonly [name: string, part: (given: Given) => void][] = [
  ['resources', resources],
  ['a password', passwords],
  ['membership', membership],
  ['search', search],
  ['pages by keyset', keyset],
  ['history', history],
  ['accounts', accounts],
  ['keys', keys],
  ['admins', admins],
  ['activity', activity],
  ['records', records],
  ['deliveries', deliveries],
  ['dead letters', deadLetters],
  ['receivers', receivers],
  ['a removed tenant', removal],
  ['secrets', secrets],
];

/**
 * Registers the tests of the store port. An engine that passes them all can be given to `createScimTarget({ store })`.
 * What processes do to each other, and what a crash leaves, is for the engine's own tests.
 * @example storeContract({ describe, it, expect, beforeEach, afterEach }, { name: 'my store', open: openMyStore });
 */
export function storeContract(runner: TestRunner, { name, open }: ContractSubject): void {
  const { describe, beforeEach, afterEach } = runner;
  describe(name, () => {
    let subject: Subject | undefined;
    beforeEach(async () => {
      subject = undefined;
      subject = await open({ types: registry.resourceType, registry });
    });
    afterEach(async () => {
      await subject?.dispose();
    });
    const current = (): Store => {
      if (!subject) throw new Error('storeContract: a test asked for the store before it was opened.');
      return subject.store;
    };
    for (const [part, tests] of PARTS) describe(part, () => tests({ ...runner, current }));
  });
}
