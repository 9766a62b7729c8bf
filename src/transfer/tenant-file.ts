/**
 * One tenant as JSON lines, for backups and for clones: a header, then resources, memberships, history, receivers and,
 * where asked, credentials with the hashes of their secrets; then a line that counts them, so that a cut file is known as
 * one.
 */
import { isObject } from '../scim/json.js';
import { type Change, type KeyedCredential, type Receiver, type Tenant, UniquenessConflict } from '../store/store.js';
import type { Kind, MovedEdge, MovedResource, Rows } from '../store/transfer.js';
import { PAGE_ROWS, rowsOf } from './digest.js';
import { type Side, TransferRefused } from './move.js';

const FORMAT = 'scim-target tenant';
/** 2: receivers, and the hashes of passwords. */
const VERSION = 2;

export interface FileHeader {
  readonly format: typeof FORMAT;
  /** From 1. */
  readonly version: number;
  readonly name: string;
  readonly profile: string;
  readonly settings: Tenant['settings'];
}

/** How many lines there are of each kind. */
export interface FileCounts {
  readonly resources: number;
  readonly edges: number;
  readonly changes: number;
  readonly receivers: number;
  readonly credentials: number;
}

/** Where an import takes time (ISO 8601 UTC) and ids from. */
export interface ImportSources {
  clock(): string;
  newId(): string;
}

const NONE: FileCounts = { resources: 0, edges: 0, changes: 0, receivers: 0, credentials: 0 };

/** What a receiver that came with a file says of itself: nobody has asked for what it would send. */
const IMPORTED = 'It came with the import of its tenant.';

const KINDS = ['resources', 'edges', 'changes'] as const;

type FileKind = (typeof KINDS)[number];

/**
 * Writes the lines, without line ends.
 * @param hasSecrets credentials with the hashes of their keys, hashes of passwords, and what receivers are sent with too
 */
export async function exportTenant(
  { store, transfer }: Side,
  { id, name, profile, settings }: Tenant,
  hasSecrets: boolean,
  write: (line: string) => Promise<void>,
): Promise<FileCounts> {
  const counts = { ...NONE };
  const put = (value: object): Promise<void> => write(JSON.stringify(value));
  await put({ format: FORMAT, version: VERSION, name, profile, settings } satisfies FileHeader);
  for (const kind of KINDS) {
    for await (const row of rowsOf(transfer, kind, id)) {
      await put({ [kind]: hasSecrets || kind !== 'resources' ? row : { ...row, passwordHash: undefined } });
      counts[kind]++;
    }
  }
  for (const receiver of await store.receivers(id)) {
    await put({ receivers: hasSecrets ? receiver : { ...receiver, authorization: undefined } });
    counts.receivers++;
  }
  for (const credential of hasSecrets ? await store.credentials(id) : []) {
    await put({ credentials: credential });
    counts.credentials++;
  }
  await put({ end: counts });
  return counts;
}

/**
 * Reads lines into a tenant that `create` makes from the header. Its receivers are paused, and would go on after its
 * history; one whose id is taken, as that of the original is beside a clone, gets another.
 * @throws TransferRefused for what is no such file, or not all of it; what was read until then is there still
 */
export async function importTenant(
  side: Side,
  lines: AsyncIterable<string>,
  create: (header: FileHeader) => Promise<Tenant>,
  sources: ImportSources,
): Promise<FileCounts> {
  let reader: Reader | undefined;
  let number = 0;
  for await (const line of lines) {
    const value = parse(line, ++number);
    if (reader) await reader.take(value, number);
    else reader = new Reader(side, await create(headerOf(value)), sources);
  }
  if (!reader) throw new TransferRefused('the file is empty');
  return reader.end();
}

class Reader {
  private readonly counts = { ...NONE };
  private readonly receivers: Receiver[] = [];
  private readonly byType: Record<string, number> = {};
  private page: { kind: FileKind; rows: Rows[FileKind][] } = { kind: 'resources', rows: [] };
  private told: unknown;

  constructor(
    private readonly side: Side,
    private readonly tenant: Tenant,
    private readonly sources: ImportSources,
  ) {}

  async take(value: Record<string, unknown>, number: number): Promise<void> {
    const [kind, row] = Object.entries(value)[0] ?? [];
    if (this.told !== undefined || !isObject(row as never)) throw unreadable(number);
    if (kind === 'end') this.told = row;
    else if (kind === 'credentials') await this.addCredential(row as KeyedCredential);
    else if (kind === 'receivers') this.keepReceiver(row as Receiver, number);
    else if (KINDS.includes(kind as FileKind)) await this.add(kind as FileKind, row as Rows[FileKind], number);
    else throw unreadable(number);
  }

  async end(): Promise<FileCounts> {
    await this.flush();
    if (!this.told || JSON.stringify({ ...NONE, ...(this.told as object) }) !== JSON.stringify(this.counts)) {
      throw new TransferRefused(
        'the file is not all there: its last line, which counts the others, is missing or differs',
      );
    }
    await this.side.transfer.finish(this.tenant.id, { sequence: this.counts.changes, counts: this.byType });
    for (const receiver of this.receivers) await this.addReceiver(receiver);
    return this.counts;
  }

  private async add(kind: FileKind, row: Rows[FileKind], number: number): Promise<void> {
    if (kind !== this.page.kind || this.page.rows.length >= PAGE_ROWS[kind]) await this.flush(kind);
    this.page.rows.push(this.own(kind, row, number));
    this.counts[kind]++;
  }

  private async flush(next: Kind = this.page.kind): Promise<void> {
    const { kind, rows } = this.page;
    const place = this.counts[kind] - rows.length + 1;
    if (rows.length > 0) await this.side.transfer.load(kind, this.tenant.id, rows as never, place);
    this.page = { kind: next as FileKind, rows: [] };
  }

  /** The row as one of this tenant. @throws TransferRefused */
  private own(kind: FileKind, row: Rows[FileKind], number: number): Rows[FileKind] {
    const tenant = this.tenant.id;
    if (kind === 'resources') {
      const { resource, ...rest } = row as MovedResource;
      if (!isText(resource?.key?.id) || !isText(resource.key.type)) throw unreadable(number);
      const { type } = resource.key;
      this.byType[type] = (this.byType[type] ?? 0) + 1;
      return { ...rest, resource: { ...resource, key: { ...resource.key, tenant } } };
    }
    if (kind === 'edges') {
      const { group, member } = row as MovedEdge;
      if (!isText(group) || !isText(member)) throw unreadable(number);
      return { group, member };
    }
    const change = row as Change;
    if (change.sequence !== this.counts.changes + 1 || !isText(change.key?.id)) throw unreadable(number);
    return { ...change, key: { ...change.key, tenant } };
  }

  private keepReceiver(receiver: Receiver, number: number): void {
    if (![receiver.id, receiver.kind, receiver.name].every(isText)) throw unreadable(number);
    this.receivers.push(receiver);
    this.counts.receivers++;
  }

  /** When the history is whole, so that nothing of it is sent again. */
  private async addReceiver(receiver: Receiver): Promise<void> {
    const { store } = this.side;
    const own = {
      ...receiver,
      tenant: this.tenant.id,
      paused: this.sources.clock(),
      pausedBecause: IMPORTED,
    };
    try {
      await store.createReceiver(own);
      await store.moveDelivery(own.id, own.tenant, this.counts.changes);
    } catch (error) {
      if (!(error instanceof UniquenessConflict)) throw error;
      // What is sealed for the one of that id cannot be opened by another.
      await this.addReceiver({ ...receiver, id: this.sources.newId(), authorization: undefined });
    }
  }

  private async addCredential({ credential, keys }: KeyedCredential): Promise<void> {
    try {
      await this.side.store.createCredential({ ...credential, tenant: this.tenant.id }, keys);
    } catch (error) {
      if (!(error instanceof UniquenessConflict)) throw error;
      throw new TransferRefused(
        `credential ${credential.name} is in this store already; to make a clone beside the original, export without --with-secrets`,
      );
    }
    this.counts.credentials++;
  }
}

function headerOf(value: Record<string, unknown>): FileHeader {
  const { format, version, profile, settings } = value as unknown as FileHeader;
  if (format !== FORMAT)
    throw new TransferRefused('the file is no export of a tenant: its first line says nothing of it');
  if (!Number.isInteger(version) || version < 1 || version > VERSION) {
    throw new TransferRefused(`the file has format ${version}, this release reads 1 to ${VERSION}`);
  }
  if (!isText(profile) || !isObject(settings as never)) throw unreadable(1);
  return value as unknown as FileHeader;
}

function parse(line: string, number: number): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw unreadable(number);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function unreadable(number: number): TransferRefused {
  return new TransferRefused(`line ${number} is not one of an export: the file is damaged`);
}
