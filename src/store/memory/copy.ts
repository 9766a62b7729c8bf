/** Copies, so that what is kept and what is given out do not change together. */

/** By way of JSON, as with a database: a property that is undefined is left out. */
export function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
