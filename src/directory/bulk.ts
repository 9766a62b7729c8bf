/**
 * Many operations of one request (RFC 7644 §3.7), each done as the directory does it alone. Operations that refer to
 * each other are planned one after the other over pending-writes.ts and committed as one batch. Everything is applied
 * in order, so that each operation finds what those before it left, but nobody waits for each sync: one is awaited for
 * many operations, and before anything is answered.
 */
import { ScimError } from '../scim/errors.js';
import { type BulkOperation, type BulkRequest, withIds } from '../scim/messages/bulk.js';
import { orderUnits, type Unit } from '../scim/messages/bulk-order.js';
import { entityTag, fingerprint, type ResourceMeta } from '../scim/resource/present.js';
import { DEFAULT_PROJECTION, isShown, type Projection } from '../scim/resource/project.js';
import type { ResourceType } from '../scim/schema/characteristics.js';
import { type Membership, type Store, StoreUnavailable, VersionConflict, type Write } from '../store/store.js';
import { type Announce, announcing } from './announce.js';
import { AppOverdue } from './app-hook.js';
import { keepsChanging, MAX_ATTEMPTS } from './attempts.js';
import type { Caller } from './caller.js';
import type { Directory } from './directory.js';
import { shownMemberships } from './members.js';
import { PendingWrites } from './pending-writes.js';
import { explained, refusedWrite } from './refusals.js';

/** What became of one operation. */
export type BulkOutcome = BulkSuccess | BulkFailure;

export interface BulkSuccess {
  readonly id: string;
  /** The entity tag; undefined for what was deleted. */
  readonly version: string | undefined;
}

export interface BulkFailure {
  /** Of the resource that the operation was about; undefined when there is none. */
  readonly id: string | undefined;
  /** A ScimError, or something that nobody thought of. */
  readonly error: unknown;
}

export interface BulkOptions {
  readonly directory: Directory;
  readonly store: Store;
  /** A new id, never given before. */
  readonly newId: () => string;
  /** Called with Tenant.id when something that was written is durable, once per sync. What it throws goes nowhere. */
  readonly announce?: Announce | undefined;
}

/** After so many operations, or so many ms, all is made durable and other requests get their turn of the event loop. */
const OPERATIONS_PER_TURN = 250;
const MILLISECONDS_PER_TURN = 40;

/** Answers of a bulk request have no resources, so nothing is read for them. */
const NOTHING: Projection = { attributes: new Set(), excluded: new Set() };

export class BulkDirectory {
  constructor(private readonly options: BulkOptions) {}

  /**
   * Does the operations until failOnErrors of them have failed. Resolves when all that was done is durable.
   * @returns by the operation's place in the request; undefined for those that were not tried any more
   * @throws StoreUnavailable, AppOverdue when the store or the app is away and nothing was kept
   */
  run(caller: Caller, request: BulkRequest): Promise<(BulkOutcome | undefined)[]> {
    return new Job(this.options, caller, request).run();
  }
}

/** A unit that is done. */
interface Done {
  readonly made: Map<number, Made>;
  readonly durable: Promise<void>;
  /** False when nothing had to be written. */
  readonly isWritten: boolean;
}

/** What one operation has made of its resource. */
interface Made {
  readonly type: ResourceType;
  /** Undefined when it was deleted. */
  readonly meta: ResourceMeta | undefined;
}

/** An operation that failed, and its unit with it. */
class OperationFailed extends Error {
  constructor(
    readonly index: number,
    override readonly cause: unknown,
  ) {
    super('an operation failed');
  }
}

/** One request while it is done. */
class Job {
  private readonly operations: readonly BulkOperation[];
  /** The ids of what the operations create, by bulkId; given beforehand so that references may point anywhere. */
  private readonly ids: ReadonlyMap<string, string>;
  private readonly made = new Map<number, Made>();
  private readonly errors = new Map<number, unknown>();
  /** Units that are done but perhaps not durable; `lost` resolves with the reason when they are not kept. */
  private waiting: { unit: Unit; lost: Promise<unknown>; isWritten: boolean }[] = [];
  private turn = { operations: 0, began: performance.now() };

  constructor(
    private readonly options: BulkOptions,
    private readonly caller: Caller,
    private readonly request: BulkRequest,
  ) {
    this.operations = request.operations;
    const created = this.operations.flatMap(({ method, bulkId }) => (method === 'POST' ? (bulkId ?? []) : []));
    this.ids = new Map(created.map((bulkId) => [bulkId, options.newId()]));
  }

  async run(): Promise<(BulkOutcome | undefined)[]> {
    const most = this.request.failOnErrors ?? Number.POSITIVE_INFINITY;
    let lost: unknown;
    for (const unit of orderUnits(this.operations)) {
      if (this.errors.size >= most) break;
      lost = await this.perform(unit);
      this.turn.operations += unit.length;
      if (!lost && this.isTurnOver()) lost = await this.sync();
      if (lost) break;
    }
    lost = (await this.sync()) ?? lost;
    if (lost) this.giveUp(lost);
    return this.outcomes(await this.groupsOfMade());
  }

  private isTurnOver(): boolean {
    const { operations, began } = this.turn;
    return operations >= OPERATIONS_PER_TURN || performance.now() - began > MILLISECONDS_PER_TURN;
  }

  /** Does a unit, all or nothing. Gives the reason when the store is away, or the app that was asked. */
  private async perform(unit: Unit): Promise<unknown> {
    const { store } = this.options;
    try {
      const { made, durable, isWritten } = await this.attemptUntilDone(unit);
      for (const [index, one] of made) this.made.set(index, one);
      this.waitFor(unit, durable, isWritten);
    } catch (error) {
      if (!(error instanceof OperationFailed)) throw error;
      if (error.cause instanceof StoreUnavailable || error.cause instanceof AppOverdue) return error.cause;
      this.fail(unit, error);
      // The refusal may rest on what is not durable yet. If that is not kept in the end, somebody else was faster.
      this.waitFor(unit, store.commit(this.caller.tenant, []).catch(unlessConflict));
    }
    return undefined;
  }

  /** Plans again when another write came in between, as the directory does. @throws OperationFailed */
  private async attemptUntilDone(unit: Unit): Promise<Done> {
    for (let attempts = 1; ; attempts++) {
      try {
        return await this.attempt(unit);
      } catch (error) {
        if (!(error instanceof OperationFailed && error.cause instanceof VersionConflict)) throw error;
        if (attempts === MAX_ATTEMPTS) throw new OperationFailed(error.index, keepsChanging(error.cause));
      }
    }
  }

  /** @throws OperationFailed */
  private async attempt(unit: Unit): Promise<Done> {
    const { directory, store } = this.options;
    const pending = new PendingWrites(store, this.caller.types);
    const overlaid = directory.on(pending);
    const made = new Map<number, Made>();
    /** For each of the writes, the operation that it belongs to. */
    const owners: number[] = [];
    for (const index of unit) {
      try {
        made.set(index, await this.do(this.operations[index] as BulkOperation, overlaid));
      } catch (error) {
        throw new OperationFailed(index, error);
      }
      while (owners.length < pending.writes.length) owners.push(index);
    }
    try {
      const { durable } = await store.apply(this.caller.tenant, pending.writes, pending.read);
      return { made, durable, isWritten: pending.writes.length > 0 };
    } catch (error) {
      const write = refusedWrite(error, pending.writes);
      const cause = await this.explained(error, pending.writes[write]);
      throw new OperationFailed(owners[write] ?? (unit[0] as number), cause);
    }
  }

  /** @throws ScimError */
  private async do(operation: BulkOperation, directory: Directory): Promise<Made> {
    const { fault, target, data, version, references } = operation;
    if (fault || !target) throw fault;
    const { caller } = this;
    const { type } = target;
    const id = this.idOf(operation) as string;
    const body = references.length === 0 ? data : withIds(data, this.ids);
    const conditions = { ifMatch: version === undefined || version === '*' ? version : [version] } as const;
    switch (target.method) {
      case 'POST':
        return directory.create(caller, type, body, NOTHING, id);
      case 'PUT':
        return directory.replace(caller, type, id, body, conditions, NOTHING);
      case 'PATCH':
        return directory.patch(caller, type, id, body, conditions, NOTHING);
      case 'DELETE':
        await directory.remove(caller, type, id, conditions);
        return { type, meta: undefined };
    }
  }

  /** The id that its path names, or that its resource was given beforehand. */
  private idOf({ bulkId, target }: BulkOperation): string | undefined {
    if (target?.method === 'POST') return this.ids.get(bulkId ?? '');
    return withIds(target?.id, this.ids);
  }

  private fail(unit: Unit, { index: culprit, cause }: OperationFailed): void {
    const name = this.operations[culprit]?.name;
    const detail = `It belongs together with ${name}, which failed; none of the operations that refer to each other was done.`;
    for (const index of unit) {
      this.errors.set(index, index === culprit ? cause : new ScimError('failedDependency', detail));
    }
  }

  private async explained(error: unknown, write: Write | undefined): Promise<unknown> {
    const type = write?.kind === 'put' && this.caller.types(write.resource.key.type);
    return type ? explained(error, this.options.store, this.caller, type, write.resource.document) : error;
  }

  private waitFor(unit: Unit, durable: Promise<void>, isWritten = false): void {
    const lost = durable.then(
      () => undefined,
      (error: unknown) => error,
    );
    this.waiting.push({ unit, lost, isWritten });
  }

  /** Ends the turn: waits until all that is done is durable. What is not, has failed; the reason is given. */
  private async sync(): Promise<unknown> {
    let reason: unknown;
    let isNews = false;
    for (const { unit, lost, isWritten } of this.waiting.splice(0)) {
      const error = await lost;
      if (error === undefined) {
        isNews ||= isWritten;
        continue;
      }
      reason ??= error;
      for (const index of unit) {
        this.made.delete(index);
        this.errors.set(index, error);
      }
    }
    if (isNews) announcing(this.options.announce)(this.caller.tenant);
    await new Promise((resolve) => setImmediate(resolve));
    this.turn = { operations: 0, began: performance.now() };
    return reason;
  }

  /** The rest need not be tried when the store or the app is away: each could wait for it in vain. @throws when nothing was kept */
  private giveUp(reason: unknown): void {
    if (this.made.size === 0) throw reason;
    const most = this.request.failOnErrors ?? Number.POSITIVE_INFINITY;
    for (const index of this.operations.keys()) {
      if (this.errors.size >= most) return;
      if (!this.made.has(index) && !this.errors.has(index)) this.errors.set(index, reason);
    }
  }

  /** Memberships are part of the tags of those that are shown with them. What was done counts, if they can be read or not. */
  private async groupsOfMade(): Promise<ReadonlyMap<string, readonly Membership[]>> {
    const { store } = this.options;
    const ids = [...this.made.values()].flatMap(({ type: { memberships }, meta }) =>
      meta && memberships && isShown(memberships, DEFAULT_PROJECTION) ? meta.id : [],
    );
    if (ids.length === 0) return new Map();
    return store.memberships(this.caller.tenant, ids).catch(() => new Map());
  }

  private outcomes(groups: ReadonlyMap<string, readonly Membership[]>): (BulkOutcome | undefined)[] {
    return this.operations.map((operation, index) => {
      const made = this.made.get(index);
      if (made) {
        const { type, meta } = made;
        const shown = meta && shownMemberships(type, groups.get(meta.id));
        const version = meta && entityTag({ ...meta, memberships: shown && fingerprint(shown) });
        return { id: this.idOf(operation) as string, version };
      }
      if (!this.errors.has(index)) return undefined;
      const { target } = operation;
      const isThere = target?.id !== undefined && withIds(target.id, this.ids) === target.id;
      return { id: isThere ? target.id : undefined, error: this.errors.get(index) };
    });
  }
}

function unlessConflict(error: unknown): void {
  if (!(error instanceof VersionConflict)) throw error;
}
