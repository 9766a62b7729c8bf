/** What goes for good: removed tenants, and keys that have ended. Within an open transaction, in portions. */
import type { Database, Statement } from './driver.js';
import { COUNTERS } from './records.js';
import { isBindable } from './rows.js';

/**
 * All that a tenant has, table by table; ?1 is the tenant, ?2 how many rows may go. Keys are found by their credentials
 * and so come before them.
 */
const PURGES: readonly string[] = [
  rowsOf('resources'),
  'DELETE FROM lookups WHERE (tenant, type, path, value, rid) IN (SELECT tenant, type, path, value, rid FROM lookups WHERE tenant = ?1 LIMIT ?2)',
  'DELETE FROM edges WHERE (tenant, group_id, member_id) IN (SELECT tenant, group_id, member_id FROM edges WHERE tenant = ?1 LIMIT ?2)',
  rowsOf('changes'),
  'DELETE FROM counters WHERE (tenant, name) IN (SELECT tenant, name FROM counters WHERE tenant = ?1 LIMIT ?2)',
  `DELETE FROM keys WHERE rowid IN (
    SELECT k.rowid FROM credentials c CROSS JOIN keys k ON k.credential = c.id AND k.kind = 'access'
    WHERE c.tenant = ?1 LIMIT ?2)`,
  `DELETE FROM keys WHERE rowid IN (
    SELECT k.rowid FROM credentials c CROSS JOIN keys k ON k.credential = c.id AND k.kind <> 'access'
    WHERE c.tenant = ?1 LIMIT ?2)`,
  rowsOf('credentials'),
  rowsOf('admin_keys'),
  rowsOf('admins'),
  'DELETE FROM deliveries WHERE (consumer, tenant) IN (SELECT consumer, tenant FROM deliveries WHERE tenant = ?1 LIMIT ?2)',
  `DELETE FROM dead_letters WHERE (tenant, sequence, part, consumer) IN (
    SELECT tenant, sequence, part, consumer FROM dead_letters WHERE tenant = ?1 LIMIT ?2)`,
  rowsOf('receivers'),
  'DELETE FROM traffic WHERE (tenant, hour) IN (SELECT tenant, hour FROM traffic WHERE tenant = ?1 LIMIT ?2)',
  'DELETE FROM last_requests WHERE tenant IN (SELECT tenant FROM last_requests WHERE tenant = ?1 LIMIT ?2)',
];

export class Removal {
  readonly #s;
  readonly #purges: readonly Statement<unknown>[];

  constructor(database: Database) {
    this.#s = prepareAll(database);
    this.#purges = PURGES.map((text) => database.prepare(text));
  }

  removeTenant(id: string): boolean {
    if (!isBindable(id) || this.#s.removeTenant.run(id).changes === 0) return false;
    this.#s.note.run(id);
    this.#s.removeKeysOfAdmins.run(id);
    this.#s.removeAdminKeys.run(id);
    this.#s.removeAdmins.run(id);
    this.#s.removeReceivers.run(id);
    this.#s.removeDeliveries.run(id);
    return true;
  }

  purgeTenants(limit: number): boolean {
    let left = limit;
    for (const { id } of this.#s.removed.all()) {
      for (const purge of this.#purges) if (left > 0) left -= purge.run(id, left).changes;
      if (left > 0) left -= this.#purgeActivity(id, left);
      if (left <= 0) return true;
      this.#s.forget.run(id);
    }
    return left < limit;
  }

  dropEndedKeys(time: string, limit: number): number {
    const dropped = this.#s.dropKeys.run(time, limit).changes;
    return dropped + this.#s.dropAdminKeys.run(time, limit - dropped).changes;
  }

  #purgeActivity(tenant: string, limit: number): number {
    const { changes } = this.#s.purgeActivity.run(tenant, limit);
    if (changes > 0) this.#s.discount.run(changes);
    return changes;
  }
}

function prepareAll(database: Database) {
  return {
    removeTenant: database.prepare('DELETE FROM tenants WHERE id = ?1'),
    note: database.prepare('INSERT INTO removed_tenants (id) VALUES (?1)'),
    removed: database.prepare<{ id: string }>('SELECT r.id FROM removed_tenants r ORDER BY r.id'),
    // Only when nothing of it was left, and for a day nothing has come.
    forget: database.prepare("DELETE FROM removed_tenants WHERE id = ?1 AND removed < datetime('now', '-1 day')"),
    removeKeysOfAdmins: database.prepare(
      'DELETE FROM admin_keys WHERE admin IN (SELECT id FROM admins WHERE tenant = ?1)',
    ),
    removeAdminKeys: database.prepare('DELETE FROM admin_keys WHERE tenant = ?1'),
    removeAdmins: database.prepare('DELETE FROM admins WHERE tenant = ?1'),
    removeReceivers: database.prepare('DELETE FROM receivers WHERE tenant = ?1'),
    removeDeliveries: database.prepare('DELETE FROM deliveries WHERE tenant = ?1'),
    purgeActivity: database.prepare(rowsOf('activity')),
    discount: database.prepare(
      `UPDATE counters SET value = value - ?1 WHERE tenant = '' AND name = '${COUNTERS.kept}'`,
    ),
    dropKeys: database.prepare(
      'DELETE FROM keys WHERE rowid IN (SELECT rowid FROM keys WHERE expires < ?1 ORDER BY expires LIMIT ?2)',
    ),
    dropAdminKeys: database.prepare(`
      DELETE FROM admin_keys WHERE rowid IN (
        SELECT rowid FROM admin_keys WHERE kind <> 'token' AND expires < ?1 ORDER BY expires LIMIT ?2)`),
  };
}

function rowsOf(table: string): string {
  return `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE tenant = ?1 LIMIT ?2)`;
}
