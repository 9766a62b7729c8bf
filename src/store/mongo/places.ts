/** Of all places that a search finds, those that can be on the page: however many there are, no more are kept. */
import { comparePositions, type Placed } from '../positions.js';
import type { ResourceQuery } from '../store.js';

export interface Place extends Placed {
  /** Of the resource. */
  readonly id: string;
}

/** Places that may be too many before they are cut. */
const SLACK = 1_000;

export class NearestPlaces {
  /** All that were added. */
  total = 0;
  private kept: Place[] = [];
  private readonly wanted: number;

  constructor(private readonly query: Pick<ResourceQuery, 'sort' | 'keyset' | 'offset' | 'limit'>) {
    const { keyset, offset, limit } = query;
    this.wanted = keyset ? limit + 1 : limit && offset + limit;
  }

  add(place: Place): void {
    this.total++;
    const from = this.query.keyset?.from;
    if (from && this.compare(place, { position: from }) <= 0) return;
    this.kept.push(place);
    if (this.kept.length > 2 * this.wanted + SLACK) this.cut();
  }

  /** Those that the page is cut of: from its start, nearest first. */
  get nearest(): readonly Place[] {
    this.cut();
    return this.kept;
  }

  private cut(): void {
    this.kept = this.kept.sort((a, b) => this.compare(a, b)).slice(0, this.wanted);
  }

  private compare({ position: a }: Placed, { position: b }: Placed): number {
    const { sort, keyset } = this.query;
    return keyset?.direction === 'backward' ? comparePositions(b, a, sort) : comparePositions(a, b, sort);
  }
}
