/** Asking the app that the target is part of, while a request waits: with a time limit, and with no trust in the answer. */
import { ScimError } from '../scim/errors.js';

/** How long the app may take where it has not said otherwise, in milliseconds. */
const HOOK_TIMEOUT = 5_000;

/** What a client is told when the app failed; why is for the log alone. */
const FAILED = 'The application that this server is part of did not answer as it should; try again later.';

/** The app did not answer in time. Whoever has more to ask it need not try. */
export class AppOverdue extends ScimError {
  constructor(cause: unknown) {
    super('unavailable', FAILED, { cause });
    this.name = 'AppOverdue';
  }
}

/**
 * What the app answers. What it throws as a ScimError is the client's answer.
 * @param name of the option that the app has given, for the log
 * @param ask given a signal that is aborted when the time is over
 * @throws ScimError that of the app, or unavailable where the app fails or takes longer than `timeout` (milliseconds)
 */
export async function askApp<Answer>(
  name: string,
  ask: (signal: AbortSignal) => Answer | Promise<Answer>,
  timeout = HOOK_TIMEOUT,
): Promise<Answer> {
  const overdue = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new AppOverdue(new Error(`${name} took longer than ${timeout} ms`));
      overdue.abort(error);
      reject(error);
    }, timeout);
  });
  try {
    return await Promise.race([ask(overdue.signal), late]);
  } catch (error) {
    throw error instanceof ScimError ? error : appFailed(error);
  } finally {
    clearTimeout(timer);
  }
}

/** 503 with Retry-After. @param cause what went wrong, or what of the app's answer could not be used */
export function appFailed(cause: unknown): ScimError {
  return new ScimError('unavailable', FAILED, { cause });
}
