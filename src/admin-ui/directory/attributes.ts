/** A resource as a person reads it: rows of names and values instead of nested JSON. */

/** Plain text, a list of texts, a table of complex values, or rows of sub-attributes. */
export type AttributeValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly texts: readonly string[] }
  | { readonly kind: 'table'; readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: 'group'; readonly rows: readonly AttributeRow[] };

export interface AttributeRow {
  /** `name.givenName` */
  readonly path: string;
  /** `Given name` */
  readonly label: string;
  readonly value: AttributeValue;
}

/** Attributes that belong together: those of the core schema, or those of an extension. */
export interface AttributeSection {
  readonly title: string;
  /** URN of the extension; undefined for the core. */
  readonly urn: string | undefined;
  readonly rows: readonly AttributeRow[];
}

/** Shown elsewhere on the page. */
const APART = new Set(['schemas', 'id', 'meta', 'groups', 'members']);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `userName` → `User name`, `x509Certificates` → `X509 certificates`. */
export function labelOf(name: string): string {
  const words = name
    .replace(/^\$/, '')
    .replace(/([a-z0-9])([A-Z])/g, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User` → `Enterprise user`. */
export function titleOf(urn: string): string {
  const parts = urn.split(':').filter((part) => part !== '' && !/^v?\d+(?:\.\d+)*$/.test(part));
  return labelOf(parts.slice(-2).join(' ').toLowerCase());
}

/** A simple value for people; complex ones as JSON. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return String(value);
  return JSON.stringify(value);
}

function tableOf(values: readonly Record<string, unknown>[]): AttributeValue {
  const columns = [...new Set(values.flatMap((value) => Object.keys(value)))];
  const rank = (name: string) => ['value', 'display', 'formatted', 'type', 'primary', '$ref'].indexOf(name) + 1 || 4;
  columns.sort((a, b) => rank(a) - rank(b));
  return { kind: 'table', columns, rows: values.map((value) => columns.map((column) => textOf(value[column]))) };
}

function readValue(value: unknown, path: string): AttributeValue {
  if (Array.isArray(value)) {
    return value.length > 0 && value.every(isObject) ? tableOf(value) : { kind: 'list', texts: value.map(textOf) };
  }
  if (isObject(value)) return { kind: 'group', rows: rowsOf(value, `${path}.`) };
  return { kind: 'text', text: textOf(value) };
}

function rowsOf(values: Record<string, unknown>, before: string): AttributeRow[] {
  return Object.entries(values).map(([name, value]) => ({
    path: before + name,
    label: labelOf(name),
    value: readValue(value, before + name),
  }));
}

/** The core attributes, then each extension. Sections without attributes are left out. */
export function sectionsOf(resource: Readonly<Record<string, unknown>>): AttributeSection[] {
  const shown = Object.entries(resource).filter(([name]) => !APART.has(name));
  const core = shown.filter(([name]) => !name.includes(':'));
  const extensions = shown.filter(([name]) => name.includes(':'));
  return [
    { title: 'Attributes', urn: undefined, rows: rowsOf(Object.fromEntries(core), '') },
    ...extensions.map(([urn, value]) => ({
      title: titleOf(urn),
      urn,
      rows: isObject(value)
        ? rowsOf(value, `${urn}:`)
        : [{ path: urn, label: titleOf(urn), value: readValue(value, urn) }],
    })),
  ].filter(({ rows }) => rows.length > 0);
}

export interface GroupOfUser {
  readonly id: string;
  readonly display: string;
  /** True: through another group. */
  readonly isIndirect: boolean;
}

/** The attribute `groups` of a user, as far as it has ids. */
export function groupsOf(resource: Readonly<Record<string, unknown>>): GroupOfUser[] {
  const groups = Array.isArray(resource.groups) ? resource.groups.filter(isObject) : [];
  return groups
    .filter((group): group is Record<string, unknown> & { value: string } => typeof group.value === 'string')
    .map(({ value, display, type }) => ({
      id: value,
      display: typeof display === 'string' && display !== '' ? display : value,
      isIndirect: type === 'indirect',
    }));
}

/** The value of a column such as `name.formatted` or `emails.value`: the primary one, and how many more there are. */
export function cellOf(resource: Readonly<Record<string, unknown>>, path: string): string {
  const extension = Object.keys(resource).find((name) => name.includes(':') && path.startsWith(`${name}:`));
  const names = extension ? [extension, ...path.slice(extension.length + 1).split('.')] : path.split('.');
  const found = names.reduce<unknown>((value, name) => {
    const one = Array.isArray(value)
      ? (value.find((each) => isObject(each) && each.primary === true) ?? value[0])
      : value;
    return isObject(one) ? one[name] : undefined;
  }, resource);
  const holder = extension ? undefined : resource[names[0] as string];
  const more = Array.isArray(holder) && names.length > 1 && holder.length > 1 ? ` and ${holder.length - 1} more` : '';
  return found === undefined || found === null ? '' : textOf(found) + more;
}

/** What a person calls the resource. */
export function nameOf(resource: Readonly<Record<string, unknown>>, id: string): string {
  const name = [resource.displayName, resource.userName, isObject(resource.name) ? resource.name.formatted : undefined];
  return name.find((text): text is string => typeof text === 'string' && text !== '') ?? id;
}

/** `name.familyName` → `Family name`, `emails.value` → `Emails`, of an extension its attribute. */
export function columnTitle(path: string): string {
  const names = path.slice(path.lastIndexOf(':') + 1).split('.');
  const last = names.at(-1) as string;
  return labelOf(last === 'value' && names.length > 1 ? (names.at(-2) as string) : last);
}
