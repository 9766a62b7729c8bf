/**
 * What one server called a resource, in the words of another: ids, versions and cursors of a recording, and those that
 * the new server gave for the same. Learnt from the answers to what the replay creates, and from nothing else.
 */
import type { Json, JsonObject } from '../model.js';
import { decoded, isObject, valueAt } from '../values.js';

/** Where an id is expected, so that even `42` is taken for one. */
const ID_MEMBERS: ReadonlySet<string> = new Set(['id', 'value', '$ref', 'path', 'location', 'filter']);
/** What stands between the signs of paths, filters and URLs. */
const TOKEN = /[^"'/\s?&=,()[\]]+/g;

export class Bindings {
  private readonly ids = new Map<string, string>();
  private readonly versions = new Map<string, string>();
  /** What the new server's ids are for. */
  private readonly known = new Set<string>();

  bind(recorded: string, id: string): void {
    this.ids.set(recorded, id);
    this.known.add(id);
  }

  /** The same for a cursor: what a server gave to lead to another page. */
  bindCursor(recorded: string | undefined, cursor: string | undefined): void {
    if (recorded !== undefined && cursor !== undefined) this.ids.set(recorded, cursor);
  }

  bindVersion(recorded: string | undefined, version: string | undefined): void {
    if (recorded !== undefined && version !== undefined) this.versions.set(recorded, version);
  }

  /** The new server's id for a recorded one. */
  idOf(recorded: string): string | undefined {
    return this.ids.get(recorded);
  }

  /** Whether an id of the new server belongs to what the replay made. */
  isOurs(id: string): boolean {
    return this.known.has(id);
  }

  /** `/Users/RECORDED?filter=members eq "RECORDED"` with the new ids. */
  path(pathAndQuery: string): string {
    const [path = '', ...rest] = pathAndQuery.split('?');
    const segments = path.split('/').map((segment) => {
      const id = this.ids.get(decoded(segment));
      return id === undefined ? segment : encodeURIComponent(id);
    });
    const query = rest.join('?');
    if (query === '') return segments.join('/');
    const parameters = query.split('&').map((parameter) => {
      const [name = '', ...value] = parameter.split('=');
      const old = decoded(value.join('=').replaceAll('+', ' '));
      const renewed = this.text(old, name === 'filter');
      return renewed === old ? parameter : `${name}=${encodeURIComponent(renewed)}`;
    });
    return `${segments.join('/')}?${parameters.join('&')}`;
  }

  /** The value with the new ids: in references, in paths with filters, and where a long id stands alone. */
  json<T extends Json | undefined>(value: T): T {
    return this.renewed(value, '') as T;
  }

  /** `W/"1", W/"2"` with the new versions. */
  version(header: string): string {
    return header
      .split(/,\s*/)
      .map((version) => this.versions.get(version) ?? version)
      .join(', ');
  }

  private renewed(value: Json | undefined, member: string): Json | undefined {
    if (typeof value === 'string') return this.text(value, ID_MEMBERS.has(member));
    if (Array.isArray(value)) return value.map((each) => this.renewed(each, member) as Json);
    if (!isObject(value)) return value;
    const result: JsonObject = {};
    for (const [name, each] of Object.entries(value)) result[name] = this.renewed(each, name);
    return result;
  }

  /** @param isIdPlace whether any id is replaced: as the whole text, between quotes, or after a slash */
  private text(text: string, isIdPlace: boolean): string {
    const whole = this.ids.get(text);
    if (whole !== undefined && (isIdPlace || isOpaque(text))) return whole;
    return text.replace(TOKEN, (token: string, at: number) => {
      const isMarked = isIdPlace && /["/]/.test(text[at - 1] ?? '');
      return isOpaque(token) || isMarked ? (this.ids.get(token) ?? token) : token;
    });
  }
}

/** Cannot be anything but an id: not a name that a server uses for one. */
function isOpaque(token: string): boolean {
  return token.length >= 8 && /\d/.test(token) && !token.includes('@');
}

/** Learns from an exchange that went to both servers: ids of what was created, versions of what was answered. */
export function learn(
  bindings: Bindings,
  method: string,
  recorded: { readonly headers: Readonly<Record<string, string>>; readonly body: Json | undefined },
  now: { readonly headers: Readonly<Record<string, string>>; readonly body: Json | undefined },
): void {
  const version = (side: typeof now) => side.headers.etag ?? asText(valueAt(side.body, 'meta.version'));
  bindings.bindVersion(version(recorded), version(now));
  for (const name of ['nextCursor', 'previousCursor']) {
    bindings.bindCursor(asText(valueAt(recorded.body, name)), asText(valueAt(now.body, name)));
  }
  if (method !== 'POST') return;
  const [old, id] = [valueAt(recorded.body, 'id'), valueAt(now.body, 'id')];
  if (typeof old === 'string' && typeof id === 'string') bindings.bind(old, id);
}

function asText(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
