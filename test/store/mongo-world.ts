/** Several processes on one MongoDB, as far as a test can be several: each with a connection and a memory of its own. */
import type { Step } from '../../src/store/mongo/apply.js';
import { openMongoStore } from '../../src/store/mongo/store.js';
import { type Store, VersionConflict, type Write } from '../../src/store/store.js';
import { types } from '../../src/testing/contract/writes.js';

/** What a process that is gone throws at those who waited for it. */
export class Crash extends Error {}

/** A process that can be made to stop between the steps of a commit. */
export class Process {
  readonly store: Promise<Store>;
  private trap: { step: Step; act: () => Promise<void> } | undefined;

  constructor(uri: string) {
    this.store = openMongoStore({
      uri,
      types,
      faults: async (step) => {
        if (this.trap?.step !== step) return;
        const { act } = this.trap;
        this.trap = undefined;
        await act();
      },
    });
  }

  /** The next commit ends there, and nothing more is done by it. */
  crashAfter(step: Step): void {
    const act = () => Promise.reject(new Crash(step));
    this.trap = { step, act };
  }

  /** The next commit stops there until it is told to go on. `isReached` settles when it has stopped. */
  stopAfter(step: Step): { isReached: Promise<void>; goOn: () => void } {
    let reach = (): void => {};
    let goOn = (): void => {};
    const isReached = new Promise<void>((resolve) => {
      reach = resolve;
    });
    const released = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    this.trap = {
      step,
      act: async () => {
        reach();
        await released;
      },
    };
    return { isReached, goOn };
  }
}

/** Plans and commits until nobody is faster. */
export async function untilCommitted(store: Store, tenant: string, plan: () => Promise<Write[]>): Promise<void> {
  for (;;) {
    try {
      await store.commit(tenant, await plan());
      return;
    } catch (error) {
      if (!(error instanceof VersionConflict)) throw error;
    }
  }
}
