/**
 * One run against one server: its client, what is known of the server, what was made, and how work becomes a result.
 * Suites, scenarios and the simulated directory all work within a session, and know nothing of each other.
 */

import { Client } from './client/client.js';
import { Authorizer, type Credential } from './client/credential.js';
import { Redactor } from './client/redact.js';
import { createTransport, type Transport } from './client/transport.js';
import type { Facts } from './facts.js';
import { Ledger } from './ledger.js';
import { CannotRun, type Exchange, type Level, type OnProgress, type Result } from './model.js';
import { Mismatch, Probe, Skip } from './probe.js';
import { Random } from './random.js';

export interface SessionOptions {
  /** The SCIM base URL, as it is entered at an identity provider. */
  readonly url: string;
  readonly credential: Credential;
  /** A bearer token of a user, for the checks of /Me; without it they use `credential`. */
  readonly meToken?: string | undefined;
  readonly seed: number;
  /** ms until an answer must be there. */
  readonly timeout: number;
  readonly maxRps?: number | undefined;
  /** Nothing is sent; answers are made up. */
  readonly isDry?: boolean;
  /** Ends the run early; what was made is removed all the same. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
  /** Told of every exchange; for recording. */
  readonly onExchange?: ((exchange: Exchange) => void) | undefined;
  /** Instead of the network; for dry runs and tests. */
  readonly transport?: Transport | undefined;
}

/** What a result says of itself before it is known how it ends. */
export interface Subject {
  readonly id: string;
  readonly group: string;
  readonly title: string;
  readonly level: Level;
  readonly client?: string | undefined;
  readonly source: string;
  readonly fix: string;
}

/** The run ends before its end. `message` is the reason, a sentence. */
export class Aborted extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Aborted';
  }
}

/** Exchanges that one result keeps: the first ones, and those that follow up to its finding. */
const MAX_EXCHANGES = 200;
/** A server that leaves so many requests in a row without an answer is taken for gone. */
const MAX_UNANSWERED = 5;
/** A server that refuses so many requests in a row for their number, though each waited, lets nothing be found out. */
const MAX_PUT_OFF = 20;

export class Session {
  readonly client: Client;
  readonly ledger = new Ledger();
  readonly redactor = new Redactor();
  readonly transport: Transport;
  readonly authorizer: Authorizer;
  /** Begins the name of everything that is made: `ct-` and eight digits that follow from the seed. */
  readonly prefix: string;
  private current: Exchange[] = [];
  /** Requests in a row that got no answer. */
  private unanswered = 0;
  /** Requests in a row that were answered with 429. */
  private putOff = 0;
  /** Set while the run cleans up, which an interrupted run does too. */
  private isCleaning = false;

  constructor(readonly options: SessionOptions) {
    this.transport = options.transport ?? createTransport({ timeout: options.timeout });
    this.authorizer = new Authorizer(options.credential, this.transport, this.redactor, Date.now);
    if (options.meToken !== undefined) this.redactor.add(options.meToken);
    this.prefix = `ct-${new Random(options.seed).hex(8)}`;
    this.client = new Client({
      baseUrl: options.url,
      transport: this.transport,
      authorizer: this.authorizer,
      redactor: this.redactor,
      maxRps: options.maxRps,
      signal: options.signal,
      onExchange: (exchange) => {
        if (this.current.length < MAX_EXCHANGES) this.current.push(shortened(exchange));
        this.unanswered = exchange.response ? 0 : this.unanswered + 1;
        this.putOff = exchange.response?.status === 429 ? this.putOff + 1 : 0;
        options.onExchange?.(exchange);
      },
      checkAborted: () => {
        if (this.isCleaning) return;
        if (options.signal?.aborted) throw new Aborted('The run was interrupted.');
        if (this.putOff >= MAX_PUT_OFF) {
          throw new Aborted(
            `The server answered ${this.putOff} requests in a row with 429, each after the wait that it had asked for: ` +
              'raise its limit for this run, or ask less with --max-rps.',
          );
        }
        if (this.unanswered >= MAX_UNANSWERED) {
          throw new Aborted(`The server has stopped answering: ${this.unanswered} requests in a row got no answer.`);
        }
      },
    });
  }

  /** A probe with names and chance of its own, the same for the same seed and `id` whatever ran before. */
  probe(id: string, facts: Facts): Probe {
    return new Probe({
      client: this.client,
      facts,
      ledger: this.ledger,
      random: new Random(`${this.options.seed}/${id}`),
      prefix: this.prefix,
      isDry: this.options.isDry ?? false,
      meAuthorization: this.options.meToken === undefined ? undefined : `Bearer ${this.options.meToken}`,
      wrongAuthorization: this.authorizer.kind === 'basic' ? `Basic ${WRONG_BASIC}` : 'Bearer not-a-token',
    });
  }

  /** Does the work and says how it went. @throws Aborted, CannotRun, and errors of our own making */
  async result(subject: Subject, work: () => Promise<void>): Promise<Result> {
    this.options.onProgress?.({ kind: 'started', group: subject.group, title: subject.title });
    this.current = [];
    const started = performance.now();
    const ending = await work().then(
      (): Ending => ({ verdict: 'passed' }),
      (error: unknown) => this.cleaned(endingOf(error, subject.level)),
    );
    const result: Result = {
      ...subject,
      client: subject.client,
      reason: undefined,
      finding: undefined,
      ...ending,
      milliseconds: Math.round(performance.now() - started),
      exchanges: this.current,
    };
    this.options.onProgress?.({ kind: 'result', result });
    return result;
  }

  /** What a finding quotes of an answer may be a secret. */
  private cleaned({ finding, ...ending }: Ending): Ending {
    if (!finding) return ending;
    const text = (part: string | undefined) => (part === undefined ? undefined : this.redactor.text(part));
    const { message, expected, actual } = finding;
    return {
      ...ending,
      finding: { ...finding, message: this.redactor.text(message), expected: text(expected), actual: text(actual) },
    };
  }

  /** Removes what was made since the last time, so that the server is for each check what it was for the first. */
  async tidy(): Promise<void> {
    this.current = [];
    await this.ledger.tidy(this.client);
  }

  /** From now on requests are sent even when the run was interrupted. */
  beginCleanUp(): void {
    this.isCleaning = true;
    this.current = [];
  }
}

const WRONG_BASIC = Buffer.from('nobody:wrong').toString('base64');

type Ending = Pick<Result, 'verdict'> & Partial<Pick<Result, 'reason' | 'finding'>>;

function endingOf(error: unknown, level: Level): Ending {
  if (error instanceof Skip) return { verdict: 'skipped', reason: error.message };
  if (error instanceof Aborted || error instanceof CannotRun) throw error;
  const verdict = level === 'should' ? 'warned' : 'failed';
  if (error instanceof Mismatch) {
    const { message, expected, actual, exchange } = error;
    return { verdict, finding: { message, expected, actual, exchange: exchange?.number } };
  }
  // An answer of a form that nobody thought of must not cost the report of everything else.
  const message = `${BROKEN_OFF}: ${error instanceof Error ? error.message : String(error)}`;
  return { verdict, finding: { message, expected: undefined, actual: undefined, exchange: undefined } };
}

/** Begins the finding of a check that could not deal with what it was answered. */
export const BROKEN_OFF = 'The check broke off at an answer that it could not read';

/** Characters of a body that a result keeps. */
const SHOWN_BODY = 20_000;

function shortened(exchange: Exchange): Exchange {
  const { request, response } = exchange;
  return {
    ...exchange,
    request: { ...request, body: request.body === undefined ? undefined : cut(request.body) },
    response: response && { ...response, body: cut(response.body) },
  };
}

function cut(text: string): string {
  if (text.length <= SHOWN_BODY) return text;
  return `${text.slice(0, SHOWN_BODY)}… (${text.length} characters in all)`;
}
