/** What calls leave behind with a signal that outlives them. */
import { getEventListeners } from 'node:events';

/** Who is told when the signal ends, in one way or the other. */
export function tracesIn(signal: AbortSignal): unknown[] {
  const name = Object.getOwnPropertySymbols(signal).find(({ description }) => description === 'kDependantSignals');
  const others = name && (signal as unknown as Record<symbol, Set<unknown> | undefined>)[name];
  return [...getEventListeners(signal, 'abort'), ...(others ?? [])];
}
