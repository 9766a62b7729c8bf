/** Secrets that are planted in everything that is sent, and looked for in everything that is written. */
import { randomBytes } from 'node:crypto';

export class Planted {
  /** What each is, and the bytes by which it is known. */
  private readonly secrets: { readonly what: string; readonly forms: readonly Buffer[] }[] = [];

  /** A new secret: `planted-…`. */
  plant(what: string): string {
    return this.know(what, `planted-${randomBytes(12).toString('hex')}`);
  }

  /** A secret that somebody else has made. */
  know(what: string, value: string | null | undefined): string {
    if (!value || value.length < 16) throw new Error(`${what} is no secret: ${value}`);
    const texts = [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)];
    const encoded = (['base64', 'base64url', 'hex'] as const).map((form) => Buffer.from(value).toString(form));
    // The padding goes: there may be more behind it.
    const all = new Set([...texts, ...encoded.map((text) => text.replace(/=+$/, '').slice(0, -1))]);
    this.secrets.push({ what, forms: [...all].map((text) => Buffer.from(text)) });
    return value;
  }

  /** `Authorization: Basic`, of which neither the password nor the whole may be seen. */
  basic(what: string, userName: string, password = this.plant(what)): string {
    const pair = this.know(`${what}, with its user name`, `${userName}:${password}`);
    return `Basic ${Buffer.from(pair).toString('base64')}`;
  }

  /** What of all that is in a text, or in the bytes of a file. */
  in(written: string | Buffer): string[] {
    const bytes = Buffer.isBuffer(written) ? written : Buffer.from(written);
    return this.secrets.filter(({ forms }) => forms.some((form) => bytes.includes(form))).map(({ what }) => what);
  }

  get count(): number {
    return this.secrets.length;
  }
}
