/**
 * Beside the port: how what a store holds is moved to another one as it is, with its versions, times and numbers.
 * Knows: rows, page by page. Does not know: in what order, and whether both sides are the same (transfer/ does).
 * Tenants, credentials, receivers and admins are read and made through the port itself.
 */
import type { JsonObject } from '../scim/json.js';
import type { AuditRecord, Change, Delivery, Key, NewDeadLetter, StoredResource, TrafficHour } from './store.js';

export interface MovedResource {
  readonly resource: StoredResource;
  /** SearchIndex.form, display, and the paths and values of its lookups. */
  readonly form: JsonObject;
  readonly display: string | undefined;
  readonly lookups: readonly (readonly [path: string, value: string])[];
  readonly passwordHash: string | undefined;
}

/** One membership. */
export interface MovedEdge {
  readonly group: string;
  readonly member: string;
}

export interface Secret {
  readonly name: string;
  readonly value: string;
}

export interface LastRequest {
  readonly time: string;
}

/** What is moved, by kind: first what belongs to a tenant, then what belongs to all (with '' for the tenant). */
export interface Rows {
  /** By type, and within it in the order of creation. */
  resources: MovedResource;
  edges: MovedEdge;
  changes: Change;
  /** Keys of the kind `access`, which credentials() does not list. */
  accessKeys: Key;
  traffic: TrafficHour;
  lastRequests: LastRequest;
  /** Without who works on them. */
  deliveries: Delivery;
  deadLetters: NewDeadLetter;
  secrets: Secret;
  audit: AuditRecord;
}

export type Kind = keyof Rows;

export interface RowPage<Row> {
  readonly rows: Row[];
  /** What the next page comes after; undefined when there is none. */
  readonly next: string | undefined;
}

/** What a store knows of a tenant without counting. */
export interface Totals {
  /** The last number of its history. */
  readonly sequence: number;
  /** Resources of each type. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface Transfer {
  /** The rows after a place, about `limit`, in an order that is always the same. */
  dump<K extends Kind>(kind: K, tenant: string, after: string | undefined, limit: number): Promise<RowPage<Rows[K]>>;
  /**
   * Writes rows, durable when it resolves. Those that are there already stay as they are, so that a page may be loaded
   * again. What counts them is not written: finish() does that.
   * @param place of the first row among those of its kind and tenant, from 1
   */
  load<K extends Kind>(kind: K, tenant: string, rows: readonly Rows[K][], place: number): Promise<void>;
  totals(tenant: string): Promise<Totals>;
  /** The tenant's rows are there: from now on its history goes on after `sequence`. */
  finish(tenant: string, totals: Totals): Promise<void>;
  /** A text that a move keeps in the store while it is under way. */
  note(): Promise<string | undefined>;
  setNote(text: string | undefined): Promise<void>;
  close(): Promise<void>;
}

/** The name that the note has among the secrets; it is none, and is not moved. */
export const NOTE = 'migration';
