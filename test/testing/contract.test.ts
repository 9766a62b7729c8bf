/** The store contract in a test runner that has no more than TestRunner says: no each, no second argument of expect. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../src/index.js';
import { type Expect, storeContract, type TestRunner } from '../../src/testing/index.js';

const MATCHERS = [
  'toBe',
  'toEqual',
  'toMatchObject',
  'toHaveLength',
  'toContain',
  'toBeInstanceOf',
  'toBeUndefined',
  'toBeDefined',
  'toBeLessThan',
  'toBeGreaterThan',
] as const;

/** Takes one value, as jest does, and knows the matchers of the interface alone. */
const plainExpect: Expect = (...given: unknown[]) => {
  if (given.length !== 1) throw new Error(`expect takes one argument; it was given ${given.length}`);
  const full = expect(given[0]);
  const few = MATCHERS.map((name) => [name, (...wanted: never[]) => Reflect.apply(full[name], full, wanted)] as const);
  const rejects = { toThrow: (wanted?: new (...parts: never[]) => Error) => full.rejects.toThrow(wanted as never) };
  return { ...(Object.fromEntries(few) as Omit<ReturnType<Expect>, 'rejects'>), rejects };
};

const plainRunner: TestRunner = {
  describe: (name, body) => describe(name, body),
  it: (name, body) => it(name, body),
  expect: plainExpect,
  beforeEach: (body) => beforeEach(body),
  afterEach: (body) => afterEach(body),
};

storeContract(plainRunner, {
  name: 'a store in a plain test runner',
  open: async ({ registry }) => {
    const store = await openStore('memory:', undefined, registry);
    return { store, dispose: () => store.close() };
  },
});

describe('the contract', () => {
  /** The titles that an engine's tests get, those of folders before those within. */
  function titles(): string[] {
    const found: string[] = [];
    const within: string[] = [];
    storeContract(
      {
        describe: (name, body) => {
          within.push(name);
          body();
          within.pop();
        },
        it: (name) => void found.push([...within, name].join(' > ')),
        expect: plainExpect,
        beforeEach: () => {},
        afterEach: () => {},
      },
      { name: 'an engine', open: () => Promise.reject(new Error('nothing runs')) },
    );
    return found;
  }

  it('gives each test a name of its own, below that of the engine', () => {
    const all = titles();
    expect(all.length).toBeGreaterThan(200);
    expect(new Set(all).size).toBe(all.length);
    expect(all.filter((title) => !title.startsWith('an engine > '))).toEqual([]);
  });
});
