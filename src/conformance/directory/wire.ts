/**
 * The requests of the simulated directory: sent one after the other, counted by kind, timed; refusals become failures
 * with the code that the provisioning log shows.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Call, NoAnswer, retryAfter } from '../client/client.js';
import type { Facts, TypeName } from '../facts.js';
import type { Answer, Exchange } from '../model.js';
import type { Session } from '../session.js';
import { valueAt } from '../values.js';
import { type LogCode, logCodeOf, type Operation } from './log-codes.js';

/** One object could not be provisioned. `message`: a clause, `POST /Users was answered with 500`. */
export class ObjectFailure extends Error {
  constructor(
    readonly code: LogCode,
    message: string,
    readonly exchange: Exchange | undefined,
  ) {
    super(message);
    this.name = 'ObjectFailure';
  }
}

/** There is no use in going on with the cycle. */
export class CycleStopped extends Error {
  constructor(
    message: string,
    readonly exchange: Exchange | undefined,
  ) {
    super(message);
    this.name = 'CycleStopped';
  }
}

/** What requests are counted as. */
export const KINDS = ['match', 'create', 'read', 'update', 'reference', 'delete', 'list'] as const;
type Kind = (typeof KINDS)[number];

const WRITES: ReadonlySet<string> = new Set(['POST', 'PATCH', 'DELETE']);
/** How often a server that answers with 429 is waited for, one request. */
const MAX_WAITS = 5;

export class Wire {
  readonly counts: Record<Kind, number> = {
    match: 0,
    create: 0,
    read: 0,
    update: 0,
    reference: 0,
    delete: 0,
    list: 0,
  };
  writes = 0;
  /** Requests that were sent again because of 429. */
  waits = 0;
  /** ms in which nothing was done but to wait for an answer. */
  answering = 0;

  constructor(
    private readonly session: Session,
    readonly facts: Facts,
    /** Paths of everything made and not yet removed. */
    private readonly made: Set<string>,
  ) {}

  /** The path of a resource, as the ledger has it. */
  pathOf(type: TypeName, id: string): string {
    return `${this.facts.endpoints[type]}/${encodeURIComponent(id)}`;
  }

  /** It is ours: removed at the end of the run. */
  note(path: string): void {
    this.made.add(path);
    this.session.ledger.note(path);
  }

  strike(path: string): void {
    this.made.delete(path);
    this.session.ledger.strike(path);
  }

  /**
   * Any answer below 300, after waiting as 429 demands. @throws ObjectFailure for any other; CycleStopped when the
   * credential is refused
   */
  async send(kind: Kind, call: Call): Promise<Answer> {
    const operation = operationOf(kind);
    const answer = await this.answerTo(kind, call, operation);
    const { status, body, exchange } = answer;
    if (status < 300) return answer;
    const what = `${call.method} ${call.path} was answered with ${status}`;
    const detail = valueAt(body, 'detail');
    const said = typeof detail === 'string' ? `${what} (${detail})` : what;
    if (status === 401) throw new CycleStopped(said, exchange);
    const scimType = valueAt(body, 'scimType');
    const code = logCodeOf(operation, {
      status,
      scimType: typeof scimType === 'string' ? scimType : undefined,
      detail: typeof detail === 'string' ? detail : undefined,
    });
    throw new ObjectFailure(code, said, exchange);
  }

  private async answerTo(kind: Kind, call: Call, operation: Operation): Promise<Answer> {
    for (let waits = 0; ; waits++) {
      const answer = await this.once(kind, call, operation);
      if (answer.status !== 429 || waits === MAX_WAITS) return answer;
      this.waits++;
      const { signal } = this.session.options;
      // An interrupted wait ends here; the next request then finds that the run is to end.
      await sleep(retryAfter(answer), undefined, signal && { signal }).catch(() => {});
    }
  }

  private async once(kind: Kind, call: Call, operation: Operation): Promise<Answer> {
    this.counts[kind]++;
    if (WRITES.has(call.method)) this.writes++;
    const started = performance.now();
    try {
      return await this.session.client.sendOnce(call);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      const { message, exchange } = error;
      const said = `${call.method} ${call.path} got no answer: ${message}`;
      const isLate = /within \d+ ms|timed? ?out/i.test(message);
      throw new ObjectFailure(logCodeOf(operation, isLate ? 'timeout' : 'broken'), said, exchange);
    } finally {
      this.answering += performance.now() - started;
    }
  }
}

function operationOf(kind: Kind): Operation {
  return kind === 'list' ? 'match' : kind;
}
