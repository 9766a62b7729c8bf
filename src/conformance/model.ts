/**
 * The words of the conformance client: exchanges, results, the report. Types alone, so that suites, scenarios,
 * the simulated directory and the reports agree without knowing each other.
 */
export type Json = string | number | boolean | null | Json[] | JsonObject;
export type JsonObject = { [name: string]: Json | undefined };

/** One request and what came of it. Secrets are replaced; in a result, long bodies are cut. */
export interface Exchange {
  /** From 1, in the order of sending. */
  readonly number: number;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  readonly milliseconds: number;
  readonly request: {
    readonly method: string;
    /** Absolute, with the query. */
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | undefined;
  };
  /** Undefined when none came; `error` then says why. */
  readonly response:
    | {
        readonly status: number;
        /** Names in lower case. */
        readonly headers: Readonly<Record<string, string>>;
        readonly body: string;
      }
    | undefined;
  readonly error: string | undefined;
}

/** An answer as checks look at it. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Undefined when the text is empty or no JSON. */
  readonly body: Json | undefined;
  readonly exchange: Exchange;
}

/** The suites of checks, in the order in which they run. */
export const SUITES = ['rfc', 'entra', 'okta', 'clients'] as const;
export type Suite = (typeof SUITES)[number];

/**
 * `must`: the RFC demands it. `should`: the RFC or a client recommends it; its failure is a warning. `client`: the
 * client that the check names does not work without it.
 */
export type Level = 'must' | 'should' | 'client';

/**
 * What a server may or may not offer. A check that needs what is not announced is skipped. `groups` and `enterprise`
 * follow from /ResourceTypes and /Schemas, `cursor` from `pagination` (RFC 9865), the others from
 * /ServiceProviderConfig.
 */
export type Feature = 'patch' | 'bulk' | 'filter' | 'sort' | 'etag' | 'cursor' | 'groups' | 'enterprise';

export type Verdict = 'passed' | 'failed' | 'warned' | 'skipped';

/** What was wrong, in words for a report. */
export interface Finding {
  /** A sentence: what was found where. */
  readonly message: string;
  /** What was wanted and what was there, as text; undefined where the message says it all. */
  readonly expected: string | undefined;
  readonly actual: string | undefined;
  /** Number of the exchange that shows it. */
  readonly exchange: number | undefined;
}

/** The outcome of one check, one step of a scenario, or one promise of the simulated directory. */
export interface Result {
  readonly id: string;
  /** A suite, `scenario NAME` or `directory`. */
  readonly group: string;
  readonly title: string;
  readonly level: Level;
  readonly client: string | undefined;
  readonly source: string;
  readonly fix: string;
  readonly verdict: Verdict;
  /** Why it was skipped. */
  readonly reason: string | undefined;
  readonly finding: Finding | undefined;
  readonly milliseconds: number;
  /** What was sent for it, in order. */
  readonly exchanges: readonly Exchange[];
}

/** What became of what the run made. */
export interface CleanUp {
  readonly created: number;
  readonly removed: number;
  /** URLs that are still there: by --keep, or because the server would not remove them. */
  readonly left: readonly string[];
}

/** All that a run found out. */
export interface Report {
  readonly tool: { readonly name: string; readonly version: string };
  /** The SCIM base URL. */
  readonly target: string;
  readonly startedAt: string;
  readonly milliseconds: number;
  readonly seed: number;
  /** Everything made in this run carries it. */
  readonly prefix: string;
  /** What was read of the server: announced features, resource types. One sentence each. */
  readonly server: readonly string[];
  readonly requests: number;
  readonly counts: Readonly<Record<Verdict, number>>;
  readonly results: readonly Result[];
  /** Figures of the simulated directory, one sentence each; empty when it did not run. */
  readonly directory: readonly string[];
  readonly cleanUp: CleanUp;
  /** Why the run ended before its end. */
  readonly interrupted: string | undefined;
}

/** Something that happens during a run; for progress. */
export type Progress =
  | { readonly kind: 'planned'; readonly total: number }
  | { readonly kind: 'started'; readonly group: string; readonly title: string }
  | { readonly kind: 'result'; readonly result: Result }
  /** Of work that is longer than one result: so many of so many. */
  | { readonly kind: 'step'; readonly what: string; readonly done: number; readonly of: number };

export type OnProgress = (progress: Progress) => void;

/** The run cannot go on: the server cannot be reached, credentials are bad, an option is wrong. One clear sentence. */
export class CannotRun extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CannotRun';
  }
}
