/** A server that is told of events: it keeps what comes, and answers as a test says. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What came. */
export interface Posted {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What is answered: a status, or anything. */
export type Answering = (posted: Posted, response: ServerResponse) => number | undefined | Promise<number | undefined>;

export class HookServer {
  readonly posted: Posted[] = [];
  /** How many connections were made. */
  connections = 0;
  answering: Answering = () => 204;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<HookServer> {
    const server = createServer();
    const hooks = new HookServer(server);
    server.on('connection', () => hooks.connections++);
    server.on('request', async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const { url: path = '', headers } = request;
      const posted = { path, headers, body: Buffer.concat(chunks).toString() };
      hooks.posted.push(posted);
      const status = await hooks.answering(posted, response);
      if (status !== undefined && !response.headersSent) response.writeHead(status).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return hooks;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Cuts the connections that nobody uses at the moment, as servers do after a while. */
  dropIdle(): void {
    this.server.closeIdleConnections();
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
