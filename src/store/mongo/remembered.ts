/** What was found of tenants and credentials, for as long as nobody changes any. */
import type { Ledger } from './ledger.js';

/** Answers that are remembered; more of them are forgotten together. */
const MOST = 10_000;

export class Remembered {
  readonly #ledger;
  /** Found while `foundAt` was the last entry of the ledger. */
  readonly #found = new Map<string, unknown>();
  #foundAt = -1;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** What `find` finds, or has found. That there was nothing is not remembered: strangers could ask for anything. */
  async get<Found>(name: string, find: () => Promise<Found | undefined>): Promise<Found | undefined> {
    await this.#ledger.look();
    const number = this.#ledger.applied;
    if (number !== this.#foundAt || this.#found.size > MOST) {
      this.#found.clear();
      this.#foundAt = number;
    }
    const known = this.#found.get(name) as Found | undefined;
    if (known) return known;
    const found = await find();
    // Somebody may have changed it, and this may be from before.
    if (found && this.#ledger.applied === number && this.#foundAt === number) this.#found.set(name, found);
    return found;
  }

  forget(): void {
    this.#foundAt = -1;
  }
}
