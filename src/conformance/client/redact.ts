/** Keeps secrets out of everything that is shown or written. */

/** What stands where a secret was. */
export const REDACTED = '[redacted]';

const SECRET_HEADERS: ReadonlySet<string> = new Set(['authorization', 'cookie', 'set-cookie', 'proxy-authorization']);

/** Knows the secrets of one run, those learnt on the way included. */
export class Redactor {
  private readonly secrets = new Set<string>();

  /** From now on the text is a secret; also in the forms in which it may travel. */
  add(secret: string): void {
    // Replacing one or two characters everywhere would make reports unreadable and protect nothing.
    if (secret.length < 4) return;
    this.secrets.add(secret);
    this.secrets.add(encodeURIComponent(secret));
    this.secrets.add(JSON.stringify(secret).slice(1, -1));
    this.secrets.add(Buffer.from(secret).toString('base64'));
  }

  /** The text without any secret. */
  text(text: string): string {
    let result = text;
    // Longest first: one secret may be part of another.
    for (const secret of [...this.secrets].sort((a, b) => b.length - a.length)) {
      if (result.includes(secret)) result = result.replaceAll(secret, REDACTED);
    }
    return result;
  }

  /** Header values without secrets; those of which all is secret keep their scheme: `Bearer [redacted]`. */
  headers(headers: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(headers).map(([name, value]) => {
        if (!SECRET_HEADERS.has(name.toLowerCase())) return [name, this.text(value)];
        const [scheme, ...rest] = value.split(' ');
        return [name, rest.length > 0 ? `${scheme} ${REDACTED}` : REDACTED];
      }),
    );
  }
}
