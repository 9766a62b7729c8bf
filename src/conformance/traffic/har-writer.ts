/** Writes a HAR entry by entry: a long run needs no memory for it, and an interrupted one leaves a whole file. */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Exchange } from '../model.js';
import { entryOf } from './har.js';

/** Characters that wait until they are written together. */
const BATCH = 1 << 18;

export class HarWriter {
  private readonly file: number;
  private waiting: string;
  private isFirst = true;
  private isClosed = false;

  /** Replaces a file that is there. @throws what the file system throws */
  constructor(path: string, creator: { readonly name: string; readonly version: string }) {
    this.file = openSync(path, 'w', 0o600);
    this.waiting = `{"log":{"version":"1.2","creator":${JSON.stringify(creator)},"entries":[`;
  }

  /** @param comment what the request was sent for */
  add(exchange: Exchange, comment?: string): void {
    if (this.isClosed) return;
    this.waiting += `${this.isFirst ? '\n' : ',\n'}${JSON.stringify(entryOf(exchange, comment))}`;
    this.isFirst = false;
    if (this.waiting.length > BATCH) this.flush();
  }

  /** Ends the document. A second call does nothing. */
  close(): void {
    if (this.isClosed) return;
    this.waiting += '\n]}}\n';
    this.flush();
    this.isClosed = true;
    closeSync(this.file);
  }

  private flush(): void {
    writeSync(this.file, this.waiting);
    this.waiting = '';
  }
}
