/** What was found of tenants and credentials, for as long as nobody changes any of them. */
import type { Database } from './driver.js';

/** Answers that are remembered, about a kilobyte each; the oldest go first. */
const MOST = 20_000;

/** Of what changes tenants, credentials and keys: triggers count it, so that no statement can forget to. */
const COUNTER = "SELECT value FROM counters WHERE tenant = '' AND name = 'accounts'";

export class Remembered<Found> {
  private readonly version;
  private readonly counter;
  private readonly found = new Map<string, Found>();
  /** The file's version when the counter was read, and what it was. */
  private versionThen: number | undefined;
  private countThen: number | undefined;

  /** @param database one that is only read: its own writes would not change its data_version. */
  constructor(database: Database) {
    this.version = database.prepare<{ data_version: number }>('PRAGMA data_version');
    this.counter = database.prepare<{ value: number }>(COUNTER);
  }

  /** What `find` finds, or has found. That there was nothing is not remembered: strangers could ask for anything. */
  get(name: string, find: (name: string) => Found | undefined): Found | undefined {
    this.forgetChanged();
    const known = this.found.get(name);
    if (known) return known;
    const found = find(name);
    if (found) this.keep(name, found);
    return found;
  }

  /** While the file's version stands, nobody has written anything; then the counter need not be asked. */
  private forgetChanged(): void {
    const version = this.version.get()?.data_version;
    if (version === this.versionThen) return;
    this.versionThen = version;
    const count = this.counter.get()?.value;
    // Where nothing counts, anything may have changed.
    if (count !== undefined && count === this.countThen) return;
    this.countThen = count;
    this.found.clear();
  }

  private keep(name: string, found: Found): void {
    this.found.set(name, found);
    if (this.found.size <= MOST) return;
    for (const oldest of this.found.keys()) {
      this.found.delete(oldest);
      break;
    }
  }
}
