/** Edges and memberships in the form of resources, where a filter asks of them. */
import { attributesOf, type FilterNode } from '../../scim/filter/node.js';
import type { JsonObject } from '../../scim/json.js';
import type { ResourceType } from '../../scim/schema/characteristics.js';
import { edgesInForm, membershipsInForm } from '../edge-forms.js';
import type { Edge, ResourceKey } from '../store.js';
import type { Reader } from './reader.js';

/** Members that are read together. */
const CHUNK = 1_000;

export class WholeForms {
  constructor(private readonly reader: Reader) {}

  /** @param forms of the resources with these ids, in the same order; what is missing is put into them */
  async complete(
    tenant: string,
    type: ResourceType,
    ids: readonly string[],
    forms: readonly JsonObject[],
    filter: FilterNode,
  ): Promise<void> {
    const named = new Set(attributesOf(filter).map(({ lineage }) => lineage[0]));
    const { edges, memberships } = type;
    if (edges && named.has(edges)) {
      for (const [index, id] of ids.entries()) {
        const members = await this.members({ tenant, type: type.name, id });
        (forms[index] as JsonObject)[edges.name] = edgesInForm(edges, members);
      }
    }
    if (memberships && named.has(memberships)) {
      const groups = await this.reader.memberships(tenant, ids);
      for (const [index, id] of ids.entries()) {
        (forms[index] as JsonObject)[memberships.name] = membershipsInForm(memberships, groups.get(id) ?? []);
      }
    }
  }

  private async members(group: ResourceKey): Promise<Edge[]> {
    const members: Edge[] = [];
    for (let after = ''; ; ) {
      const page = await this.reader.edges(group, { after, limit: CHUNK });
      for (const edge of page) members.push(edge);
      const last = page.at(-1);
      if (!last || page.length < CHUNK) return members;
      after = last.id;
    }
  }
}
