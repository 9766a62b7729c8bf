/** Bytes out, bytes in: one HTTP request over kept connections, with a limit in time. Knows nothing of SCIM. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { pipeline, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

export interface RawRequest {
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Sent again when the connection proves to have been closed; what only reads always is. */
  readonly isRepeatable?: boolean;
}

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case; repeated ones are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Transport {
  /** @throws Error with a sentence when no whole answer came in time. */
  send(request: RawRequest): Promise<RawAnswer>;
  close(): void;
}

interface TransportOptions {
  /** ms until an answer must be there in full. */
  readonly timeout: number;
  /** The most connections at once. */
  readonly connections?: number;
  /** Ends what is under way. */
  readonly signal?: AbortSignal | undefined;
}

/** The most bytes of an answer that are read. */
const MAX_ANSWER = 64 * 1024 * 1024;

/** Over `http:` and `https:`. The server's certificate is checked; NODE_EXTRA_CA_CERTS adds an authority. */
export function createTransport({ timeout, connections = 8, signal }: TransportOptions): Transport {
  const agents = {
    'http:': new HttpAgent({ keepAlive: true, maxSockets: connections }),
    'https:': new HttpsAgent({ keepAlive: true, maxSockets: connections }),
  };
  const attempt = ({ method, url, headers, body }: RawRequest): Promise<RawAnswer> =>
    new Promise((resolve, reject) => {
      const isSecure = url.startsWith('https:');
      const payload = body === undefined ? undefined : Buffer.from(body);
      const outgoing = (isSecure ? httpsRequest : httpRequest)(url, {
        method,
        agent: agents[isSecure ? 'https:' : 'http:'],
        headers: { ...headers, ...(payload && { 'Content-Length': String(payload.length) }) },
        signal,
      });
      const timer = setTimeout(() => outgoing.destroy(new Error(`No answer within ${timeout} ms.`)), timeout);
      const answer = new Promise<RawAnswer>((arrive, fail) => {
        outgoing.on('error', (error) => fail(Object.assign(error, { isReused: outgoing.reusedSocket })));
        outgoing.on('response', (incoming) => void readAnswer(incoming).then(arrive, fail));
      });
      answer.then(resolve, reject).finally(() => clearTimeout(timer));
      outgoing.end(payload);
    });

  return {
    send: async (request) => {
      try {
        return await attempt(request);
      } catch (error) {
        // A kept connection may be closed by the server in the moment it is used again, most likely unread.
        const isRepeatable = request.isRepeatable || request.method === 'GET';
        if (isRepeatable && isStale(error) && !signal?.aborted) return attempt(request);
        throw error;
      }
    },
    close: () => {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

async function readAnswer(incoming: IncomingMessage): Promise<RawAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of unpacked(incoming)) {
    size += chunk.length;
    if (size > MAX_ANSWER) throw new Error('The answer is larger than 64 MiB.');
    chunks.push(chunk);
  }
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, [value ?? []].flat().join(', ')]);
  return {
    status: incoming.statusCode ?? 0,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

const UNPACKERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** A gateway may pack what nobody asked it to pack or not to pack (RFC 9110 §12.5.3). */
function unpacked(incoming: IncomingMessage): AsyncIterable<Buffer> {
  const unpacker = UNPACKERS[(incoming.headers['content-encoding'] ?? '').trim().toLowerCase()]?.();
  if (!unpacker) return incoming;
  // Of an answer that breaks off the error comes out at the end.
  return pipeline(incoming, unpacker, () => {});
}

function isStale(error: unknown): boolean {
  const { code, isReused } = error as { code?: string; isReused?: boolean };
  return code === 'ECONNRESET' && isReused === true;
}
