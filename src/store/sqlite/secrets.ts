/** What all processes on one file share and nobody else knows. */
import type { Database } from './driver.js';

interface SecretRow {
  value: string;
}

const FIND = 'SELECT value FROM secrets WHERE name = ?1';

export class Secrets {
  private readonly committed;
  private readonly latest;
  private readonly add;
  private readonly change;

  constructor(reader: Database, writer: Database) {
    this.committed = reader.prepare<SecretRow>(FIND);
    this.latest = writer.prepare<SecretRow>(FIND);
    this.add = writer.prepare('INSERT OR IGNORE INTO secrets (name, value) VALUES (?1, ?2)');
    this.change = writer.prepare('UPDATE secrets SET value = ?3 WHERE name = ?1 AND value = ?2');
  }

  /** Undefined when there is none that is durable. */
  find(name: string): string | undefined {
    return this.committed.get(name)?.value;
  }

  /** Within an open transaction: the secret that is there, or else `offered`. */
  keep(name: string, offered: string): string {
    this.add.run(name, offered);
    return this.latest.get(name)?.value ?? offered;
  }

  /** Within an open transaction. */
  replace(name: string, was: string, next: string): boolean {
    return this.change.run(name, was, next).changes > 0;
  }
}
