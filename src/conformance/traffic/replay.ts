/**
 * Plays a recording against another server: the same requests in the same order, with the new server's ids, and looks
 * whether the answers are the same. It changes nothing but what it made itself, and removes that at the end.
 */
import type { Call } from '../client/client.js';
import { type ConductOptions, conduct } from '../conduct.js';
import { bulkChanges, bulkPath, createdPath } from '../created.js';
import type { Answer, Json, JsonObject, Report, Result } from '../model.js';
import { Mismatch, Skip } from '../probe.js';
import type { Session, Subject } from '../session.js';
import { decoded, isObject, objectsIn, parsed, valueAt } from '../values.js';
import { compareBodies, type Difference } from './compare.js';
import type { Recorded, Recording } from './read-har.js';
import { Bindings, learn } from './rebind.js';

interface ReplayOptions extends ConductOptions {
  readonly recording: Recording;
  /** The recording's file; for the report. */
  readonly name: string;
}

/** Headers that mean something to a SCIM server, in the writing of this client; the others are the transport's. */
const HEADERS: ReadonlyMap<string, string> = new Map(
  ['Accept', 'Content-Type', 'If-Match', 'If-None-Match', 'Prefer'].map((name) => [name.toLowerCase(), name]),
);

/** How this client marks a body that it has cut. */
const CUT = /… \([\d,.]+ characters in all\)$/;

/** @throws CannotRun when the server cannot be reached or refuses the credential */
export async function runReplay(options: ReplayOptions): Promise<Report> {
  const { entries, base, others } = options.recording;
  const report = await conduct('replay', options, async (session, _, { results }) => {
    options.onProgress?.({ kind: 'planned', total: entries.length });
    const player = new Player(session, options);
    for (const entry of entries) results.push(await player.play(entry));
  });
  const elsewhere = others === 0 ? '' : ` ${others} more in the file went elsewhere and were left out.`;
  return {
    ...report,
    server: [`The recording has ${entries.length} requests to ${base}.${elsewhere}`, ...report.server],
  };
}

/** Entry after entry, remembering what the new server called things. */
class Player {
  private readonly bindings = new Bindings();
  /** When no request of a recording shows a credential, they were taken out: then none was sent without. */
  private readonly hasCredentials: boolean;

  constructor(
    private readonly session: Session,
    private readonly options: ReplayOptions,
  ) {
    this.hasCredentials = options.recording.entries.some(({ headers }) => headers.authorization !== undefined);
  }

  play(entry: Recorded): Promise<Result> {
    const path = entry.url.slice(this.options.recording.base.length);
    return this.session.result(this.subjectOf(entry, path), async () => {
      this.checkPlayable(entry, path);
      const body = parsed(entry.body);
      const call: Call = {
        method: entry.method,
        path: this.bindings.path(path),
        headers: this.headersOf(entry),
        ...(body !== undefined ? { body: this.bindings.json(body) } : { text: entry.body }),
        ...(this.hasCredentials && entry.headers.authorization === undefined && { authorization: 'none' }),
      };
      const answer = await this.session.client.send(call);
      this.follow(entry, call, answer);
      throwDifferences(this.differences(entry, path, answer), answer);
    });
  }

  private subjectOf({ method, number }: Recorded, path: string): Subject {
    return {
      id: `replay.${String(number).padStart(4, '0')}`,
      group: 'replay',
      title: `${method} ${decoded(path)} is answered as it was recorded.`,
      // What a server says of itself differs from server to server by right.
      level: /^\/(?:ServiceProviderConfig|ResourceTypes|Schemas)(?=[/?]|$)/.test(path) ? 'should' : 'must',
      source: `${this.options.name}, request ${number}`,
      fix: 'Compare the two answers: a client that works with the recorded server may depend on the difference.',
    };
  }

  /** @throws Skip for what cannot be sent again, and for what would change resources that the replay did not make */
  private checkPlayable({ method, headers, body, status }: Recorded, path: string): void {
    if (status === 0) throw new Skip('no answer was recorded to compare with');
    if (body !== undefined && CUT.test(body)) throw new Skip('the body of the request was cut in the recording');
    if (status === 401 && headers.authorization !== undefined) {
      throw new Skip('it was refused for its credential, which the recording does not show');
    }
    if (method === 'GET' || method === 'HEAD') return;
    const targets = method === 'POST' ? bulkTargets(parsed(body)) : [path];
    if (!targets.every((target) => this.mayChange(target, status))) {
      throw new Skip('it changes a resource that the replay has not made');
    }
  }

  /** What the replay made, what nobody can change, and what nobody has: a long id that the other server did not know. */
  private mayChange(path: string, status: number): boolean {
    const [, endpoint = '', segment] = path.split('?')[0]?.split('/') ?? [];
    if (/^(?:ServiceProviderConfig|ResourceTypes|Schemas)$/.test(endpoint)) return status >= 400;
    if (segment === undefined) return false;
    const id = decoded(segment);
    return id.startsWith('bulkId:') || this.bindings.idOf(id) !== undefined || (status === 404 && id.length >= 16);
  }

  private headersOf({ headers }: Recorded): Record<string, string> {
    const kept = Object.entries(headers).filter(([name]) => HEADERS.has(name));
    return Object.fromEntries(
      kept.map(([name, value]) => [
        HEADERS.get(name) as string,
        name.startsWith('if-') ? this.bindings.version(value) : value,
      ]),
    );
  }

  /** Learns what the answer tells, and keeps the ledger. */
  private follow(entry: Recorded, { method, path }: Call, answer: Answer): void {
    const { ledger } = this.session;
    const { status, headers, body } = answer;
    if (status >= 300) return;
    const plain = path.split('?')[0] as string;
    if (method === 'DELETE') ledger.strike(plain);
    const old = parsed(entry.answer);
    learn(this.bindings, method, { headers: entry.answerHeaders, body: old }, { headers, body });
    if (method !== 'POST') return;
    const made = createdPath(plain, answer);
    if (made !== undefined) ledger.note(made);
    this.followBulk(old, body);
  }

  private followBulk(old: Json | undefined, body: Json | undefined): void {
    const before = operationsOf(old);
    for (const [i, operation] of operationsOf(body).entries()) {
      const [change] = bulkChanges({ Operations: [operation] });
      if (change?.method === 'DELETE') this.session.ledger.strike(change.path);
      if (change?.method !== 'POST') continue;
      this.session.ledger.note(change.path);
      const recorded = bulkPath(before[i] ?? {})?.split('/')[2];
      if (recorded !== undefined) this.bindings.bind(recorded, decoded(change.path.split('/')[2] as string));
    }
  }

  private differences(entry: Recorded, path: string, answer: Answer): Difference[] {
    const recorded = parsed(entry.answer);
    const status =
      entry.status === answer.status
        ? []
        : [{ where: 'status', recorded: String(entry.status), now: String(answer.status) }];
    // Of half an answer nothing can be said; and where only one is an error, they are about different things.
    const isWhole = entry.answer !== undefined && !CUT.test(entry.answer);
    if (!isWhole || entry.status >= 400 !== answer.status >= 400) return status;
    const sent = parsed(entry.body);
    const search = isObject(sent) ? sent : {};
    const query = new URLSearchParams(path.split('?')[1] ?? '');
    const sortBy = query.get('sortBy') ?? search.sortBy;
    const bodies = compareBodies({
      recorded: this.bindings.json(recorded),
      now: answer.body,
      isOurs: (id) => this.bindings.isOurs(id),
      isFiltered: query.has('filter') || search.filter !== undefined,
      // By ids and times of the server each server has an order of its own.
      isSorted: typeof sortBy === 'string' && !/^(?:id|meta)\b/i.test(sortBy),
    });
    return [...status, ...bodies];
  }
}

function throwDifferences(differences: readonly Difference[], { exchange }: Answer): void {
  const [first, ...more] = differences;
  if (!first) return;
  const rest = more.length === 0 ? '' : ` (and ${more.map(({ where }) => where).join(', ')})`;
  throw new Mismatch(
    `${first.where} is not as recorded${rest}`,
    exchange,
    differences.map(({ where, recorded }) => `${where}: ${recorded}`).join('\n'),
    differences.map(({ where, now }) => `${where}: ${now}`).join('\n'),
  );
}

/** The paths that a bulk request would change; none for other requests. */
function bulkTargets(body: Json | undefined): string[] {
  return operationsOf(body)
    .filter(({ method }) => /^(?:PUT|PATCH|DELETE)$/i.test(String(method)))
    .map(({ path }) => String(path));
}

function operationsOf(body: Json | undefined): JsonObject[] {
  return objectsIn(valueAt(body, 'Operations'));
}
