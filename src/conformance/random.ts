/** Chance that can be repeated: the same seed gives the same numbers on every machine. */

/** A stream of numbers: mulberry32 over a hash of the seed. Not for secrets. */
export class Random {
  private state: number;
  private readonly uuids = new Set<string>();

  constructor(seed: number | string) {
    this.state = hash(String(seed));
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from 0 up to, not including, `bound`. */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** @param choices at least one */
  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** So many hexadecimal digits. */
  hex(length: number): string {
    return Array.from({ length }, () => this.below(16).toString(16)).join('');
  }

  /** In the form of a UUID, version 4. */
  uuid(): string {
    const variant = (8 + this.below(4)).toString(16);
    const uuid = `${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-${variant}${this.hex(3)}-${this.hex(12)}`;
    this.uuids.add(uuid);
    return uuid;
  }

  /** True for a UUID of this stream: made up, and so nobody else's. */
  hasMade(uuid: string): boolean {
    return this.uuids.has(uuid);
  }

  /** A new order of the same elements. */
  shuffled<T>(elements: readonly T[]): T[] {
    const result = [...elements];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [result[i], result[j]] = [result[j] as T, result[i] as T];
    }
    return result;
  }
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value | 0;
}
