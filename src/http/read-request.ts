/**
 * An Express request as the endpoints see it: who calls, for which type, with which body, conditions and projection.
 * The caller is known before the body is read, so that nobody unknown makes the server parse anything.
 */
import type { Request } from 'express';
import type { Caller } from '../directory/caller.js';
import type { Conditions, Tags } from '../directory/conditions.js';
import { ScimError } from '../scim/errors.js';
import { isShallow, type Json } from '../scim/json.js';
import type { Locate } from '../scim/resource/present.js';
import { type Projection, readProjection } from '../scim/resource/project.js';
import type { ResourceType } from '../scim/schema/characteristics.js';
import type { Registry } from '../scim/schema/load.js';

/** One request for a resource or a type of resources. */
export interface ScimRequest {
  readonly caller: Caller;
  readonly type: ResourceType;
  /** Empty where the path has none. */
  readonly id: string;
  readonly body: Json | undefined;
  readonly query: Query;
  readonly conditions: Conditions;
  readonly projection: Projection;
  readonly locate: Locate;
}

/** Query parameters by lower-case name: clients write `startindex`, too. A repeated one is refused. */
export type Query = ReadonlyMap<string, string>;

/** How deep a body may nest. The deepest resource has four levels; this leaves room for messages and extensions. */
const MAX_BODY_DEPTH = 32;

/** @throws ScimError invalidValue when a parameter is given twice */
export function readQuery(url: string): Query {
  const query = new Map<string, string>();
  const start = url.indexOf('?');
  if (start === -1) return query;
  for (const [name, value] of parametersOf(url.slice(start + 1))) {
    const key = name.toLowerCase();
    if (query.has(key))
      throw new ScimError('invalidValue', `The parameter ${JSON.stringify(name.slice(0, 50))} is given twice.`);
    query.set(key, value);
  }
  return query;
}

/**
 * A string literal of a filter as it stands in an address, to its end or that of the parameter. No text can be read in two
 * ways, and none is no literal: otherwise there would be texts that take for ever.
 */
const LITERAL = /(?:"|%22)(?:(?:\\|%5C)(?:%..|(?!%..).|$)|(?!"|%22|\\|%5C).)*(?:"|%22|$)/gis;

/**
 * Forms write a blank as `+` (`userName+eq+%22a%2Bb%22`), URIs as `%20`, and there a `+` is itself
 * (`userName%20eq%20%22a+b%22`): who writes the blanks around a literal in the second way means it so within.
 */
function parametersOf(query: string): URLSearchParams {
  if (!query.includes('+')) return new URLSearchParams(query);
  const parameters = query.split('&').map((parameter) => {
    const isOfForm = parameter.replace(LITERAL, '').includes('+');
    return isOfForm ? parameter : parameter.replaceAll('+', '%2B');
  });
  return new URLSearchParams(parameters.join('&'));
}

/** RFC 7644 §3.9, for every method that answers with resources. */
export function readProjectionOf(query: Query, type: ResourceType, caller: Caller): Projection {
  return readProjection(type, query.get('attributes'), query.get('excludedattributes'), caller.dialect);
}

/**
 * The body as JSON: parsed here, or by a body parser of the embedding app.
 * @throws ScimError unsupportedMediaType, invalidSyntax
 */
export function readBody(request: Request): Json {
  checkMediaType(request.headers['content-type']);
  const raw: unknown = request.body;
  const body = Buffer.isBuffer(raw)
    ? parseJson(decodeUtf8(raw))
    : typeof raw === 'string'
      ? parseJson(raw)
      : (raw as Json | undefined);
  if (body === undefined) throw new ScimError('invalidSyntax', 'The request needs a JSON body.');
  if (!isShallow(body, MAX_BODY_DEPTH)) {
    throw new ScimError('invalidSyntax', `The body nests deeper than ${MAX_BODY_DEPTH} levels.`);
  }
  return body;
}

/** As nearly every client writes it. */
const USUAL_MEDIA_TYPES: ReadonlySet<string> = new Set([
  'application/scim+json',
  'application/json',
  'application/scim+json; charset=utf-8',
  'application/json; charset=utf-8',
]);

function checkMediaType(contentType: string | undefined): void {
  if (contentType === undefined || USUAL_MEDIA_TYPES.has(contentType)) return;
  const [type = '', ...parameters] = contentType
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice(8)
    .replaceAll('"', '');
  if (type !== 'application/scim+json' && type !== 'application/json') throw new ScimError('unsupportedMediaType');
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') {
    throw new ScimError('unsupportedMediaType', 'Send JSON in UTF-8 (RFC 7644 §3.1).');
  }
}

// Bytes that are no UTF-8 are refused rather than replaced; a byte order mark is passed over.
const UTF8 = new TextDecoder('utf-8', { fatal: true });

function decodeUtf8(bytes: Buffer): string {
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    throw new ScimError('invalidSyntax', 'The body is not valid UTF-8.', { cause });
  }
}

function parseJson(text: string): Json | undefined {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new ScimError('invalidSyntax', 'The body is not valid JSON.', { cause });
  }
}

/** If-Match and If-None-Match. RFC 9110 §13.1 */
export function readConditions({ headers }: Request): Conditions {
  return { ifMatch: readTags(headers['if-match']), ifNoneMatch: readTags(headers['if-none-match']) };
}

function readTags(header: string | undefined): Tags {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return '*';
  return header.split(',').map((tag) => tag.trim());
}

/** The URL under which the client reached this router: origin and mount path, without a slash at the end. */
export function readBaseUrl(request: Request, publicUrl: string | undefined): string {
  return (publicUrl ?? originOf(request, request.headers.host)) + request.baseUrl;
}

const HOST = /^(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d+)?$/i;

/**
 * What the addresses in answers begin with: `https://scim.example.com`.
 * @param host as the client, or a proxy, has named it; `localhost` where nobody has
 * @throws ScimError invalidSyntax for what is no host (RFC 9112 §3.2)
 */
export function originOf({ secure }: Pick<Request, 'secure'>, host: string | undefined): string {
  const origin = `http${secure ? 's' : ''}://${host || 'localhost'}`;
  if (host && !(HOST.test(host) && URL.canParse(origin))) {
    throw new ScimError('invalidSyntax', 'The Host of the request is not a host name with or without a port.');
  }
  return origin;
}

/** How resources are addressed in the answer to this request. */
export function locator(baseUrl: string, registry: Registry): Locate {
  return (typeName, id) => {
    const type = registry.resourceType(typeName);
    return type && `${baseUrl}${type.endpoint}/${encodeURIComponent(id)}`;
  };
}

/** As the client has named it, port included, through the proxies that the app trusts; Express 4 knows no port. */
export function readHost({ app, headers, socket }: Request): string | undefined {
  const forwarded = headers['x-forwarded-host'];
  const trusts = app.get('trust proxy fn') as (address: string | undefined, hop: number) => boolean;
  if (typeof forwarded !== 'string' || forwarded === '' || !trusts(socket.remoteAddress, 0)) return headers.host;
  return forwarded.split(',', 1)[0]?.trim();
}
