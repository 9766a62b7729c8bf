/**
 * A server that is wrong in one known way: our own, behind a proxy that spoils one thing on the way in or out.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from '../../src/conformance/model.js';

/** A request as the proxy hands it on; a defect may change any of it. */
export interface Passing {
  method: string;
  /** Below the SCIM base, without the query: `/Users/42`. */
  path: string;
  query: URLSearchParams;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** Parsed when it is JSON, the text when it is not, undefined when there is none. */
  body: Json | undefined;
}

/** An answer as the proxy hands it back. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: Json | undefined;
}

/** Asks the sound server, with the credential of the request; for defects that need to know more. */
export type Ask = (method: string, pathAndQuery: string, body?: Json) => Promise<Reply>;

/** One way to be wrong. Made anew for each server, so that it may remember what it saw. */
export interface Spoiler {
  /** Before the sound server sees the request. A Reply is the answer, and the sound server is not asked. */
  request?(request: Passing, ask: Ask): Reply | undefined | Promise<Reply | undefined>;
  /** Before the client sees the answer. `request`: as the client sent it. */
  reply?(reply: Reply, request: Passing, ask: Ask): void | Promise<void>;
}

interface Proxy {
  /** The SCIM base URL. */
  readonly url: string;
  close(): Promise<void>;
}

/** @param upstream the sound server's SCIM base URL */
export async function startProxy(upstream: string, spoiler: Spoiler): Promise<Proxy> {
  const base = new URL(upstream).pathname;
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const url = new URL(incoming.url ?? '/', 'http://proxy');
    const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
    const passing: Passing = {
      method: incoming.method ?? 'GET',
      path: url.pathname.slice(base.length),
      query: url.searchParams,
      headers,
      body: parse(Buffer.concat(chunks).toString('utf8')),
    };
    const original = structuredClone({ ...passing, query: passing.query.toString() });
    const asSent: Passing = { ...original, query: new URLSearchParams(original.query) };
    const { authorization } = headers;
    const ask: Ask = (method, path, body) =>
      forward(upstream, {
        method,
        path: path.split('?')[0] as string,
        query: new URLSearchParams(path.split('?')[1] ?? ''),
        headers: { ...(authorization && { authorization }), 'content-type': 'application/scim+json' },
        body,
      });
    const own = await spoiler.request?.(passing, ask);
    const reply = own ?? (await forward(upstream, passing));
    // Links lead back to the proxy.
    const seen = relink(reply, upstream, `http://${headers.host}${base}`);
    await spoiler.reply?.(seen, asSent, ask);
    const text =
      seen.body === undefined ? undefined : typeof seen.body === 'string' ? seen.body : JSON.stringify(seen.body);
    outgoing.writeHead(seen.status, seen.headers);
    outgoing.end(seen.status === 204 || seen.status === 304 ? undefined : text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`, close: () => close(server) };
}

async function forward(upstream: string, { method, path, query, headers, body }: Passing): Promise<Reply> {
  const search = query.toString().replaceAll('+', '%20');
  const { host: _, connection: __, 'content-length': ___, ...rest } = headers;
  const response = await fetch(`${upstream}${path}${search && `?${search}`}`, {
    method,
    headers: rest,
    ...(body !== undefined && method !== 'GET' && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const {
    'content-length': ____,
    connection: _____,
    'keep-alive': ______,
    ...kept
  } = Object.fromEntries(response.headers);
  return { status: response.status, headers: kept, body: parse(await response.text()) };
}

function relink(reply: Reply, from: string, to: string): Reply {
  const text = JSON.stringify(reply.body);
  const headers = Object.fromEntries(
    Object.entries(reply.headers).map(([name, value]) => [name, value.replaceAll(from, to)]),
  );
  return { status: reply.status, headers, body: text === undefined ? undefined : parse(text.replaceAll(from, to)) };
}

function parse(text: string): Json | undefined {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
