/**
 * Instead of the network: prints each request and makes up an answer, so that it can be seen what a run would send. The
 * answers come from a tiny store: what was posted is there afterwards, and filters of the form `attribute eq "value"`
 * find it. Nothing here knows how a server should behave beyond that.
 */
import type { Check } from './check.js';
import type { RawAnswer, RawRequest, Transport } from './client/transport.js';
import {
  BULK_RESPONSE_URN,
  BULK_URN,
  CONFIG_URN,
  ENTERPRISE_URN,
  ERROR_URN,
  GROUP_URN,
  LIST_URN,
  USER_URN,
} from './facts.js';
import { CannotRun, type Json, type JsonObject } from './model.js';
import { Skip } from './probe.js';
import { Aborted } from './session.js';
import { isObject, objectsIn, parsed, valueAt } from './values.js';

interface DryRunOptions {
  /** The SCIM base URL. */
  readonly url: string;
  /** Answered with a token that opens nothing. */
  readonly tokenEndpoint: string | undefined;
  /** Told of each request. */
  readonly print: (request: RawRequest) => void;
}

/** @returns a transport that sends nothing */
export function createDryTransport({ url, tokenEndpoint, print }: DryRunOptions): Transport {
  const base = new URL(url).pathname.replace(/\/+$/, '');
  const server = new MadeUpServer();
  return {
    send: async (request) => {
      print(request);
      if (request.url === tokenEndpoint) return answer(200, { access_token: 'dry-run', token_type: 'Bearer' });
      const { pathname, searchParams } = new URL(request.url);
      const path = pathname.startsWith(base) ? pathname.slice(base.length) : pathname;
      return server.answer(request.method, path, searchParams, parsed(request.body));
    },
    close: () => {},
  };
}

/** The check without the errors of reading a made-up answer: what it has sent until then is all that counts. */
export function dryCheck(check: Check): Check {
  return {
    ...check,
    run: async (t) => {
      try {
        await check.run(t);
      } catch (error) {
        if (error instanceof Skip || error instanceof Aborted || error instanceof CannotRun) throw error;
      }
    },
  };
}

class MadeUpServer {
  private readonly resources = new Map<string, JsonObject>();
  private count = 0;

  answer(method: string, path: string, query: URLSearchParams, body: Json | undefined): RawAnswer {
    const discovery = method === 'GET' ? discoveryOf(path) : undefined;
    if (discovery) return answer(200, discovery);
    if (method === 'POST') return this.post(path, body);
    const known = this.resources.get(path);
    switch (method) {
      case 'GET':
        if (known) return answer(200, known);
        return path.split('/').length > 2 ? refusal(404) : answer(200, this.list(path, Object.fromEntries(query)));
      case 'PUT':
      case 'PATCH': {
        if (!known) return refusal(404);
        const changed = method === 'PUT' && isObject(body) ? { ...body, id: known.id, meta: known.meta } : known;
        this.resources.set(path, changed);
        return answer(200, changed);
      }
      case 'DELETE':
        return this.resources.delete(path) ? answer(204) : refusal(404);
      default:
        return refusal(501);
    }
  }

  private post(path: string, body: Json | undefined): RawAnswer {
    if (!isObject(body)) return refusal(400);
    if (path.endsWith('/.search')) return answer(200, this.list(path.slice(0, -'/.search'.length), body));
    if (Array.isArray(body.schemas) && body.schemas.includes(BULK_URN)) return this.bulk(body);
    const id = `made-up-${++this.count}`;
    const resource = { ...body, id, meta: { location: `${path}/${id}`, version: 'W/"1"' } };
    this.resources.set(`${path}/${id}`, resource);
    return answer(201, resource);
  }

  private bulk({ Operations }: JsonObject): RawAnswer {
    const results = objectsIn(Operations).map(({ method, path, bulkId, data }) => {
      const { status, body } = this.answer(String(method), String(path), new URLSearchParams(), data);
      const id = valueAt(parsed(body), 'id');
      const location = method === 'POST' && typeof id === 'string' ? `${path}/${id}` : path;
      return { method, location, status: String(status), ...(bulkId !== undefined && { bulkId }) };
    });
    return answer(200, { schemas: [BULK_RESPONSE_URN], Operations: results });
  }

  /** @param query of a GET, or the body of a search */
  private list(path: string, query: JsonObject): JsonObject {
    const below = [...this.resources].filter(([key]) => key.startsWith(`${path}/`)).map(([, resource]) => resource);
    const [, name, value] = /^\s*([\w.$:]+)\s+eq\s+"((?:[^"\\]|\\.)*)"\s*$/i.exec(String(query.filter ?? '')) ?? [];
    const found = name === undefined ? below : below.filter((resource) => isEqual(valueAt(resource, name), value));
    const start = Math.max(1, Number(query.startIndex ?? 1) || 1);
    const page = found.slice(start - 1, start - 1 + Number(query.count ?? 100));
    return {
      schemas: [LIST_URN],
      totalResults: found.length,
      startIndex: start,
      itemsPerPage: page.length,
      Resources: page,
    };
  }
}

function isEqual(found: Json | undefined, wanted: string | undefined): boolean {
  return typeof found === 'string' && found.toLowerCase() === wanted?.toLowerCase();
}

/** Everything is announced, so that everything is shown. */
function discoveryOf(path: string): JsonObject | undefined {
  const supported = { supported: true };
  const type = (name: string, endpoint: string, schema: string, extensions: Json = []): JsonObject => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id: name,
    name,
    endpoint,
    schema,
    schemaExtensions: extensions,
  });
  switch (path) {
    case '/ServiceProviderConfig':
      return {
        schemas: [CONFIG_URN],
        patch: supported,
        bulk: { supported: true, maxOperations: 100, maxPayloadSize: 1_048_576 },
        filter: { supported: true, maxResults: 100 },
        changePassword: { supported: false },
        sort: supported,
        etag: supported,
        pagination: { cursor: true, index: true },
        authenticationSchemes: [],
      };
    case '/ResourceTypes':
      return listOf([
        type('User', '/Users', USER_URN, [{ schema: ENTERPRISE_URN, required: false }]),
        type('Group', '/Groups', GROUP_URN),
      ]);
    case '/Schemas':
      return listOf([]);
    default:
      return undefined;
  }
}

function listOf(resources: JsonObject[]): JsonObject {
  return { schemas: [LIST_URN], totalResults: resources.length, Resources: resources };
}

function answer(status: number, body?: JsonObject): RawAnswer {
  const headers = { 'content-type': 'application/scim+json' };
  return { status, headers, body: body === undefined ? '' : JSON.stringify(body) };
}

function refusal(status: number): RawAnswer {
  return answer(status, { schemas: [ERROR_URN], status: String(status) });
}
