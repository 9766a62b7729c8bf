/** Stopping in order. The first signal lets requests in flight finish, a second one does not wait for them. */
import { constants } from 'node:os';
import type { Terminal } from './terminal.js';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

// One Ctrl-C can arrive twice: from the terminal, and passed on by a wrapper such as npm that got it as well.
const SAME_KEY_PRESS_MS = 250;

/** Resolves when a signal has come and `close` is done. A later signal ends the process at once. */
export function untilStopped(close: () => Promise<void>, terminal: Terminal): Promise<void> {
  return new Promise((resolve, reject) => {
    let firstAt: number | undefined;
    const onSignal = (signal: (typeof SIGNALS)[number]) => {
      const now = performance.now();
      if (firstAt === undefined) {
        firstAt = now;
        terminal.err('Stopping: requests in flight are answered first. Signal again to stop at once.\n');
        close().then(resolve, reject);
      } else if (now - firstAt > SAME_KEY_PRESS_MS) {
        process.exit(128 + constants.signals[signal]);
      }
    };
    for (const signal of SIGNALS) process.on(signal, onSignal);
    whenAbandoned(() => onSignal('SIGTERM'));
  });
}

const PARENT_CHECK_MS = 500;

/**
 * `npm start` puts a shell in between that does not pass signals on: whoever ends npm would leave the server running.
 * So under npm the end of the parent counts as a signal.
 */
function whenAbandoned(stop: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, PARENT_CHECK_MS);
  timer.unref();
}
