/** Forms in which PATCH goes wrong: operations changed, left out or refused on their way to the sound server. */
import { PATCH_URN } from '../../../src/conformance/facts.js';
import type { Json, JsonObject } from '../../../src/conformance/model.js';
import { isObject } from '../../../src/conformance/values.js';
import type { Ask, Passing, Reply, Spoiler } from '../proxy.js';
import { current, done, refusal } from './forms.js';

/** An operation as a spoiler looks at it. */
export interface Operation {
  op: string;
  path?: string | undefined;
  value?: Json | undefined;
}

/** The operations of a PATCH; none for other requests and for bodies without such a list. */
export function operationsOf({ method, body }: Passing): Operation[] {
  const list = method === 'PATCH' && isObject(body) ? body.Operations : undefined;
  return Array.isArray(list) ? (list.filter(isObject) as unknown as Operation[]) : [];
}

export function patchBody(operations: readonly Operation[]): JsonObject {
  return { schemas: [PATCH_URN], Operations: operations as unknown as Json };
}

/** Each operation becomes what `change` makes of it; an empty array leaves it out. */
export function changing(
  change: (operation: Operation, request: Passing, ask: Ask) => Operation[] | Promise<Operation[]>,
): () => Spoiler {
  return () => ({
    async request(request, ask) {
      const operations = operationsOf(request);
      if (operations.length === 0) return undefined;
      const changed: Operation[] = [];
      for (const operation of operations) changed.push(...(await change(operation, request, ask)));
      if (changed.length === 0) return done();
      (request.body as JsonObject).Operations = changed as unknown as Json;
      return undefined;
    },
  });
}

type Concerns = (operation: Operation, current: JsonObject) => boolean;

/** Operations of a kind are not carried out, and nothing is said. `current`: the resource as it is. */
export function ignoring(concerns: Concerns): () => Spoiler {
  return changing(async (operation, { path }, ask) =>
    concerns(operation, await current(path, ask)) ? [] : [operation],
  );
}

/** A PATCH with an operation of a kind is refused. */
export function refusing(concerns: Concerns, status = 400, scimType = 'invalidPath'): () => Spoiler {
  return () => ({
    async request(request, ask) {
      for (const operation of operationsOf(request)) {
        if (concerns(operation, await current(request.path, ask))) return refusal(status, scimType);
      }
      return undefined;
    },
  });
}

/** Spoils the resources in answers with a status below 300. */
export function showing(
  spoil: (resource: JsonObject, request: Passing, reply: Reply) => void,
  methods: readonly string[] = ['GET', 'POST', 'PUT', 'PATCH'],
): () => Spoiler {
  return () => ({
    reply(reply, request) {
      const isResource = /^\/(Users|Groups)/.test(request.path);
      if (!isResource || reply.status >= 300 || !isObject(reply.body) || !methods.includes(request.method)) return;
      spoil(reply.body, request, reply);
    },
  });
}

/** The elements of a multi-valued attribute. */
export function elementsOf(resource: JsonObject, name: string): JsonObject[] {
  const list = resource[name];
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** `emails[type eq "work"].value` in its parts. */
export function partsOf({ path = '' }: Operation): { name: string; filter: string | undefined; rest: string } {
  const [, name = path, filter, rest = ''] = /^(\w+)\[(.*)\](.*)$/.exec(path) ?? [];
  return { name, filter, rest };
}

/** A path without what quotes hold. */
export function withoutTexts(path = ''): string {
  return path.replaceAll(/"[^"]*"/g, '""');
}
