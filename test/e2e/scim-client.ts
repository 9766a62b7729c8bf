/** SCIM over node:http, knowing nothing of the server: requests as clients write them, answers as they came. */
import { Agent, type IncomingHttpHeaders, request } from 'node:http';

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Undefined when there was none, or when the connection broke after the head. */
  readonly body: JsonObject | undefined;
}

/** The connection ended before there was an answer: the request may have been carried out or not. */
export class NoAnswer extends Error {}

export interface Server {
  readonly baseUrl: string;
  readonly token: string;
}

export class ScimClient {
  private readonly agent: Agent;

  constructor(
    readonly server: Server,
    connections = 8,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  get = (path: string) => this.send('GET', path);
  post = (path: string, body: Json) => this.send('POST', path, body);
  put = (path: string, body: Json, headers = {}) => this.send('PUT', path, body, headers);
  patch = (path: string, body: Json) => this.send('PATCH', path, body);
  delete = (path: string) => this.send('DELETE', path);

  /** Resources that a filter finds; the filter is encoded as Entra's tools do it. */
  filter(endpoint: string, filter: string, parameters: Record<string, string> = {}): Promise<Answer> {
    return this.get(`${endpoint}?${new URLSearchParams({ ...parameters, filter })}`);
  }

  /** @throws NoAnswer */
  send(method: string, path: string, body?: Json, headers: Record<string, string> = {}): Promise<Answer> {
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const sent = {
      Authorization: `Bearer ${this.server.token}`,
      Accept: 'application/scim+json',
      ...(payload && {
        'Content-Type': 'application/scim+json; charset=utf-8',
        'Content-Length': String(payload.length),
      }),
      ...headers,
    };
    return new Promise((resolve, reject) => {
      const message = request(this.server.baseUrl + path, { method, agent: this.agent, headers: sent });
      message.on('error', (cause) => reject(new NoAnswer(`${method} ${path}`, { cause })));
      message.on('response', (response) => {
        const chunks: Buffer[] = [];
        const finish = () => resolve(answerOf(response.statusCode as number, response.headers, chunks));
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        // With the status line the write is acknowledged, whatever becomes of the rest.
        response.on('error', finish);
        response.on('end', finish);
      });
      message.end(payload);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

function answerOf(status: number, headers: IncomingHttpHeaders, chunks: Buffer[]): Answer {
  const text = Buffer.concat(chunks).toString('utf8');
  const isWhole = text !== '' && Buffer.byteLength(text) >= Number(headers['content-length'] ?? 0);
  return { status, headers, body: isWhole ? parsed(text) : undefined };
}

function parsed(text: string): JsonObject | undefined {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return undefined;
  }
}

/** The id in the address that a 201 gives. */
export function locatedId({ headers }: Answer): string {
  return String(headers.location).split('/').at(-1) as string;
}

/** Does `act` for every item, `width` at a time, in order of the items. */
export async function each<T>(items: readonly T[], width: number, act: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const item of rest) await act(item);
    }),
  );
}
