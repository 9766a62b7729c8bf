/** Security event tokens by POST (RFC 8935). Knows: what is sent, and what answers mean. */
import type { Poster } from '../network/post.js';
import type { Receiver } from '../store/store.js';
import { checkAnswer } from './refused.js';
import type { EventSecrets } from './secrets.js';

/** RFC 8935 §2.4. What else a receiver writes is its own, and shown nowhere. */
const ERROR_CODES: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_key',
  'invalid_issuer',
  'invalid_audience',
  'authentication_failed',
  'access_denied',
]);

/** The code if it is one that RFC 8935 knows. */
export function knownErrorCode(code: unknown): string | undefined {
  return typeof code === 'string' && ERROR_CODES.has(code) ? code : undefined;
}

/** Sends one token; 202 is success, and so is any other 2xx. @throws Refused, PostFailed */
export async function pushSet(
  secrets: EventSecrets,
  poster: Poster,
  { url = '', authorization }: Receiver,
  token: string,
  signal?: AbortSignal,
): Promise<void> {
  const headers = {
    'Content-Type': 'application/secevent+jwt',
    Accept: 'application/json',
    ...(authorization !== undefined && { Authorization: await secrets.unsealed(authorization, url) }),
  };
  const answer = await poster.post({ url, headers, body: token, signal });
  checkAnswer(answer, errorCodeIn(answer.text));
}

function errorCodeIn(text: string): string | undefined {
  try {
    return knownErrorCode((JSON.parse(text) as { err?: unknown } | null)?.err);
  } catch {
    return undefined;
  }
}
