/**
 * When each credential was last used, and from where. A write per request would cost a sync per read, so uses are
 * gathered in memory, the latest per credential, and written together from time to time; what a crash loses is one
 * interval of that information and nothing else.
 */
import type { CredentialUse, Store } from '../store/store.js';
import type { AccessLog } from './authenticate.js';

/** Gathers uses of credentials. */
export interface UseRecorder {
  /** Called per request; touches memory only. `address`: the client's IP. */
  note(credential: string, address: string | undefined): void;
  /** Writes what was gathered. Never rejects: a failure is logged and its uses are kept for the next time. */
  flush(): Promise<void>;
  /** Stops the timer and writes the rest. Call before the store closes. */
  close(): Promise<void>;
}

/** What a recorder is made of. */
export interface UseRecorderParts {
  readonly store: Pick<Store, 'noteUse'>;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
  readonly log?: AccessLog | undefined;
  /** Milliseconds between two writes; 60,000 without it. */
  readonly intervalMs?: number | undefined;
  /** The most credentials to hold between two writes; further ones go unrecorded. 10,000 without it. */
  readonly capacity?: number | undefined;
}

/** A recorder that writes every `intervalMs`. Its timer does not keep the process alive. */
export function createUseRecorder(parts: UseRecorderParts): UseRecorder {
  const { store, clock, log, intervalMs = 60_000, capacity = 10_000 } = parts;
  let gathered = new Map<string, CredentialUse>();
  let writing: Promise<void> = Promise.resolve();
  const timer = setInterval(() => void flush(), intervalMs);
  timer.unref();

  function keep(use: CredentialUse): void {
    if (gathered.size < capacity || gathered.has(use.credential)) gathered.set(use.credential, use);
  }

  async function write(): Promise<void> {
    if (gathered.size === 0) return;
    const uses = gathered;
    gathered = new Map();
    try {
      await store.noteUse([...uses.values()]);
    } catch (error) {
      log?.warn({ err: error }, 'the last use of credentials could not be written');
      // Uses noted in the meantime are later than those, and stay.
      for (const use of uses.values()) if (!gathered.has(use.credential)) keep(use);
    }
  }

  // One write at a time, or an older one could arrive last.
  function flush(): Promise<void> {
    writing = writing.then(write);
    return writing;
  }

  return {
    note: (credential, address) => keep({ credential, time: clock(), address }),
    flush,
    close: () => {
      clearInterval(timer);
      return flush();
    },
  };
}
