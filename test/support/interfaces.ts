/**
 * Reads the interfaces of a TypeScript file, as far as messages over the wire need types: names, literals, null,
 * unions, lists, objects, records and `Other['property']`. TypeScript 7 has no compiler API to ask.
 */

export type TypeNode =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: string }
  | { readonly kind: 'list'; readonly of: TypeNode }
  | { readonly kind: 'record'; readonly of: TypeNode }
  | { readonly kind: 'object'; readonly members: readonly Member[] }
  | { readonly kind: 'union'; readonly of: readonly TypeNode[] };

export interface Member {
  readonly name: string;
  readonly isOptional: boolean;
  readonly type: TypeNode;
}

/** Every exported interface of the source by its name. @throws Error with the place where it cannot be read */
export function readInterfaces(source: string): Map<string, readonly Member[]> {
  const reader = new Reader(source);
  const found = new Map<string, readonly Member[]>();
  while (!reader.isAtEnd) {
    reader.expect('export');
    reader.expect('interface');
    found.set(reader.next(), reader.members(found));
  }
  return found;
}

class Reader {
  private readonly tokens: readonly string[];
  private at = 0;

  constructor(source: string) {
    const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ' ');
    this.tokens = code.match(/[\w$]+|'[^']*'|[^\s\w]/g) ?? [];
  }

  get isAtEnd(): boolean {
    return this.at === this.tokens.length;
  }

  next(): string {
    const token = this.tokens[this.at++];
    if (token === undefined) throw new Error('the source ends within an interface');
    return token;
  }

  expect(token: string): void {
    const found = this.next();
    if (found !== token) {
      throw new Error(
        `${token} expected, ${found} found after ${this.tokens.slice(this.at - 8, this.at - 1).join(' ')}`,
      );
    }
  }

  private skip(token: string): boolean {
    const isThere = this.tokens[this.at] === token;
    if (isThere) this.at++;
    return isThere;
  }

  /** `{ readonly a?: string; … }` */
  members(known: ReadonlyMap<string, readonly Member[]>): Member[] {
    const members: Member[] = [];
    this.expect('{');
    while (!this.skip('}')) {
      this.skip('readonly');
      const name = this.next();
      const isOptional = this.skip('?');
      this.expect(':');
      members.push({ name, isOptional, type: this.type(known) });
      if (!this.skip(';')) {
        this.expect('}');
        break;
      }
    }
    return members;
  }

  private type(known: ReadonlyMap<string, readonly Member[]>): TypeNode {
    this.skip('|');
    const alternatives = [this.single(known)];
    while (this.skip('|')) alternatives.push(this.single(known));
    return alternatives.length === 1 ? (alternatives[0] as TypeNode) : { kind: 'union', of: alternatives };
  }

  private single(known: ReadonlyMap<string, readonly Member[]>): TypeNode {
    this.skip('readonly');
    let type = this.atom(known);
    while (this.skip('[')) {
      if (this.skip(']')) type = { kind: 'list', of: type };
      else type = this.property(type, known);
    }
    return type;
  }

  private atom(known: ReadonlyMap<string, readonly Member[]>): TypeNode {
    const token = this.tokens[this.at] as string;
    if (token === '{') return { kind: 'object', members: this.members(known) };
    this.at++;
    if (token.startsWith("'")) return { kind: 'literal', value: token.slice(1, -1) };
    if (token !== 'Readonly') return { kind: 'name', name: token };
    for (const expected of ['<', 'Record', '<', 'string', ',']) this.expect(expected);
    const of = this.type(known);
    this.expect('>');
    this.expect('>');
    return { kind: 'record', of };
  }

  /** `CredentialView['kind']`, of an interface that stands before. */
  private property(type: TypeNode, known: ReadonlyMap<string, readonly Member[]>): TypeNode {
    const name = this.next().slice(1, -1);
    this.expect(']');
    const member =
      type.kind === 'name' ? known.get(type.name)?.find((candidate) => candidate.name === name) : undefined;
    if (!member) throw new Error(`there is no property ${name} of a known interface`);
    return member.type;
  }
}
