/**
 * Sessions of admins: a random id in a cookie, its hash in the store.
 * Knows: how long a session lasts, and what ends it. Does not know: cookies, passwords, what an admin may do.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Admin, AdminKey, Store } from '../store/store.js';
import { hashToken, type RandomBytes } from './token.js';

/** Milliseconds from sign-in to the end of a session, whatever is done. */
const LONGEST_SESSION = 12 * 3_600_000;

/** The most sessions that an admin has at once; signing in once more ends the oldest. */
export const MOST_SESSIONS = 20;

/** A use is noted at most this often, in milliseconds: a write per request would cost each its sync. */
const NOTE_EVERY = 60_000;

export interface SessionParts {
  readonly store: Pick<
    Store,
    | 'createAdminKey'
    | 'adminKeyByHash'
    | 'adminKeys'
    | 'touchAdminKey'
    | 'removeAdminKey'
    | 'removeAdminKeys'
    | 'secret'
  >;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
  readonly newId: () => string;
  readonly randomBytes: RandomBytes;
  /** Seconds without a request after which a session ends. */
  readonly idleTimeout: number;
}

/** A session as its owner has it. */
export interface Session {
  readonly key: AdminKey;
  readonly admin: Admin;
  /** Ends at this time if nothing is done until then, and at `ends` in any case; ISO 8601 UTC. */
  readonly idleEnds: string;
  readonly ends: string;
}

/** Starts, finds and ends sessions. One for the life of a target. */
export class Sessions {
  private csrfSecret: Promise<string> | undefined;

  constructor(private readonly parts: SessionParts) {}

  /** A new session, never one that was there before: whoever knew an id before sign-in knows nothing after it. */
  async start(admin: Admin): Promise<Session & { readonly id: string }> {
    const { store, clock, newId, randomBytes } = this.parts;
    const now = clock();
    await this.makeRoom(admin, now);
    const id = Buffer.from(randomBytes(32)).toString('base64url');
    const key: AdminKey = {
      id: newId(),
      kind: 'session',
      hash: hashToken(id),
      admin: admin.id,
      name: undefined,
      role: undefined,
      tenant: undefined,
      created: now,
      createdBy: undefined,
      expires: this.endOf(now, now),
      lastUsed: now,
    };
    await store.createAdminKey(key);
    return { ...sessionOf(key, admin), id };
  }

  /** Undefined when it has ended, or its admin is disabled. `isUse`: whether it lasts longer for it. */
  async find(id: string, isUse = true): Promise<Session | undefined> {
    const { store, clock } = this.parts;
    const found = await store.adminKeyByHash(hashToken(id));
    const now = clock();
    if (!found?.admin || found.key.kind !== 'session' || isOver(found.key, now)) return undefined;
    if (found.admin.disabled !== undefined) return undefined;
    const { key, admin } = found;
    if (!isUse || !this.isToBeNoted(key, now)) return sessionOf(key, admin);
    const expires = this.endOf(key.created, now);
    await store.touchAdminKey(key.hash, now, expires);
    return sessionOf({ ...key, lastUsed: now, expires }, admin);
  }

  async end(key: AdminKey): Promise<void> {
    await this.parts.store.removeAdminKey(key.id);
  }

  /** Ends all sessions of an admin: after a new password, or when the admin is disabled. */
  async endAll(admin: string): Promise<void> {
    await this.parts.store.removeAdminKeys(admin, 'session');
  }

  /** What the page must send with every change, and no other site can know. */
  async csrfToken(key: AdminKey): Promise<string> {
    const secret = await this.secret();
    return createHmac('sha256', secret).update(key.hash).digest('base64url');
  }

  /** Compares in constant time. */
  async isCsrfToken(key: AdminKey, token: string | undefined): Promise<boolean> {
    const expected = Buffer.from(await this.csrfToken(key));
    const came = Buffer.from(token ?? '');
    return came.length === expected.length && timingSafeEqual(came, expected);
  }

  /** The same for all processes on one store, so that any of them answers the next request of a session. */
  private secret(): Promise<string> {
    const { store, randomBytes } = this.parts;
    this.csrfSecret ??= store.secret('csrf', Buffer.from(randomBytes(32)).toString('hex')).catch((error: unknown) => {
      this.csrfSecret = undefined;
      throw error;
    });
    return this.csrfSecret;
  }

  /** Forgets sessions that are over, and of this admin the oldest beyond the most. */
  private async makeRoom(admin: Admin, now: string): Promise<void> {
    const { store } = this.parts;
    const all = await store.adminKeys('session');
    const [over, alive] = [all.filter((key) => isOver(key, now)), all.filter((key) => !isOver(key, now))];
    const own = alive.filter((key) => key.admin === admin.id);
    const surplus = own.slice(0, Math.max(0, own.length - MOST_SESSIONS + 1));
    for (const { id } of [...over, ...surplus]) await store.removeAdminKey(id);
  }

  private endOf(created: string, now: string): string {
    const idle = Date.parse(now) + this.parts.idleTimeout * 1_000;
    return new Date(Math.min(idle, Date.parse(created) + LONGEST_SESSION)).toISOString();
  }

  /** Short idle times are noted more often, so that nobody is signed out long before they said. */
  private isToBeNoted({ lastUsed, created }: AdminKey, now: string): boolean {
    const every = Math.min(NOTE_EVERY, this.parts.idleTimeout * 100);
    return Date.parse(now) - Date.parse(lastUsed ?? created) >= every;
  }
}

/** True from the moment of `expires` on. */
export function isOver(key: Pick<AdminKey, 'expires'>, now: string): boolean {
  return key.expires !== undefined && Date.parse(key.expires) <= Date.parse(now);
}

/** Until when a session lasts, ISO 8601 UTC. */
export function endsOf(key: Pick<AdminKey, 'created' | 'expires'>): Pick<Session, 'idleEnds' | 'ends'> {
  const ends = new Date(Date.parse(key.created) + LONGEST_SESSION).toISOString();
  return { idleEnds: key.expires ?? ends, ends };
}

function sessionOf(key: AdminKey, admin: Admin): Session {
  return { key, admin, ...endsOf(key) };
}
