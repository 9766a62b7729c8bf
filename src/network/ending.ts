/**
 * Work that ends when somebody says so, or when its time is over. In place of AbortSignal.any, which leaves a trace with
 * each signal that lasts, for each call: those of a process that tells others for months would fill its memory.
 * @param milliseconds how long it may take; undefined: any time
 */
export async function endedBy<Result>(
  signals: readonly (AbortSignal | undefined)[],
  work: (ending: AbortSignal) => Promise<Result>,
  milliseconds?: number,
): Promise<Result> {
  const ending = new AbortController();
  const given = signals.filter((signal) => signal !== undefined);
  const end = (): void => ending.abort();
  const timer = milliseconds === undefined ? undefined : setTimeout(end, milliseconds);
  for (const signal of given) signal.addEventListener('abort', end, { once: true });
  if (given.some(({ aborted }) => aborted)) end();
  try {
    return await work(ending.signal);
  } finally {
    clearTimeout(timer);
    for (const signal of given) signal.removeEventListener('abort', end);
  }
}
