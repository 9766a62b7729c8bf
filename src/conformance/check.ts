/** What a suite is made of. */
import type { Feature, Level, Suite } from './model.js';
import type { Probe } from './probe.js';

/** One question to a server, and how to read the answer. */
export interface Check {
  /** Stable, dotted, its suite first: `rfc.filter.eq-ignores-case`. */
  readonly id: string;
  readonly suite: Suite;
  /** A sentence that is true of a sound server: `A filter without a hit is answered with an empty list.` */
  readonly title: string;
  readonly level: Level;
  /** Who does not work without it; for the level `client`. */
  readonly client?: string;
  /** The text that demands it: `RFC 7644 §3.4.2`, or a page by its title. */
  readonly source: string;
  /** What to change in a server that fails; a sentence or two for its developer. */
  readonly fix: string;
  readonly needs?: readonly Feature[];
  /** True when it sends nothing that changes anything: these run with --read-only. */
  readonly readsOnly?: boolean;
  run(t: Probe): Promise<void>;
}
