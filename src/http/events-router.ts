/**
 * Events for those who come for them: the feed of a tenant, security event tokens by poll (RFC 8936), and the keys that
 * sign them. Knows Express; decides nothing. Mounted at `/events`, or wherever the embedding app has it; below
 * `/tenants/:tenant/…` the tenant in the path must be the credential's own.
 */
import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import { requireScope } from '../access/principal.js';
import { EVENT_TYPES } from '../events/event.js';
import { type Feed, type FeedPage, type FeedPlace, parsePlace, placeText } from '../events/feed.js';
import { MOST_SETS, type PollAnswer, type PollRequest, type Polls } from '../events/poll.js';
import type { SetSigner } from '../events/set-signer.js';
import type { Waits } from '../events/waits.js';
import { ScimError } from '../scim/errors.js';
import { isObject, type Json } from '../scim/json.js';
import { type AdmissionParts, admission, allowing, begun, bytesReader, identifyAgain } from './admission.js';
import { errorHandler } from './error-handler.js';
import { beginExchange, type Exchange } from './exchange.js';
import { writeHead } from './headers.js';
import { type Query, readBody, readQuery } from './read-request.js';

/** Where the standalone server has it. */
export const EVENTS_PATH = '/events';

export type EventsRouterParts = AdmissionParts & {
  readonly feed: Feed;
  readonly waits: Waits;
  readonly polls: Polls;
  readonly signer: SetSigner;
};

/** Events on a page. */
const LIMIT = { usual: 100, most: 1_000 };
/** Tokens that a poll gives when it does not say how many. */
const USUAL_SETS = 100;
/** Seconds that a request of the feed may wait for something to happen. */
const LONGEST_WAIT = 60;
/** Seconds that a poll waits. */
const POLL_WAIT = 30;
/** Tokens that one poll may acknowledge. */
const MOST_ACKNOWLEDGED = 10_000;

export function eventsRouter(parts: EventsRouterParts): Router {
  const router = express.Router({ mergeParams: true });
  router.route('/jwks').all(beginExchange(parts)).get(sendKeys(parts)).all(allowing('GET'));
  router.use(admission(parts));
  router.route('/').get(answerFeed(parts)).all(allowing('GET'));
  router.route('/poll/:receiver').post(bytesReader(parts), answerPoll(parts)).all(allowing('POST'));
  router.use(() => {
    throw new ScimError('notFound', 'There is nothing at this address; the feed of events is above.');
  });
  router.use(errorHandler());
  return router;
}

/** RFC 7517 §5. They are public: whoever checks a token needs them. */
function sendKeys({ signer }: EventsRouterParts): RequestHandler {
  return async (_request, response) => {
    const headers = { 'Cache-Control': 'public, max-age=300', 'Content-Type': 'application/jwk-set+json' };
    sendText(response, JSON.stringify(await signer.jwks()), headers);
  };
}

interface FeedRequest {
  readonly limit: number;
  readonly types: ReadonlySet<string> | undefined;
  /** Seconds. */
  readonly wait: number;
}

function answerFeed(parts: EventsRouterParts): RequestHandler {
  return async (request, response) => {
    requireScope(begun(response).principal, 'events:read');
    const query = readQuery(request.originalUrl);
    const wanted = { limit: whole(query, 'limit', 1, LIMIT.most) ?? LIMIT.usual, types: readTypes(query) };
    const wait = whole(query, 'wait', 0, LONGEST_WAIT) ?? 0;
    const after = await readPlace(query, response, parts);
    const page = await nextPage(request, response, parts, after, { ...wanted, wait });
    if (page) sendText(response, `{"events":[${page.texts.join()}],"next":"${placeText(page.next)}"}`);
  };
}

/** Undefined when the client has gone. */
async function nextPage(
  request: Request,
  response: Response,
  parts: EventsRouterParts,
  from: FeedPlace,
  { limit, types, wait: seconds }: FeedRequest,
): Promise<FeedPage | undefined> {
  let after = from;
  return untilThere(request, response, parts, seconds, async ({ principal }) => {
    const page = await parts.feed.page(principal.tenant, { after, limit, types });
    // What was passed over need not be looked at again.
    after = page.next;
    return { answer: page, isEmpty: page.texts.length === 0 && page.isEnd };
  });
}

function answerPoll(parts: EventsRouterParts): RequestHandler {
  return async (request, response) => {
    const exchange = begun(response);
    if (exchange.isLate) await identifyAgain(request, exchange, parts);
    requireScope(exchange.principal, 'events:read');
    const { tenant } = exchange.principal;
    const { polls } = parts;
    const id = String(request.params.receiver);
    const receiver = await polls.receiver(tenant, id);
    const { poll, isPatient } = readPoll(readBody(request));
    await polls.settle(tenant, receiver, poll);
    const seconds = isPatient && poll.maxEvents > 0 ? POLL_WAIT : 0;
    const answer = await untilThere<PollAnswer>(request, response, parts, seconds, async ({ principal }) => {
      // It may be gone, or paused, by now.
      const asking = await polls.receiver(principal.tenant, id);
      const next = await polls.next(principal.tenant, asking, poll.maxEvents);
      return { answer: next, isEmpty: Object.keys(next.sets).length === 0 };
    });
    if (answer) sendText(response, JSON.stringify(answer));
  };
}

/** Reads, and again when something has happened, until there is something or the time is over. */
async function untilThere<Answer>(
  request: Request,
  response: Response,
  parts: EventsRouterParts,
  seconds: number,
  read: (exchange: Exchange) => Promise<{ answer: Answer; isEmpty: boolean }>,
): Promise<Answer | undefined> {
  const exchange = begun(response);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  // Meanwhile the client may have gone already: then it is not told again.
  if (response.closed) gone.abort();
  const wait = parts.waits.begin(exchange.principal.tenant.id, seconds * 1_000, gone.signal);
  try {
    for (;;) {
      wait.reset();
      const { answer, isEmpty } = await read(exchange);
      if (gone.signal.aborted) return undefined;
      if (!isEmpty || !(await wait.happened())) return answer;
      // Meanwhile the credential may have been revoked, or the tenant disabled.
      await identifyAgain(request, exchange, parts);
      requireScope(exchange.principal, 'events:read');
    }
  } finally {
    wait.end();
  }
}

async function readPlace(query: Query, response: Response, { feed }: EventsRouterParts): Promise<FeedPlace> {
  const text = query.get('after') ?? '0';
  if (text === 'now') return feed.now(begun(response).principal.tenant);
  const place = parsePlace(text);
  if (place) return place;
  throw new ScimError('invalidValue', 'The parameter after must be the "next" of an earlier page, 0, or now.');
}

function readTypes(query: Query): ReadonlySet<string> | undefined {
  const text = query.get('types');
  if (text === undefined) return undefined;
  const types = text.split(',').map((name) => name.trim());
  const known: readonly string[] = EVENT_TYPES;
  const wrong = types.find((name) => !known.includes(name));
  if (wrong === undefined) return new Set(types);
  const shown = JSON.stringify(wrong.slice(0, 80));
  throw new ScimError('invalidValue', `${shown} is not an event; the events are ${known.join(', ')}.`);
}

function whole(query: Query, name: string, least: number, most: number): number | undefined {
  const text = query.get(name);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d{1,9}$/.test(text) && number >= least && number <= most) return number;
  throw new ScimError('invalidValue', `The parameter ${name} must be a whole number from ${least} to ${most}.`);
}

/** RFC 8936 §2.2: all of it may be left out. What is not known is passed over. */
function readPoll(body: Json): { poll: PollRequest; isPatient: boolean } {
  if (!isObject(body)) throw new ScimError('invalidSyntax', 'A poll is a JSON object (RFC 8936).');
  const { maxEvents = USUAL_SETS, returnImmediately = false, ack = [], setErrs = {} } = body;
  if (typeof maxEvents !== 'number' || !Number.isInteger(maxEvents) || maxEvents < 0) {
    throw new ScimError('invalidValue', 'maxEvents must be a whole number from 0.');
  }
  if (typeof returnImmediately !== 'boolean') {
    throw new ScimError('invalidValue', 'returnImmediately must be true or false.');
  }
  if (!Array.isArray(ack) || ack.some((jti) => typeof jti !== 'string')) {
    throw new ScimError('invalidValue', 'ack must be an array of jti values.');
  }
  if (!isObject(setErrs)) throw new ScimError('invalidValue', 'setErrs must be an object with jti values as names.');
  const errors = new Map(Object.entries(setErrs).map(([jti, error]) => [jti, errorCode(error)]));
  if (ack.length + errors.size > MOST_ACKNOWLEDGED) {
    throw new ScimError('payloadTooLarge', `A poll settles ${MOST_ACKNOWLEDGED} tokens at most.`);
  }
  const poll = { maxEvents: Math.min(maxEvents, MOST_SETS), ack: ack as string[], setErrs: errors };
  return { poll, isPatient: !returnImmediately };
}

/** RFC 8936 §2.6 */
function errorCode(error: Json | undefined): string {
  if (isObject(error) && typeof error.err === 'string') return error.err;
  throw new ScimError('invalidValue', 'Each of setErrs must have a code, in err.');
}

function sendText(response: Response, body: string, headers: Readonly<Record<string, string>> = {}): void {
  const usual = { 'Cache-Control': 'no-store', 'Content-Type': 'application/json; charset=utf-8' };
  writeHead(response, 200, { ...usual, ...headers, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}
