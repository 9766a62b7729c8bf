/** How an engine offers the port's methods: parts whose methods return at once, each called by way of one gate. */

/** The methods of a part as the port has them. */
export type Promised<Part> = {
  [Name in keyof Part]: Part[Name] extends (...values: infer Values) => infer Result
    ? (...values: Values) => Promise<Awaited<Result>>
    : never;
};

/** What calls the methods of a part: in a transaction, say, or not at all once the store is closed. */
export type Gate = <T>(work: () => T) => Promise<T>;

/** @param part an instance of a class; its own methods are taken, not those that it inherits. */
export function promised<Part extends object>(part: Part, gate: Gate): Promised<Part> {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(part)).filter((name) => name !== 'constructor');
  const methods = part as Record<string, (...values: unknown[]) => unknown>;
  const wrapped = names.map((name) => [name, (...values: unknown[]) => gate(() => methods[name]?.(...values))]);
  return Object.fromEntries(wrapped) as Promised<Part>;
}
