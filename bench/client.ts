/**
 * An HTTP/1.1 client that costs little: the machine is shared with the server it measures. One connection, one
 * request at a time, no pipelining, no header objects. Knows what servers of this repository send, not all of HTTP.
 */
import { connect, type Socket } from 'node:net';

/** What is measured, and where it listens. */
export interface Endpoint {
  readonly port: number;
  readonly token: string;
}

/** One request, independent of the server it goes to. */
export interface Message {
  readonly method: string;
  /** Below the SCIM base URL, with the query. */
  readonly path: string;
  readonly body?: string;
  /** In place of the endpoint's. */
  readonly token?: string;
}

export interface Reply {
  readonly status: number;
  /** Status line and headers. */
  readonly head: string;
  /** As it was sent; a chunked body still has its chunk sizes. */
  readonly body: Buffer;
}

/** Servers close connections that were idle for five seconds; one that could be is opened anew. */
const IDLE_LIMIT = 3_000;

export class Connection {
  private socket: Socket | undefined;
  private usedAt = 0;
  private incoming = new Incoming();
  private settle: ((reply: Reply) => void) | undefined;
  private fail: ((error: Error) => void) | undefined;
  private readonly common: string;

  constructor(private readonly endpoint: Endpoint) {
    this.common = this.commonWith(endpoint.token);
  }

  /** Connects when there is no connection, or one that the server may be about to close. */
  async open(): Promise<void> {
    if (this.socket && !this.socket.destroyed && performance.now() - this.usedAt < IDLE_LIMIT) return;
    this.close();
    const socket = connect({ host: '127.0.0.1', port: this.endpoint.port, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('error', (error) => this.fail?.(error));
    socket.on('close', () => this.fail?.(new Error('the server closed the connection')));
    this.incoming = new Incoming();
    this.usedAt = performance.now();
    this.socket = socket;
  }

  /** The connection must be open, and no other request under way. */
  exchange({ method, path, body, token }: Message): Promise<Reply> {
    const start = `${method} /scim/v2${path}${token === undefined ? this.common : this.commonWith(token)}`;
    const text =
      body === undefined
        ? `${start}\r\n`
        : `${start}Content-Type: application/scim+json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    return new Promise((resolve, reject) => {
      this.settle = resolve;
      this.fail = reject;
      this.socket?.write(text, 'utf8');
    });
  }

  private commonWith(token: string): string {
    return ` HTTP/1.1\r\nHost: 127.0.0.1:${this.endpoint.port}\r\nAuthorization: Bearer ${token}\r\nAccept: application/scim+json\r\n`;
  }

  close(): void {
    this.fail = undefined;
    this.socket?.destroy();
    this.socket = undefined;
  }

  private receive(chunk: Buffer): void {
    this.usedAt = performance.now();
    const reply = this.incoming.add(chunk);
    if (!reply) return;
    this.incoming = new Incoming();
    const { settle } = this;
    this.settle = undefined;
    this.fail = undefined;
    settle?.(reply);
  }
}

const HEAD_END = '\r\n\r\n';
const CHUNKED_END = Buffer.from('\r\n0\r\n\r\n');

/** A reply as it arrives. */
class Incoming {
  private chunks: Buffer[] = [];
  private received = 0;
  private head: string | undefined;
  /** Bytes of the whole reply; undefined: chunked. */
  private expected: number | undefined;

  /** The reply when this was its last piece. */
  add(chunk: Buffer): Reply | undefined {
    this.chunks.push(chunk);
    this.received += chunk.length;
    if (this.head === undefined && !this.readHead()) return undefined;
    if (this.expected === undefined ? !this.endsChunked() : this.received < this.expected) return undefined;
    const head = this.head as string;
    const whole = this.whole();
    return { status: Number(head.slice(9, 12)), head, body: whole.subarray(head.length) };
  }

  private readHead(): boolean {
    const whole = this.whole();
    const end = whole.indexOf(HEAD_END);
    if (end === -1) return false;
    const head = whole.toString('latin1', 0, end + HEAD_END.length);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    const isChunked = length === undefined && /\r\ntransfer-encoding: *chunked/i.test(head);
    this.expected = isChunked ? undefined : head.length + Number(length ?? 0);
    this.head = head;
    return true;
  }

  /** JSON has no line breaks of its own, so this end is the end. */
  private endsChunked(): boolean {
    const last = this.chunks.at(-1) as Buffer;
    const tail = last.length >= CHUNKED_END.length ? last : this.whole();
    return tail.subarray(-CHUNKED_END.length).equals(CHUNKED_END);
  }

  private whole(): Buffer {
    if (this.chunks.length > 1) this.chunks = [Buffer.concat(this.chunks)];
    return this.chunks[0] as Buffer;
  }
}

/** The last part of the Location header: the id of what was created. */
export function createdId({ head }: Reply): string {
  const location = /\r\nlocation: *(\S+)/i.exec(head)?.[1] ?? '';
  return location.slice(location.lastIndexOf('/') + 1);
}
