/**
 * The last look before anything is shown or written. Transcripts come without secrets already; what a finding quotes
 * from an answer, and what an error says, does not.
 */
import { REDACTED, Redactor } from '../client/redact.js';
import type { RawRequest, Transport } from '../client/transport.js';

/** The least characters at the end of a cut text that give a secret away. */
const TELLING = 6;

/** Takes the secrets of a run out of texts, and of anything that is made of texts. */
export class Secrets {
  private readonly redactor = new Redactor();
  private readonly known = new Set<string>();

  /** Short texts are no secrets: replacing them everywhere would hide more than they protect. */
  add(secret: string): void {
    if (secret.length < 4) return;
    this.redactor.add(secret);
    this.known.add(secret);
    this.known.add(JSON.stringify(secret).slice(1, -1));
  }

  /** The text without secrets, and without the beginning of one where a long text was cut. */
  text(text: string): string {
    const result = this.redactor.text(text);
    return result.endsWith('…') ? withoutBeginning(result, this.known) : result;
  }

  /** The same value with every text in it cleaned; names of members too. */
  clean<T>(value: T): T {
    return this.cleaned(value) as T;
  }

  private cleaned(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((each) => this.cleaned(each));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [this.text(name), this.cleaned(each)]));
  }
}

function withoutBeginning(cut: string, secrets: ReadonlySet<string>): string {
  const text = cut.slice(0, -1);
  for (const secret of secrets) {
    for (let length = Math.min(secret.length, text.length); length >= TELLING; length--) {
      if (text.endsWith(secret.slice(0, length))) return `${text.slice(0, -length)}${REDACTED}…`;
    }
  }
  return cut;
}

/** A transport that learns the access tokens which a token endpoint gives, so that they are secrets from then on. */
export function learning(transport: Transport, tokenEndpoint: string | undefined, secrets: Secrets): Transport {
  if (tokenEndpoint === undefined) return transport;
  const send = async (request: RawRequest) => {
    const answer = await transport.send(request);
    if (request.url === tokenEndpoint) {
      const token = /"access_token"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(answer.body)?.[1];
      if (token !== undefined) secrets.add(JSON.parse(token) as string);
    }
    return answer;
  };
  return { send, close: () => transport.close() };
}
