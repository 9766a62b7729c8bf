/** Everything that a target holds, read in both ways that there are, and held against what it ought to hold. */
import { listed } from './entra-client.js';
import { type ExpectedTarget, type Names, shownGroup, shownUser } from './expected-target.js';
import { each, type JsonObject, type ScimClient } from './scim-client.js';

const WIDTH = 8;

/** All resources of an endpoint, perhaps filtered, page by page. A page size that divides nothing shows what pages lose or repeat. */
export async function readPages(scim: ScimClient, endpoint: string, count = 7): Promise<JsonObject[]> {
  const resources: JsonObject[] = [];
  for (;;) {
    const startIndex = resources.length + 1;
    const separator = endpoint.includes('?') ? '&' : '?';
    const answer = await scim.get(`${endpoint}${separator}startIndex=${startIndex}&count=${count}`);
    const page = listed(answer);
    if (answer.body?.startIndex !== startIndex) throw new Error(`startIndex is ${answer.body?.startIndex}`);
    resources.push(...page);
    if (resources.length >= Number(answer.body.totalResults)) return resources;
    if (page.length === 0) throw new Error(`${answer.body.totalResults} are told, ${resources.length} are shown`);
  }
}

/** Every resource of the target as it is read by id, users before groups. */
export async function readEverything(scim: ScimClient): Promise<JsonObject[]> {
  const everything: JsonObject[] = [];
  for (const endpoint of ['/Users', '/Groups']) {
    const ids = (await readPages(scim, endpoint)).map(({ id }) => String(id));
    const found = new Map<string, JsonObject>();
    await each(ids, WIDTH, async (id) => void found.set(id, (await scim.get(`${endpoint}/${id}`)).body ?? {}));
    everything.push(...ids.map((id) => found.get(id) as JsonObject));
  }
  return everything;
}

/** In which ways the target is not what is expected; empty when it is. */
export async function deviations(scim: ScimClient, expected: ExpectedTarget, names: Names): Promise<string[]> {
  return [
    ...(await compareEndpoint(scim, '/Users', [...expected.users.keys()], names, (objectId) => ({
      resource: shownUser(expected, objectId, names),
      version: expected.user(objectId).version,
    }))),
    ...(await compareEndpoint(scim, '/Groups', [...expected.groups.keys()], names, (objectId) => ({
      resource: shownGroup(expected, objectId, names),
      version: expected.group(objectId).version,
    }))),
    ...(await compareNames(scim, expected, names)),
  ];
}

interface Expected {
  readonly resource: JsonObject;
  readonly version: number;
}

async function compareEndpoint(
  scim: ScimClient,
  endpoint: string,
  objectIds: readonly string[],
  names: Names,
  expectedOf: (objectId: string) => Expected,
): Promise<string[]> {
  const paged = new Map((await readPages(scim, endpoint)).map((resource) => [String(resource.id), resource]));
  const found: string[] = [];
  if (paged.size !== objectIds.length) {
    found.push(`${endpoint}: ${paged.size} resources, not ${objectIds.length}`);
  }
  await each(objectIds, WIDTH, async (objectId) => {
    const id = names.links.get(objectId) as string;
    const expected = expectedOf(objectId);
    const { status, body = {}, headers } = await scim.get(`${endpoint}/${id}`);
    const problems = [
      ...(status === 200 ? [] : [`status ${status}`]),
      ...differences(expected.resource, withoutMeta(body), ''),
      ...metaProblems(body, `${names.baseUrl}${endpoint}/${id}`, expected.version),
      ...(headers.etag === (body.meta as JsonObject | undefined)?.version ? [] : [`ETag ${headers.etag}`]),
      ...differences(body, paged.get(id) ?? {}, ' on its page'),
    ];
    found.push(...problems.map((problem) => `${objectId} ${problem}`));
  });
  return found;
}

/** One user, for a look at a single write. */
export async function userDeviations(
  scim: ScimClient,
  expected: ExpectedTarget,
  objectId: string,
  names: Names,
): Promise<string[]> {
  const { body = {} } = await scim.get(`/Users/${names.links.get(objectId)}`);
  const location = `${names.baseUrl}/Users/${names.links.get(objectId)}`;
  return [
    ...differences(shownUser(expected, objectId, names), withoutMeta(body), ''),
    ...metaProblems(body, location, expected.user(objectId).version),
  ];
}

/** Each user is found by its present name, in any case, and none by a name that was given up. */
async function compareNames(scim: ScimClient, expected: ExpectedTarget, { links }: Names): Promise<string[]> {
  const found: string[] = [];
  const ask = async (name: string, ids: readonly string[]) => {
    const hits = listed(await scim.filter('/Users', `userName eq ${JSON.stringify(name)}`, { attributes: 'userName' }));
    const got = hits.map(({ id }) => id);
    if (JSON.stringify(got) !== JSON.stringify(ids)) found.push(`userName eq ${name} finds ${got}, not ${ids}`);
  };
  await each([...expected.users], WIDTH, async ([objectId, { resource }]) => {
    const name = resource.userName as string;
    await ask(name, [links.get(objectId) as string]);
    await ask(name.toUpperCase(), [links.get(objectId) as string]);
  });
  await each(expected.oldNames, WIDTH, (name) => ask(name, []));
  return found;
}

function withoutMeta({ meta: _, ...resource }: JsonObject): JsonObject {
  return resource;
}

function metaProblems({ meta, groups }: JsonObject, location: string, version: number): string[] {
  const { resourceType, created, lastModified, version: shown, ...rest } = (meta ?? {}) as JsonObject;
  const type = location.includes('/Users/') ? 'User' : 'Group';
  const instants = [created, lastModified].map((text) => Date.parse(String(text)));
  // Behind the version of a user with groups stands their fingerprint.
  const tag = new RegExp(`^W/"${version}${groups === undefined ? '' : '\\.[0-9a-z]+'}"$`);
  return [
    ...differences({ location }, rest, ' meta'),
    ...(tag.test(String(shown)) ? [] : [` meta.version is ${shown}, not ${version}`]),
    ...(resourceType === type ? [] : [` meta.resourceType is ${resourceType}`]),
    ...(instants[0]! <= instants[1]! && instants[1]! <= Date.now() ? [] : [` meta: ${created} to ${lastModified}`]),
  ];
}

/** `path: wanted …, got …` for each attribute in which two values differ. The order of elements is nobody's promise. */
export function differences(wanted: unknown, got: unknown, path: string): string[] {
  if (isObject(wanted) && isObject(got)) {
    const names = new Set([...Object.keys(wanted), ...Object.keys(got)]);
    return [...names].flatMap((name) => differences(wanted[name], got[name], `${path}.${name}`));
  }
  const [a, b] = [ordered(wanted), ordered(got)];
  return a === b ? [] : [`${path}: wanted ${a}, got ${b}`];
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As text that does not depend on the order of keys and elements. */
function ordered(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(ordered).sort().join(',')}]`;
  if (!isObject(value)) return String(JSON.stringify(value));
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${ordered(value[name])}`).join(',')}}`;
}
