/** Ending a long command early: the first signal asks for an orderly end, a second one ends the process at once. */
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

// One Ctrl-C can arrive twice: from the terminal, and passed on by a wrapper such as npm that got it as well.
const SAME_KEY_PRESS_MS = 250;

export interface Interruption {
  readonly signal: AbortSignal;
  /** Exit code of the signal that came: 130 for Ctrl-C, 143 for SIGTERM. */
  readonly exitCode: () => number | undefined;
  /** Signals do again what they did before. */
  readonly release: () => void;
}

/**
 * @param onFirst told once, when the command is asked to end
 * @param onSecond told just before the process ends
 */
export function interruptible(onFirst: () => void, onSecond: () => void): Interruption {
  const controller = new AbortController();
  let code: number | undefined;
  let firstAt = 0;
  const listener = (signal: (typeof SIGNALS)[number]) => {
    if (code === undefined) {
      code = 128 + constants.signals[signal];
      firstAt = performance.now();
      controller.abort();
      onFirst();
    } else if (performance.now() - firstAt > SAME_KEY_PRESS_MS) {
      onSecond();
      process.exit(code);
    }
  };
  for (const signal of SIGNALS) process.on(signal, listener);
  return {
    signal: controller.signal,
    exitCode: () => code,
    release: () => {
      for (const signal of SIGNALS) process.off(signal, listener);
    },
  };
}
