/** The SQLite library, except that statements note when they run. */
import { appendFileSync } from 'node:fs';
import * as library from '@photostructure/sqlite';

export class DatabaseSync {
  #database;

  constructor(...options) {
    this.#database = new library.DatabaseSync(...options);
  }

  prepare(text) {
    const statement = this.#database.prepare(text);
    const noting =
      (name) =>
      (...values) => {
        note(text);
        return statement[name](...values);
      };
    return { all: noting('all'), get: noting('get'), run: noting('run') };
  }

  exec(text) {
    note(text);
    this.#database.exec(text);
  }

  close() {
    this.#database.close();
  }
}

function note(text) {
  appendFileSync(process.env.BENCH_TRACE, `${JSON.stringify(text)}\n`);
}
