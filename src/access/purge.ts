/** Deletes in the background what removed tenants have left. Knows: pace. Does not know: what there is to delete. */
import type { Store } from '../store/store.js';
import type { AccessLog } from './authenticate.js';

/** Rows that one step deletes, so that requests get their turn between two of them. */
const ROWS = 1_000;

/** How often it wakes by itself, in milliseconds: a request that was under way may have written after the last step. */
const EVERY = 3_600_000;

export interface Purge {
  /** Begins, or makes sure that one that runs does not stop before it has seen what is there now. */
  wake(): void;
  /** Ends after the step that runs; the next start goes on from there. */
  close(): Promise<void>;
}

export interface PurgeParts {
  readonly store: Pick<Store, 'purgeTenants'>;
  readonly log: AccessLog;
  /** Resolves when the next step may begin; after a turn of the event loop without it. */
  readonly pause?: () => Promise<void>;
}

/** A purge that sleeps until it is woken, an hour at most. Its timer does not keep the process alive. */
export function createPurge({ store, log, pause = nextTurn }: PurgeParts): Purge {
  let running: Promise<void> | undefined;
  let isClosed = false;
  let isWoken = false;

  async function run(): Promise<void> {
    try {
      do {
        isWoken = false;
        while (!isClosed && (await store.purgeTenants(ROWS))) await pause();
      } while (isWoken && !isClosed);
    } catch (error) {
      log.warn({ err: error }, 'the remains of deleted tenants could not be deleted; this is tried again every hour');
    }
    running = undefined;
  }

  function wake(): void {
    isWoken = true;
    running ??= run();
  }

  const timer = setInterval(wake, EVERY);
  timer.unref();

  return {
    wake,
    close: async () => {
      isClosed = true;
      clearInterval(timer);
      await running;
    },
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
