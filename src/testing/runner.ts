/** The part of a test runner that the contracts need: what vitest, jest and others have alike. */

/** What can be said of a value. Methods, so that the matchers of each runner fit. */
export interface Matchers {
  toBe(expected: unknown): unknown;
  /** Recursively; properties that are undefined are as if absent. */
  toEqual(expected: unknown): unknown;
  toMatchObject(expected: object): unknown;
  toHaveLength(expected: number): unknown;
  toContain(expected: unknown): unknown;
  toBeInstanceOf(expected: new (...given: never[]) => unknown): unknown;
  toBeUndefined(): unknown;
  toBeDefined(): unknown;
  toBeLessThan(expected: number): unknown;
  toBeGreaterThan(expected: number): unknown;
}

/** Of a promise: awaited. */
export interface Rejection {
  toThrow(expected?: new (...given: never[]) => Error): Promise<unknown>;
}

export type Expect = (actual: unknown) => Matchers & { readonly rejects: Rejection };

type Body = () => Promise<void>;

/** `import { afterEach, beforeEach, describe, expect, it } from 'vitest'`, or jest's, as one object. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: Body): unknown;
  readonly expect: Expect;
  beforeEach(body: Body): unknown;
  afterEach(body: Body): unknown;
}
