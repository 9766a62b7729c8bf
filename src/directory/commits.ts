/**
 * From a plan to what is durable. Knows: in which order a plan meets what else has a word on it (the catalogs, the
 * members there are, the app, the store), and that what is durable is announced. Does not know: which request it is for,
 * nor what is done when another write came in between, which is for attempts.ts.
 */
import type { JsonObject } from '../scim/json.js';
import type { ResourceType } from '../scim/schema/characteristics.js';
import type { ChangeOperation, ResourceKey, StoredResource, Write } from '../store/store.js';
import { type Announce, announcing } from './announce.js';
import { askBeforeCommit, type Planned } from './before-commit.js';
import type { Caller } from './caller.js';
import { checkCatalogs } from './catalogs.js';
import { edgeDifference, memberIds } from './members.js';
import type { DirectoryOptions } from './options.js';
import { askHook } from './password-hook.js';
import type { Plan } from './plan.js';
import { explained } from './refusals.js';
import { deleteWrite, deletion, documentDifference, type Occasion, putWrite, schemaFor } from './write.js';

export class Commits {
  private readonly announce: Announce;

  constructor(private readonly options: DirectoryOptions) {
    this.announce = announcing(options.announce);
  }

  /**
   * Commits a plan. One that changes nothing is not written: `meta` stays as it was (RFC 7644 §3.5.2.1). A password that
   * is kept is a change, with a version of its own, though none that is told: If-Match must notice it.
   * @param current undefined for a new resource
   * @returns the resource as it is now durable
   * @throws ScimError, VersionConflict
   */
  async put(
    caller: Caller,
    type: ResourceType,
    key: ResourceKey,
    current: StoredResource | undefined,
    plan: Plan,
    operation: ChangeOperation,
  ): Promise<StoredResource> {
    const { store } = this.options;
    if (type.catalogs.length > 0) {
      const source = { store, tenant: caller.tenant, types: caller.types };
      await checkCatalogs(source, type, current?.document ?? {}, plan.document);
    }
    const edges = await edgeDifference(store, key, plan.edges, current === undefined);
    const changes = { difference: documentDifference(current?.document ?? {}, plan.document, type), ...edges };
    const { passwordHash } = plan;
    const isSame = changes.difference.length + edges.added.length + edges.removed.length === 0;
    if (current && isSame && passwordHash === undefined) {
      await this.handOver(key, plan);
      // What was read may not be durable yet, and this answer promises that it is.
      await store.commit(caller.tenant, [], [current]);
      return current;
    }
    const planned = { key, current, document: plan.document, changes, leaves: [] };
    const withValues = await this.askApp(caller, type, operation, planned);
    const document = withValues ?? plan.document;
    await this.handOver(key, { ...plan, document });
    const settled = withValues
      ? { ...changes, difference: documentDifference(current?.document ?? {}, document, type.stored ?? type) }
      : changes;
    const occasion = this.occasion(caller, operation);
    const put = putWrite(key, current, document, settled, occasion, schemaFor(caller, type));
    const write = passwordHash === undefined ? put : { ...put, passwordHash };
    try {
      await store.commit(caller.tenant, [write], current && [current]);
    } catch (error) {
      throw await explained(error, store, caller, type, document);
    }
    this.announce(caller.tenant);
    return write.resource;
  }

  /**
   * Deletes a resource. Groups that had it as a member get a change of their own in the same commit.
   * @throws ScimError, VersionConflict
   */
  async remove(caller: Caller, type: ResourceType, current: StoredResource): Promise<void> {
    const { store } = this.options;
    const { key } = current;
    const members = type.edges ? [...(await memberIds(store, key))] : [];
    const groups = (await store.containers(key.tenant, key.id, 'latest')).filter((group) => group.key.id !== key.id);
    const changes = deletion(current, members, type.stored ?? type);
    const leaves = groups.map((group) => group.key.id);
    await this.askApp(caller, type, 'delete', { key, current, document: undefined, changes, leaves });
    const writes = groups.map((group) => this.departure(caller, group, key.id));
    const last = deleteWrite(current, changes, this.occasion(caller, 'delete'));
    await store.commit(key.tenant, [...writes, last], [current, ...groups]);
    this.announce(key.tenant);
  }

  private departure(caller: Caller, group: StoredResource, member: string): Write {
    const type = caller.types(group.key.type) as ResourceType;
    const changes = { difference: [], added: [], removed: [member] };
    const occasion = this.occasion(caller, 'patch');
    return putWrite(group.key, group, group.document, changes, occasion, schemaFor(caller, type));
  }

  /** Gives the document when the app has added values of its own. @throws ScimError when it does not want the change */
  private async askApp(
    caller: Caller,
    type: ResourceType,
    operation: ChangeOperation,
    planned: Omit<Planned, 'type' | 'profile'>,
  ): Promise<JsonObject | undefined> {
    const { beforeCommit, hookTimeout } = this.options;
    if (!beforeCommit) return undefined;
    const whole = { ...planned, type: type.stored ?? type, profile: caller.profile };
    return askBeforeCommit(beforeCommit, whole, this.occasion(caller, operation), hookTimeout);
  }

  private async handOver({ tenant, type, id }: ResourceKey, { unkept, document }: Plan): Promise<void> {
    const { onPassword, hookTimeout } = this.options;
    const password = unkept?.get('password');
    if (onPassword && typeof password === 'string')
      await askHook(onPassword, { tenant, type, id, resource: document, password }, hookTimeout);
  }

  private occasion({ actor, requestId }: Caller, operation: ChangeOperation): Occasion {
    return { operation, time: this.options.clock(), requestId, actor };
  }
}
