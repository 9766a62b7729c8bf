/** Somebody who follows the feed of events: asks for what comes next as soon as the last page is there. */
import { Agent, get } from 'node:http';

interface Page {
  readonly events: readonly unknown[];
  readonly next: string;
}

/** Events on a page, and seconds that a request waits for some. */
const LIMIT = 1_000;
const WAIT = 30;

export class Follower {
  /** Events that came. */
  told = 0;
  /** What ended it, if it was not stop(). */
  failure: Error | undefined;
  private readonly agent = new Agent({ keepAlive: true });
  private readonly gone = new AbortController();

  /** @param position sequence number of the change after which it begins */
  constructor(
    private readonly port: number,
    private readonly token: string,
    public position: number,
  ) {
    void this.follow().catch((error: unknown) => {
      if (!this.gone.signal.aborted) this.failure = error as Error;
    });
  }

  stop(): void {
    this.gone.abort();
    this.agent.destroy();
  }

  private async follow(): Promise<void> {
    for (let after = String(this.position); ; ) {
      const { events, next } = await this.page(after);
      this.told += events.length;
      this.position = Number.parseInt(next, 10);
      after = next;
    }
  }

  private page(after: string): Promise<Page> {
    const path = `/events?after=${after}&limit=${LIMIT}&wait=${WAIT}`;
    const headers = { Authorization: `Bearer ${this.token}` };
    const options = { host: '127.0.0.1', port: this.port, path, headers, agent: this.agent, signal: this.gone.signal };
    return new Promise((resolve, reject) => {
      const request = get(options, async (response) => {
        const chunks: Buffer[] = [];
        try {
          for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
          const text = Buffer.concat(chunks).toString();
          if (response.statusCode === 200) resolve(JSON.parse(text) as Page);
          else reject(new Error(`the feed answered ${response.statusCode}: ${text}`));
        } catch (error) {
          reject(error as Error);
        }
      });
      request.on('error', reject);
    });
  }
}
