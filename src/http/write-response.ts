/**
 * Answers as bytes. A resource whose members fill more than a page, and a list with such resources, is written while
 * it is read, so that memory does not grow with the size of a group.
 */
import type { Response } from 'express';
import type { SearchResult } from '../directory/directory.js';
import { memberElement } from '../directory/members.js';
import type { ResourceView } from '../directory/views.js';
import type { JsonObject } from '../scim/json.js';
import { listResponse, type Place } from '../scim/messages/list-response.js';
import { entityTag, type Locate, present, withReferences } from '../scim/resource/present.js';
import { project } from '../scim/resource/project.js';
import type { Edge } from '../store/store.js';
import { writeHead } from './headers.js';

export const SCIM_JSON = 'application/scim+json; charset=utf-8';

/** Of a request, what its answer is written with. */
interface Located {
  readonly locate: Locate;
}

/** A whole text, or its parts as they become known. */
type Body = string | AsyncIterable<string>;

/** What an endpoint answers. */
export interface ScimResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body | undefined;
  /** The id of the resource that the request has made. */
  readonly created?: string;
}

/** The resource, or nothing but its version. RFC 7644 §3.3, §3.4.1, §3.5 */
export async function resourceResponse(status: number, view: ResourceView, request: Located): Promise<ScimResponse> {
  return { status, headers: resourceHeaders(view, request), body: await resourceBody(view, request) };
}

/** 204 or 304: the version without the resource. */
export function emptyResponse(status: 204 | 304, view?: ResourceView): ScimResponse {
  return { status, headers: view ? { ETag: entityTag(view.meta) } : {}, body: undefined };
}

/** Any other JSON message that answers 200. */
export function messageResponse(message: object): ScimResponse {
  return { status: 200, headers: {}, body: JSON.stringify(message) };
}

/** RFC 7644 §3.4.2: `startIndex` is echoed as it was understood. */
export function searchResponse({ total, resources }: SearchResult, place: Place, request: Located): ScimResponse {
  if (!resources.some(({ members }) => members)) {
    const shown = resources.map((view) => shownResource(view, request));
    return messageResponse(listResponse(shown, total, place));
  }
  return { status: 200, headers: {}, body: listText(resources, total, place, request) };
}

function resourceHeaders({ meta, type }: ResourceView, { locate }: Located): Record<string, string> {
  return { ETag: entityTag(meta), Location: locate(type.name, meta.id) ?? '' };
}

function shownResource({ document, meta, type, projection }: ResourceView, { locate }: Located): JsonObject {
  return project(present(document, meta, type, locate), type, projection);
}

/** In one piece when all members fit on one page. */
async function resourceBody(view: ResourceView, request: Located): Promise<Body> {
  const head = JSON.stringify(shownResource(view, request));
  const pages = view.members?.[Symbol.asyncIterator]();
  const first = await pages?.next();
  if (!pages || !first || first.done) return head;
  const second = await pages.next();
  const parts = withMembers(head, view, request, [first.value, ...(second.done ? [] : [second.value])], pages);
  return second.done ? join(parts) : parts;
}

/** The members are put before the closing brace of a resource that was written without them. */
async function* withMembers(
  head: string,
  view: ResourceView,
  request: Located,
  pagesAtHand: readonly Edge[][],
  pages: AsyncIterator<Edge[]>,
): AsyncGenerator<string> {
  yield `${head.slice(0, -1)},${JSON.stringify(view.type.edges?.name)}:[`;
  let separator = '';
  for (const page of pagesAtHand) {
    yield separator + membersText(page, view, request);
    separator = ',';
  }
  for (let next = await pages.next(); !next.done; next = await pages.next()) {
    yield separator + membersText(next.value, view, request);
  }
  yield ']}';
}

/** One page of members, without the brackets of the array. */
function membersText(page: readonly Edge[], { type, projection }: ResourceView, { locate }: Located): string {
  const name = type.edges?.name ?? '';
  const part = withReferences({ [name]: page.map(memberElement) }, type, locate);
  return JSON.stringify(project(part, type, projection)[name]).slice(1, -1);
}

async function* listText(
  views: readonly ResourceView[],
  total: number,
  place: Place,
  request: Located,
): AsyncGenerator<string> {
  const { Resources: _, ...head } = listResponse(views, total, place);
  let separator = `${JSON.stringify(head).slice(0, -1)},"Resources":[`;
  for (const view of views) {
    yield separator;
    const body = await resourceBody(view, request);
    if (typeof body === 'string') yield body;
    else yield* body;
    separator = ',';
  }
  yield ']}';
}

async function join(parts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of parts) text += part;
  return text;
}

/** Sends an answer. Waits for the client when it reads slower than the store gives. */
export async function send(response: Response, { status, headers, body }: ScimResponse): Promise<void> {
  if (body === undefined) {
    writeHead(response, status, headers);
    response.end();
    return;
  }
  if (typeof body === 'string') {
    writeHead(response, status, { ...headers, 'Content-Type': SCIM_JSON, 'Content-Length': Buffer.byteLength(body) });
    response.end(body);
    return;
  }
  writeHead(response, status, { ...headers, 'Content-Type': SCIM_JSON });
  for await (const part of body) {
    if (response.destroyed) return;
    if (!response.write(part)) await drained(response);
  }
  response.end();
}

function drained(response: Response): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}
