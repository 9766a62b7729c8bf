/** What all processes on one database share and nobody else knows. */
import { setTimeout as pause } from 'node:timers/promises';
import { StoreUnavailable } from '../store.js';
import { insertUnlessThere } from './insert.js';
import type { Db } from './ledger.js';

export interface SecretDocument {
  /** The secret's name. */
  readonly _id: string;
  readonly value: string;
}

const ATTEMPTS = 100;
/** ms */
const PAUSE = 20;

export class Secrets {
  readonly #secrets;

  constructor(database: Db) {
    this.#secrets = database.collection<SecretDocument>('secrets');
  }

  /**
   * Whoever is first keeps theirs. The others read it, which may take a moment: it is not there before a majority of the
   * servers has it.
   */
  async secret(name: string, offered: string): Promise<string> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const known = await this.#secrets.findOne({ _id: name });
      if (known) return known.value;
      if (await insertUnlessThere(this.#secrets, { _id: name, value: offered })) return offered;
      await pause(PAUSE);
    }
    throw new StoreUnavailable(new Error('a secret that was made is not durable yet'));
  }

  async replaceSecret(name: string, was: string, next: string): Promise<boolean> {
    const { matchedCount } = await this.#secrets.updateOne({ _id: name, value: was }, { $set: { value: next } });
    return matchedCount > 0;
  }
}
