/** What an OAuth client sends: a form (RFC 6749 appendix B) and perhaps the header Authorization. Pure. */
import { OAuthRefused } from './refusal.js';

/** Parameters by name. Those without a value count as not sent (RFC 6749 §3.2). */
export type Form = ReadonlyMap<string, string>;

/** One request to an OAuth endpoint. */
export interface OAuthRequest {
  /** The header, as received. */
  readonly authorization: string | undefined;
  readonly form: Form;
}

/** @throws OAuthRefused invalid_request when a parameter is given twice. */
export function readForm(parameters: Iterable<readonly [name: string, value: unknown]>): Form {
  const form = new Map<string, string>();
  for (const [name, value] of parameters) {
    if (form.has(name) || typeof value !== 'string') {
      throw new OAuthRefused('invalid_request', `${nameOf(name)} is given more than once: send it once.`);
    }
    form.set(name, value);
  }
  for (const [name, value] of form) if (value === '') form.delete(name);
  return form;
}

/** A name that fits into an error_description. */
function nameOf(name: string): string {
  return /^\w{1,50}$/.test(name) ? `The parameter ${name}` : 'A parameter';
}

/** The parameter, or @throws OAuthRefused invalid_request */
export function required(form: Form, name: string): string {
  const value = form.get(name);
  if (value === undefined)
    throw new OAuthRefused('invalid_request', `The parameter ${name} is missing: send it in the form.`);
  return value;
}

/** Client id and secret of `Authorization: Basic …`; undefined when the header is not well formed. */
export function readBasic(header: string): { readonly id: string; readonly secret: string } | undefined {
  const [, encoded] = /^basic +([\w+/-]+=*) *$/i.exec(header) ?? [];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { id: formDecoded(text.slice(0, colon)), secret: formDecoded(text.slice(colon + 1)) };
}

/** RFC 6749 §2.3.1 has both form-encoded. Many clients leave them as they are; then a stray `%` is itself. */
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
