/**
 * What a run made without being told: a POST that was carried out though its answer never came, a second resource that a
 * bulk job made on the way. It is known by its name, since nobody else's begins with the prefix of the run.
 */
import { type Client, encodeQuery } from './client/client.js';
import { createdPath } from './created.js';
import type { Facts } from './facts.js';
import type { JsonObject } from './model.js';
import { objectsIn, valueAt } from './values.js';

/** Where the prefix of the run may stand: a check may make a user whose userName is empty. */
const NAMES = { User: ['userName', 'externalId'], Group: ['displayName', 'externalId'] } as const;
/** Resources that are asked for at once. */
const PAGE = 100;

/**
 * Paths of resources whose names begin with the prefix, up to a page for each kind of name; none of a server that cannot
 * be asked so. The filter is not trusted, for some servers answer any with everybody: each name that comes is looked at.
 */
export async function findStrays(client: Client, facts: Facts, prefix: string): Promise<string[]> {
  const found = new Set<string>();
  for (const type of ['User', 'Group'] as const) {
    if (type === 'Group' && !facts.features.has('groups')) continue;
    const endpoint = facts.endpoints[type];
    for (const attribute of NAMES[type]) {
      const query = encodeQuery({ filter: `${attribute} sw "${prefix}"`, startIndex: 1, count: PAGE });
      const answer = await client.send({ method: 'GET', path: endpoint, query }).catch(() => undefined);
      for (const resource of objectsIn(valueAt(answer?.body, 'Resources'))) {
        const path = createdPath(endpoint, { headers: {}, body: resource });
        if (path !== undefined && isNamed(resource[attribute], prefix)) found.add(path);
      }
    }
  }
  return [...found];
}

function isNamed(name: JsonObject[string], prefix: string): boolean {
  return typeof name === 'string' && name.toLowerCase().startsWith(`${prefix.toLowerCase()}-`);
}
