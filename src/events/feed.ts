/**
 * The events of a tenant, page by page, for whoever keeps their own place. Knows: where a page begins and ends.
 * Does not know: HTTP, who asks.
 *
 * Bounds: a page has about 4 MB, and 2,000 changes are looked at for it.
 */
import type { Store, Tenant } from '../store/store.js';
import type { Told } from './outlet.js';
import type { Reader } from './reader.js';

/** After a change, or after one of its events. */
export interface FeedPlace {
  /** Change.sequence; 0: before the first. */
  readonly sequence: number;
  /** ScimEvent.part; undefined: the last of them. */
  readonly part: number | undefined;
}

export interface FeedQuery {
  readonly after: FeedPlace;
  /** Events, at least 1. */
  readonly limit: number;
  /** Names of events; undefined: all. */
  readonly types: ReadonlySet<string> | undefined;
}

export interface FeedPage {
  /** Each event as JSON. Those of one change are on one page, unless they alone are more than fit on one. */
  readonly texts: readonly string[];
  /** Where the next page begins; as it was asked for where there is nothing after it. */
  readonly next: FeedPlace;
  /** False when there may be more. */
  readonly isEnd: boolean;
}

/** Changes that are looked at for a page of what few of them are. */
const MOST_CHANGES = 2_000;
/** Characters of events on a page, unless the first alone has more. */
const MOST_TEXT = 4_000_000;

/** `17`, or `17.4` within the events of a change; undefined for what is no place. */
export function parsePlace(text: string): FeedPlace | undefined {
  const [, sequence, part] = /^(\d{1,15})(?:\.(\d{1,6}))?$/.exec(text) ?? [];
  if (sequence === undefined) return undefined;
  if (part === undefined) return { sequence: Number(sequence), part };
  // Changes are counted from 1: before the first there is none that could have events.
  return Number(sequence) === 0 ? undefined : { sequence: Number(sequence), part: Number(part) };
}

export function placeText({ sequence, part }: FeedPlace): string {
  return part === undefined ? String(sequence) : `${sequence}.${part}`;
}

export class Feed {
  constructor(private readonly parts: { readonly reader: Reader; readonly store: Pick<Store, 'heads'> }) {}

  /** After everything that there is. @throws StoreUnavailable */
  async now({ id }: Tenant): Promise<FeedPlace> {
    return { sequence: (await this.parts.store.heads()).get(id) ?? 0, part: undefined };
  }

  /** @throws StoreUnavailable */
  async page(tenant: Tenant, query: FeedQuery): Promise<FeedPage> {
    const page = new Page(query);
    let seen = 0;
    while (seen < MOST_CHANGES) {
      const { told, isEnd } = await this.parts.reader.batch(tenant, page.before);
      for (const one of told) if (!page.take(one)) return page.cut(false);
      if (isEnd || told.length === 0) return page.cut(true);
      seen += told.length;
    }
    return page.cut(false);
  }
}

class Page {
  private readonly texts: string[] = [];
  private length = 0;

  constructor(
    private readonly query: FeedQuery,
    private place = query.after,
  ) {}

  /** The change that what comes next is read after. */
  get before(): number {
    return this.place.part === undefined ? this.place.sequence : this.place.sequence - 1;
  }

  /** False when the page is full. */
  take({ change, events }: Told): boolean {
    const { limit, types } = this.query;
    const { sequence, part = -1 } = this.place;
    const rest = change.sequence === sequence ? events.filter((event) => event.part > part) : events;
    const wanted = types ? rest.filter(({ type }) => types.has(type)) : rest;
    const isFirst = this.texts.length === 0;
    if (!isFirst && this.texts.length + wanted.length > limit) return false;
    const taken = this.fitting(wanted.slice(0, limit));
    const isWhole = taken.length === wanted.length;
    if (!isFirst && !isWhole) return false;
    for (const text of taken) {
      this.texts.push(text);
      this.length += text.length;
    }
    this.place = { sequence: change.sequence, part: isWhole ? undefined : wanted[taken.length - 1]?.part };
    return isWhole;
  }

  /** As many of the first ones as there is still room for, as JSON. */
  private fitting(events: readonly object[]): string[] {
    const texts: string[] = [];
    let { length } = this;
    for (const event of events) {
      const text = JSON.stringify(event);
      length += text.length;
      if (length > MOST_TEXT && this.texts.length + texts.length > 0) break;
      texts.push(text);
    }
    return texts;
  }

  cut(isEnd: boolean): FeedPage {
    return { texts: this.texts, next: this.place, isEnd };
  }
}
