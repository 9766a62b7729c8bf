/** Somebody on 127.0.0.1 who is sent webhooks, keeps what comes, and answers as a test says. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, expect, vi } from 'vitest';

/** One message as it came. */
export interface Hook {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a webhook says, when its signature is right. */
export interface HookMessage {
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export class HookReceiver {
  readonly hooks: Hook[] = [];
  /** The status of its answers. */
  status = 204;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<HookReceiver> {
    const server = createServer();
    const receiver = new HookReceiver(server);
    server.on('request', async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      receiver.hooks.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      response.writeHead(receiver.status).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hooks`;
  }

  /** Resolves with the first so many messages when they are there. */
  async first(count: number): Promise<readonly Hook[]> {
    return vi.waitFor(() => {
      expect(this.hooks.length).toBeGreaterThanOrEqual(count);
      return this.hooks.slice(0, count);
    }, 10_000);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** What a message says. @throws when none of its signatures is by the secret */
export function opened({ headers, body }: Hook, secret: string): HookMessage {
  return new Webhook(secret).verify(body, headers as Record<string, string>) as HookMessage;
}

/** A maker of receivers that are stopped after each test. */
export function hookReceivers(): () => Promise<HookReceiver> {
  const started: HookReceiver[] = [];
  afterEach(async () => void (await Promise.all(started.splice(0).map((one) => one.stop()))));
  return async () => {
    const receiver = await HookReceiver.start();
    started.push(receiver);
    return receiver;
  };
}
