/**
 * What the engine keeps beside the resources: tenants, credentials, admins, receivers (all through ledger.ts), how far
 * these have got, what happened, and secrets. store.ts puts it together with the resources.
 */
import type { AccountStore } from '../accounts.js';
import type { DeliveryStore } from '../deliveries.js';
import { type Gate, promised } from '../promised.js';
import type { RecordStore } from '../records.js';
import type { Store } from '../store.js';
import { AccountWriter } from './account-writer.js';
import { Accounts } from './accounts.js';
import { Admins } from './admins.js';
import { Deliveries } from './deliveries.js';
import { type Db, Ledger, type LedgerFaults } from './ledger.js';
import { Receivers } from './receivers.js';
import { Records } from './records.js';
import { Remembered } from './remembered.js';
import { Removal } from './removal.js';
import { Secrets } from './secrets.js';

export type Administration = AccountStore & RecordStore & DeliveryStore & Pick<Store, 'secret' | 'replaceSecret'>;

/**
 * Indexes by collection, beside that of `_id`. These collections are small next to those of the resources, and stay on
 * one shard; in those of the ledger no index is unique, since the ledger sees to it.
 */
export const ADMINISTRATION_INDEXES = {
  tenants: [{ name: 1 }, { gone: 1, order: 1 }],
  credentials: [{ tenant: 1, order: 1 }, { identifier: 1 }, { issuer: 1, order: 1 }],
  keys: [{ credential: 1, kind: 1, order: 1 }, { id: 1 }, { gone: 1, expires: 1 }],
  admins: [{ email: 1 }, { subject: 1 }, { tenant: 1 }, { gone: 1, order: 1 }],
  adminKeys: [{ id: 1 }, { admin: 1, kind: 1 }, { tenant: 1 }, { kind: 1, order: 1 }, { gone: 1, expires: 1 }],
  receivers: [
    { tenant: 1, order: 1 },
    { gone: 1, order: 1 },
  ],
  deliveries: [{ consumer: 1, _id: 1 }],
  deadLetters: [{ consumer: 1, _id: 1 }],
  ledger: [{ time: 1 }],
  activity: [
    { tenant: 1, _id: 1 },
    { tenant: 1, outcome: 1, _id: 1 },
  ],
  traffic: [
    { hour: 1, tenant: 1 },
    { tenant: 1, hour: 1 },
  ],
  audit: [
    { tenant: 1, _id: 1 },
    { action: 1, _id: 1 },
  ],
} as const satisfies Record<string, readonly Readonly<Record<string, 1>>[]>;

/** @param gate by way of which each method is called. */
export function administrationOf(database: Db, gate: Gate, faults?: LedgerFaults): Administration {
  const ledger = new Ledger(database, faults);
  const remembered = new Remembered(ledger);
  const deliveries = new Deliveries(database, remembered);
  return {
    ...promised(new Accounts(database, remembered), gate),
    ...promised(new AccountWriter(database, ledger, remembered), gate),
    ...promised(new Admins(database, ledger), gate),
    ...promised(new Removal(database, ledger, remembered), gate),
    ...promised(deliveries, gate),
    ...promised(new Receivers(database, ledger, deliveries), gate),
    ...promised(new Records(database), gate),
    ...promised(new Secrets(database), gate),
  };
}
