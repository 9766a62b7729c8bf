/**
 * Which of the resources that were given as `latest` rest on a write that was not kept in the end. Versions do not tell:
 * the number of a write that is gone is that of the next one, and a plan that was made from the one would pass for one
 * that was made from the other. For engines that show what is not durable yet.
 */
import { type ResourceKey, type StoredResource, VersionConflict } from './store.js';

/** Losses that are told apart by resource; of older ones it is only known that there were some. */
const MOST = 10_000;

export class Readings {
  /** Counts losses. */
  private now = 0;
  /** When each was given. */
  private readonly given = new WeakMap<StoredResource, number>();
  /** By keyText(), the last loss of each resource; oldest first. */
  private readonly losses = new Map<string, number>();
  /** What was given before that may be lost. */
  private unknown = 0;

  /** Losses so far: what is read from now on rests on none of them. */
  get time(): number {
    return this.now;
  }

  /**
   * To be called when a resource is read as `latest`, with the object that whoever asked for it is given.
   * @param since `time` when the reading began
   */
  note<Found extends StoredResource | undefined>(resource: Found, since: number): Found {
    if (resource) this.given.set(resource, since);
    return resource;
  }

  /**
   * A write of these resources, which `latest` may have shown, is not kept, or nobody knows.
   * @param read what it was planned from, which is as good as it was: nobody plans from a write of their own
   */
  lose(keys: readonly ResourceKey[], read: readonly StoredResource[] = []): void {
    const good = read.filter((resource) => !this.areLost([resource]));
    this.now++;
    for (const resource of good) this.note(resource, this.now);
    for (const key of keys) {
      const text = keyText(key);
      this.losses.delete(text);
      this.losses.set(text, this.now);
    }
    for (const [text, time] of this.losses) {
      if (this.losses.size <= MOST) break;
      this.losses.delete(text);
      this.unknown = time;
    }
  }

  /** The same of everything that was not durable. */
  loseAll(): void {
    this.unknown = ++this.now;
    this.losses.clear();
  }

  /** True when a write of one of them was lost since it was given. */
  areLost(read: readonly StoredResource[]): boolean {
    return read.some((resource) => {
      const given = this.given.get(resource) ?? this.now;
      return given < this.unknown || given < (this.losses.get(keyText(resource.key)) ?? 0);
    });
  }

  /** @throws VersionConflict when they are lost */
  check(read: readonly StoredResource[]): void {
    const lost = read.find((resource) => this.areLost([resource]));
    if (lost) throw new VersionConflict(lost.key);
  }
}

/** The resource of a key, whatever its type. */
function keyText({ tenant, id }: ResourceKey): string {
  return `${tenant}\0${id}`;
}
