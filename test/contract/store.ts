/** What every engine promises (src/store/store.ts), as tests over a factory. */
import { afterEach, beforeEach, describe } from 'vitest';
import type { Store } from '../../src/store/store.js';
import { accounts } from './store/accounts.js';
import { activity } from './store/activity.js';
import { admins } from './store/admins.js';
import { history } from './store/history.js';
import { keys } from './store/keys.js';
import { keyset } from './store/keyset.js';
import { membership } from './store/membership.js';
import { records } from './store/records.js';
import { removal } from './store/removal.js';
import { resources } from './store/resources.js';
import { search } from './store/search.js';
import { secrets } from './store/secrets.js';

/** A store that is open, and how to be rid of it. */
export interface Subject {
  readonly store: Store;
  dispose(): Promise<void>;
}

/** The store of the test that runs. */
export type Current = () => Store;

export function storeContract(open: () => Promise<Subject>): void {
  let subject: Subject;
  beforeEach(async () => {
    subject = await open();
  });
  afterEach(() => subject.dispose());
  const current: Current = () => subject.store;
  describe('resources', () => resources(current));
  describe('membership', () => membership(current));
  describe('search', () => search(current));
  describe('pages by keyset', () => keyset(current));
  describe('history', () => history(current));
  describe('accounts', () => accounts(current));
  describe('keys', () => keys(current));
  describe('admins', () => admins(current));
  describe('activity', () => activity(current));
  describe('records', () => records(current));
  describe('a removed tenant', () => removal(current));
  describe('secrets', () => secrets(current));
}
