/**
 * What a consumer was told, as it came, and what that makes: whether all of the history was there and in order, and a
 * copy of the directory. Of what came again the first counts.
 */
import type { ScimEvent } from '../../src/events/event.js';
import type { Change, Store } from '../../src/store/store.js';
import { differences } from './read-back.js';
import type { JsonObject } from './scim-client.js';

export class EventLedger {
  /** By tenant, each event once, in the order in which they came first. */
  private readonly told = new Map<string, Map<string, ScimEvent>>();
  repeats = 0;

  note(event: ScimEvent): void {
    const ofTenant = this.told.get(event.tenant) ?? new Map<string, ScimEvent>();
    this.told.set(event.tenant, ofTenant);
    if (ofTenant.has(event.id)) this.repeats++;
    else ofTenant.set(event.id, event);
  }

  /** Sequence number of the last change of which everything has come. */
  last(tenant: string): number {
    const event = this.events(tenant).at(-1);
    if (!event) return 0;
    return event.isLast ? event.sequence : event.sequence - 1;
  }

  events(tenant: string): ScimEvent[] {
    return [...(this.told.get(tenant)?.values() ?? [])];
  }

  /** Where what came is not the history; empty when it is. */
  historyProblems(tenant: string, changes: readonly Change[]): string[] {
    const problems: string[] = [];
    let at = { sequence: 1, part: 0 };
    for (const event of this.events(tenant)) {
      const { sequence, part, isLast, id, operation, requestId, resource } = event;
      if (sequence !== at.sequence || part !== at.part) problems.push(`${id} after ${at.sequence}.${at.part - 1}`);
      at = isLast ? { sequence: sequence + 1, part: 0 } : { sequence, part: part + 1 };
      const change = changes[sequence - 1];
      const isOfChange =
        change?.requestId === requestId && change.operation === operation && change.key.id === resource.id;
      if (!isOfChange) problems.push(`${id} is not in the history`);
    }
    if (at.sequence !== changes.length + 1) problems.push(`${changes.length} changes, told until ${at.sequence}`);
    return problems;
  }

  /** Where a copy that is made of the events is not the directory; empty when it is. */
  async copyProblems(tenant: string, tenantId: string, store: Store): Promise<string[]> {
    const { resources, members } = this.copy(tenant);
    const problems: string[] = [];
    for (const type of ['User', 'Group']) {
      const { resources: stored } = await store.search({ tenant: tenantId, type, offset: 0, limit: 100_000 });
      const copies = [...resources.values()].filter(({ meta }) => (meta as JsonObject).resourceType === type);
      problems.push(
        ...differences(
          stored.map(({ key }) => key.id),
          copies.map(({ id }) => String(id)),
          type,
        ),
      );
      for (const { key, document, version, created, lastModified } of stored) {
        const { schemas: _, id: __, meta, ...copied } = resources.get(key.id) ?? {};
        const wanted = { resourceType: type, created, lastModified, version: `W/"${version}"` };
        problems.push(...differences(document, copied, key.id), ...differences(wanted, meta, `${key.id}.meta`));
        if (type !== 'Group') continue;
        const edges = (await store.edges(key, { limit: 100_000 })).map(({ id }) => id);
        problems.push(...differences(edges, [...(members.get(key.id) ?? [])], `members of ${key.id}`));
      }
    }
    return problems;
  }

  private copy(tenant: string): { resources: Map<string, JsonObject>; members: Map<string, Set<string>> } {
    const resources = new Map<string, JsonObject>();
    const members = new Map<string, Set<string>>();
    for (const { type, resource, members: ids } of this.events(tenant)) {
      const ofGroup = members.get(resource.id) ?? new Set();
      for (const id of ids) type === 'membership.added' ? ofGroup.add(id) : ofGroup.delete(id);
      members.set(resource.id, ofGroup);
      if (type.endsWith('.deleted')) resources.delete(resource.id);
      else resources.set(resource.id, resource as unknown as JsonObject);
    }
    return { resources, members };
  }
}
