/** Requests made from the examples in openapi.yaml, so that what is described there is what is tried. */
import { type DescribedOperation, type Description, resolve } from './description.js';

/** What stands in the examples, and what it is in the world of a test: ids, names, email addresses. */
export type Names = ReadonlyMap<string, string>;

export interface ExampleRequest {
  readonly method: string;
  /** Path below the origin. */
  readonly address: string;
  readonly contentType: string | undefined;
  readonly body: string | undefined;
}

/** The bodies that an operation has examples of, by name; one that is undefined where it takes none. */
export function exampleBodies(operation: DescribedOperation, description: Description): [string, unknown][] {
  const examples = Object.values(operation.requestBody?.content ?? {})[0]?.examples;
  if (!examples) return [['', undefined]];
  return Object.entries(examples).map(([name, example]) => [name, resolve(description, example, 'examples').value]);
}

/**
 * @param base what stands before the path: of a SCIM operation, where the endpoints are.
 * @throws Error when a parameter of the path has no example
 */
export function exampleRequest(
  operation: DescribedOperation,
  base: string,
  body: unknown,
  names: Names,
): ExampleRequest {
  const contentType = body === undefined ? undefined : Object.keys(operation.requestBody?.content ?? {})[0];
  const isForm = contentType === 'application/x-www-form-urlencoded';
  const text = isForm ? String(new URLSearchParams(body as Record<string, string>)) : JSON.stringify(body);
  return {
    method: operation.method,
    address: base + renamed(addressOf(operation), names),
    contentType,
    body: body === undefined ? undefined : renamed(text, names),
  };
}

/** With the query that it cannot do without. */
function addressOf({ path, parameters }: DescribedOperation): string {
  const example = (name: string): string => {
    const parameter = parameters.find((candidate) => candidate.in !== 'header' && candidate.name === name);
    if (parameter?.example === undefined) throw new Error(`the parameter ${name} of ${path} has no example`);
    return String(parameter.example);
  };
  const needed = parameters.filter((parameter) => parameter.in === 'query' && parameter.required);
  const query = String(new URLSearchParams(needed.map(({ name }): [string, string] => [name, example(name)])));
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(example(name))) + (query && `?${query}`);
}

function renamed(text: string, names: Names): string {
  return [...names].reduce((result, [from, to]) => result.replaceAll(from, to), text);
}
