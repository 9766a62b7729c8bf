/**
 * Moves all that a store holds to another, empty one: tenant by tenant, page by page, and then compares both.
 * Knows: in what order, how to go on after an interruption, what must be the same. Does not know: engines, terminals.
 * The activity stays behind: it is let go after some days anyway. tenant-file.ts moves one tenant by way of a file.
 */
import type { AdminKey, Store, Tenant } from '../store/store.js';
import type { Kind, Transfer } from '../store/transfer.js';
import { comparableRows, type Digest, digestOf, PAGE_ROWS } from './digest.js';

/** A store with its rows. */
export interface Side {
  readonly store: Store;
  readonly transfer: Transfer;
  /** For people; without secrets. */
  readonly name: string;
}

/** The move cannot be done, or what came of it is not the same; the message says why and what to do. */
export class TransferRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TransferRefused';
  }
}

export interface MoveProgress {
  readonly stage: 'moving' | 'verifying';
  /** Tenant.name; undefined for what belongs to all. */
  readonly tenant: string | undefined;
  readonly kind: Kind;
  /** Rows of resources and changes so far, and of all tenants. */
  readonly done: number;
  readonly total: number;
}

export interface MoveOptions {
  readonly onProgress?: (progress: MoveProgress) => void;
}

/** How far a move has come, as the target keeps it. */
interface Note {
  /** Side.name of the source. */
  readonly from: string;
  /** Tenants that are moved completely, and the kind and place within the next one. */
  readonly tenants: number;
  readonly kind: number;
  readonly after: string | undefined;
  readonly rows: number;
}

const OF_TENANT = [
  'resources',
  'edges',
  'changes',
  'accessKeys',
  'traffic',
  'lastRequests',
  'deliveries',
  'deadLetters',
] as const;
const OF_ALL = ['secrets', 'audit'] as const;
const ADMIN_KEYS: readonly AdminKey['kind'][] = ['session', 'token', 'invitation'];
/** Of these it is known how many there are. */
const COUNTED: readonly Kind[] = ['resources', 'changes'];

/** What was moved: rows by kind. @throws TransferRefused */
export async function move(from: Side, to: Side, options: MoveOptions = {}): Promise<Record<string, number>> {
  return new Move(from, to, options).run();
}

/** Name of the source of a move to this store that has not ended; undefined where there is none. */
export async function sourceOfMove(transfer: Transfer): Promise<string | undefined> {
  const text = await transfer.note();
  return text === undefined ? undefined : (JSON.parse(text) as Note).from;
}

class Move {
  private tenants: Tenant[] = [];
  private note: Note;
  private done = 0;
  private total = 0;

  constructor(
    private readonly from: Side,
    private readonly to: Side,
    private readonly options: MoveOptions,
  ) {
    this.note = { from: from.name, tenants: 0, kind: 0, after: undefined, rows: 0 };
  }

  async run(): Promise<Record<string, number>> {
    await this.begin();
    this.tenants = await this.from.store.tenants();
    for (const { id } of this.tenants) {
      const { sequence, counts } = await this.from.transfer.totals(id);
      this.total += sequence + Object.values(counts).reduce((sum, count) => sum + count, 0);
    }
    await this.moveAll('secrets');
    for (const [index, tenant] of this.tenants.entries()) await this.moveTenant(tenant, index);
    await this.moveAdmins();
    await this.moveAll('audit');
    const moved = await this.verify();
    await this.to.transfer.setNote(undefined);
    return moved;
  }

  /** @throws TransferRefused when the target holds something else than the beginning of this move */
  private async begin(): Promise<void> {
    if (await this.from.transfer.note()) {
      throw new TransferRefused(
        `${this.from.name} is itself the target of a move that has not ended; end that one first`,
      );
    }
    const text = await this.to.transfer.note();
    if (text === undefined) {
      if (!(await isEmpty(this.to))) {
        throw new TransferRefused(`${this.to.name} holds data already; name an empty store to move to`);
      }
      await this.keep({});
      return;
    }
    this.note = JSON.parse(text) as Note;
    if (this.note.from === this.from.name) return;
    throw new TransferRefused(
      `${this.to.name} has the beginning of a move from ${this.note.from}; go on with that one, or name an empty store`,
    );
  }

  private async keep(change: Partial<Note>): Promise<void> {
    this.note = { ...this.note, ...change };
    await this.to.transfer.setNote(JSON.stringify(this.note));
  }

  private async moveTenant(tenant: Tenant, index: number): Promise<void> {
    const { from, to } = this;
    if (index < this.note.tenants) return;
    if (!(await to.store.tenantById(tenant.id))) await to.store.createTenant(tenant);
    for (const { credential, keys } of await from.store.credentials(tenant.id)) {
      const isThere = await to.store.credential(tenant.id, credential.id);
      if (!isThere) await to.store.createCredential(credential, keys);
    }
    for (const receiver of await from.store.receivers(tenant.id)) {
      if (!(await to.store.receiver(tenant.id, receiver.id))) await to.store.createReceiver(receiver);
    }
    for (const [place, kind] of OF_TENANT.entries()) if (place >= this.note.kind) await this.moveKind(kind, tenant);
    await to.transfer.finish(tenant.id, await from.transfer.totals(tenant.id));
    await this.keep({ tenants: index + 1, kind: 0, after: undefined, rows: 0 });
  }

  /** From where the note says, page by page. */
  private async moveKind(kind: (typeof OF_TENANT)[number], tenant: Tenant): Promise<void> {
    for (;;) {
      const { after, rows: before } = this.note;
      const { rows, next } = await this.from.transfer.dump(kind, tenant.id, after, PAGE_ROWS[kind]);
      await this.to.transfer.load(kind, tenant.id, rows, before + 1);
      this.tell('moving', kind, tenant.name, rows.length);
      if (next === undefined) break;
      await this.keep({ after: next, rows: before + rows.length });
    }
    await this.keep({ kind: OF_TENANT.indexOf(kind) + 1, after: undefined, rows: 0 });
  }

  private async moveAll(kind: (typeof OF_ALL)[number]): Promise<void> {
    for (let after: string | undefined; ; ) {
      const { rows, next } = await this.from.transfer.dump(kind, '', after, PAGE_ROWS[kind]);
      await this.to.transfer.load(kind, '', rows, 1);
      this.tell('moving', kind, undefined, rows.length);
      if (next === undefined) return;
      after = next;
    }
  }

  private async moveAdmins(): Promise<void> {
    const { from, to } = this;
    for (const admin of await from.store.admins()) {
      if (!(await to.store.admin(admin.id))) await to.store.createAdmin(admin);
    }
    for (const kind of ADMIN_KEYS) {
      for (const key of await from.store.adminKeys(kind)) {
        if (!(await to.store.adminKeyByHash(key.hash))) await to.store.createAdminKey(key);
      }
    }
  }

  /** @throws TransferRefused for the first thing that is not the same on both sides */
  private async verify(): Promise<Record<string, number>> {
    this.done = 0;
    const moved: Record<string, number> = {};
    const check = async (what: string, of: string, digest: (side: Side) => Promise<Digest>): Promise<void> => {
      const [here, there] = [await digest(this.from), await digest(this.to)];
      if (here.count !== there.count || here.digest !== there.digest) throw differs(what, of, here, there);
      moved[what] = (moved[what] ?? 0) + here.count;
    };
    const list = (find: (store: Store) => Promise<readonly unknown[]>) => async (side: Side) => {
      const found = await find(side.store);
      return digestOf(found.map((one, place) => [place, one]));
    };
    await check(
      'tenants',
      '',
      list((store) => store.tenants()),
    );
    for (const tenant of this.tenants) {
      const of = ` of ${tenant.name}`;
      await check(
        'credentials',
        of,
        list((store) => store.credentials(tenant.id)),
      );
      await check(
        'receivers',
        of,
        list((store) => store.receivers(tenant.id)),
      );
      for (const kind of OF_TENANT) {
        await check(kind, of, ({ transfer }) => digestOf(comparableRows(transfer, kind, tenant.id)));
        this.tell('verifying', kind, tenant.name, moved[kind] ?? 0);
      }
    }
    await check(
      'admins',
      '',
      list((store) => store.admins()),
    );
    for (const kind of ADMIN_KEYS)
      await check(
        'admin keys',
        '',
        list((store) => store.adminKeys(kind)),
      );
    for (const kind of OF_ALL) await check(kind, '', ({ transfer }) => digestOf(comparableRows(transfer, kind, '')));
    return moved;
  }

  private tell(stage: MoveProgress['stage'], kind: Kind, tenant: string | undefined, rows: number): void {
    if (stage === 'moving' && COUNTED.includes(kind)) this.done += rows;
    const { done, total } = this;
    this.options.onProgress?.({ stage, kind, tenant, done, total: Math.max(done, total) });
  }
}

async function isEmpty({ store, transfer }: Side): Promise<boolean> {
  const found = await Promise.all([
    store.tenants(),
    store.admins(),
    ...ADMIN_KEYS.map((kind) => store.adminKeys(kind)),
    ...OF_ALL.map(async (kind) => (await transfer.dump(kind, '', undefined, 1)).rows),
  ]);
  return found.every((rows) => rows.length === 0);
}

function differs(what: string, of: string, here: Digest, there: Digest): TransferRefused {
  const counts = here.count === there.count ? 'their contents differ' : `${here.count} here, ${there.count} there`;
  return new TransferRefused(
    `the ${what}${of} are not the same on both sides (${counts}). Was the source written to meanwhile? Stop its servers, empty the target, and begin again`,
  );
}
