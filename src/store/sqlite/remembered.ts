/** What was found in the file, for as long as nobody writes to it. */
import type { Database } from './driver.js';

/** Answers that are remembered; more of them are forgotten together. */
const MOST = 1000;

export class Remembered<Found> {
  private readonly version;
  /** Found while the file was at version `foundAt`. */
  private readonly found = new Map<string, Found>();
  private foundAt: number | undefined;

  /** @param database one that is only read: its own writes would not change its data_version. */
  constructor(database: Database) {
    this.version = database.prepare<{ data_version: number }>('PRAGMA data_version');
  }

  /** What `find` finds, or has found. That there was nothing is not remembered: strangers could ask for anything. */
  get(name: string, find: (name: string) => Found | undefined): Found | undefined {
    const version = this.version.get()?.data_version;
    if (version !== this.foundAt || this.found.size > MOST) {
      this.found.clear();
      this.foundAt = version;
    }
    const known = this.found.get(name);
    if (known) return known;
    const found = find(name);
    if (found) this.found.set(name, found);
    return found;
  }
}
