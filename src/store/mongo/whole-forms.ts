/** Edges and memberships in the form of resources, where a filter asks of them. */
import type { FilterNode } from '../../scim/filter/node.js';
import { fold } from '../../scim/fold.js';
import type { JsonObject } from '../../scim/json.js';
import type { Attribute, ResourceType } from '../../scim/schema/characteristics.js';
import type { Edge, ResourceKey } from '../store.js';
import { attributesOf } from './compile-filter.js';
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
        put(forms[index], edges, members);
      }
    }
    if (memberships && named.has(memberships)) {
      const groups = await this.reader.memberships(tenant, ids);
      for (const [index, id] of ids.entries()) {
        // RFC 7643 §4.1.2: the type of a membership says whether it is direct.
        const all = (groups.get(id) ?? []).map((group) => ({ ...group, type: group.direct ? 'direct' : 'indirect' }));
        put(forms[index], memberships, all);
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

function put(form: JsonObject | undefined, attribute: Attribute, all: readonly Edge[]): void {
  if (form) form[attribute.name] = all.map((edge) => element(attribute, edge));
}

function element(attribute: Attribute, { id, type, display }: Edge): JsonObject {
  const inForm = (name: string, text: string): string =>
    attribute.subAttributes.get(name)?.caseExact ? text : fold(text);
  return {
    value: id,
    type: inForm('type', type),
    ...(display !== undefined && { display: inForm('display', display) }),
  };
}
