/** Forms in which wrong servers are written: what they answer, and which requests and answers they spoil. */
import { ERROR_URN, LIST_URN } from '../../../src/conformance/facts.js';
import type { Json, JsonObject } from '../../../src/conformance/model.js';
import { isObject, objectsIn } from '../../../src/conformance/values.js';
import type { Ask, Passing, Reply, Spoiler } from '../proxy.js';

export const USERS = /^\/Users$/;
export const USER = /^\/Users\/[^/]+$/;
export const GROUPS = /^\/Groups$/;
export const GROUP = /^\/Groups\/[^/]+$/;
export const EITHER = /^\/(Users|Groups)\/[^/]+$/;

/** Spoils answers to one kind of request. */
export function replies(
  method: string,
  path: RegExp,
  change: (reply: Reply, request: Passing, ask: Ask) => void | Promise<void>,
): () => Spoiler {
  return () => ({
    reply(reply, request, ask) {
      if (request.method === method && path.test(request.path)) return change(reply, request, ask);
    },
  });
}

/** Spoils one kind of request, or answers it. */
export function requests(
  method: string,
  path: RegExp,
  change: (request: Passing, ask: Ask) => Reply | undefined | Promise<Reply | undefined> | void | Promise<void>,
): () => Spoiler {
  return () => ({
    async request(request, ask) {
      if (request.method !== method || !path.test(request.path)) return undefined;
      return (await change(request, ask)) ?? undefined;
    },
  });
}

export function json(status: number, body?: Json): Reply {
  return { status, headers: { 'content-type': 'application/scim+json' }, body };
}

/** Success without a word. */
export function done(): Reply {
  return { status: 204, headers: {}, body: undefined };
}

export function refusal(status: number, scimType?: string, detail = 'No.'): Reply {
  return json(status, { schemas: [ERROR_URN], status: String(status), detail, ...(scimType && { scimType }) });
}

export function list(resources: readonly JsonObject[] = []): Reply {
  const [totalResults, itemsPerPage] = [resources.length, resources.length];
  return json(200, { schemas: [LIST_URN], totalResults, startIndex: 1, itemsPerPage, Resources: [...resources] });
}

/** The resource at a path, as the sound server has it. */
export async function current(path: string, ask: Ask): Promise<JsonObject> {
  return objectOf((await ask('GET', path)).body);
}

export function objectOf(body: Json | undefined): JsonObject {
  return isObject(body) ? body : {};
}

/** The resource of an answer, or those of its list. */
export function resourcesOf({ body }: Reply): JsonObject[] {
  const object = objectOf(body);
  return 'Resources' in object ? objectsIn(object.Resources) : [object];
}

/** The operations of a PATCH. */
export function operationsOf({ body }: Passing): JsonObject[] {
  return objectsIn(objectOf(body).Operations);
}

export function isWithoutPath(operation: JsonObject): boolean {
  return operation.path === undefined;
}

/** Answers as if it had been done, and does nothing. */
export function ignoresPut(path: RegExp): () => Spoiler {
  return requests('PUT', path, async (request, ask) => {
    const { body } = await ask('GET', request.path);
    return json(200, { ...objectOf(body), ...objectOf(request.body) });
  });
}

/** Answers as if it had been done, and does nothing. */
export function ignoresPatch(): () => Spoiler {
  return requests('PATCH', EITHER, () => json(204));
}

/** Answers as if it had been done, and does nothing. */
export function ignoresDelete(): () => Spoiler {
  return requests('DELETE', EITHER, () => json(204));
}
