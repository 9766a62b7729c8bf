/** GET by id: RFC 7644 §3.4.1, and the form of resources in answers. */
import type { Check } from '../../check.js';
import { USER_URN } from '../../facts.js';
import type { Answer, Json } from '../../model.js';
import type { Made, Probe } from '../../probe.js';
import { isObject, shown, valueAt } from '../../values.js';

/** The resource at its `meta.location`. */
async function readAtLocation(t: Probe, made: Made): Promise<Answer> {
  const answer = await t.read(made);
  return readAt(t, answer, 'meta.location', valueAt(answer.body, 'meta.location'));
}

/**
 * The resource at a location that an answer names; skips when that is on a host that must not be shown the credential.
 * @param name what says the location
 * @param authorization that of the run unless it is given
 */
export async function readAt(
  t: Probe,
  answer: Answer,
  name: string,
  value: Json | undefined,
  authorization?: string,
): Promise<Answer> {
  const location = String(value ?? '');
  const asked = answer.exchange.request.url;
  const isUri = URL.canParse(location, asked);
  t.expect(location !== '' && isUri, answer, `${name} is ${shown(location)}`, 'a URI', location);
  if (!isUri) return answer;
  const target = new URL(location, asked);
  if (target.origin !== new URL(asked).origin) {
    t.skip(`${name} leads to ${target.origin}, to which the credential of the tested server is not sent`);
  }
  return t.request('GET', target.href, { authorization });
}

/** The names of an answer that differ from the schema's in letter case alone. */
function miswritten(body: Json | undefined, names: readonly string[]): string[] {
  if (!isObject(body)) return [];
  return Object.keys(body).filter(
    (key) => !names.includes(key) && names.some((name) => name.toLowerCase() === key.toLowerCase()),
  );
}

/** The path of the first null among the attributes of a resource. */
function nullIn(body: Json | undefined): string | undefined {
  if (!isObject(body)) return undefined;
  return Object.entries(body)
    .flatMap(([name, value]) => [
      [name, value] as const,
      ...(isObject(value) ? Object.entries(value).map(([sub, each]) => [`${name}.${sub}`, each] as const) : []),
    ])
    .find(([, value]) => value === null)?.[0];
}

const NAMES = ['schemas', 'id', 'externalId', 'meta', 'userName', 'displayName', 'active', 'name', 'emails'];

const resourceChecks: readonly Check[] = [
  {
    id: 'rfc.read.status',
    suite: 'rfc',
    title: 'A user that exists is read with 200, and is the one that was asked for.',
    level: 'must',
    source: 'RFC 7644 §3.4.1',
    fix: 'Answer GET /Users/{id} with status 200 and the resource itself, outside of a ListResponse.',
    async run(t) {
      const user = await t.user();
      const answer = await t.read(user);
      t.expectEqual(answer, 'id', user.id);
      t.expectEqual(answer, 'userName', user.sent.userName as Json);
    },
  },
  {
    id: 'rfc.read.group',
    suite: 'rfc',
    title: 'A group that exists is read with 200, and is the one that was asked for.',
    level: 'must',
    source: 'RFC 7644 §3.4.1',
    fix: 'Answer GET /Groups/{id} with status 200 and the resource itself, outside of a ListResponse.',
    needs: ['groups'],
    async run(t) {
      const group = await t.group();
      const answer = await t.read(group);
      t.expectEqual(answer, 'id', group.id);
      t.expectEqual(answer, 'displayName', group.sent.displayName as Json);
    },
  },
  {
    id: 'rfc.read.schemas',
    suite: 'rfc',
    title: 'A user that is read has the User schema in schemas.',
    level: 'must',
    source: 'RFC 7643 §3',
    fix: `Write schemas with ${USER_URN} to every User, also where it is read by id.`,
    async run(t) {
      const answer = await t.read(await t.user());
      const schemas = valueAt(answer.body, 'schemas');
      const isNamed = Array.isArray(schemas) && schemas.includes(USER_URN);
      t.expect(isNamed, answer, `schemas is ${shown(schemas)}`, [USER_URN], schemas ?? 'nothing');
    },
  },
  {
    id: 'rfc.read.meta',
    suite: 'rfc',
    title: 'The resource type, creation and location of a user are the same whenever it is read.',
    level: 'must',
    source: 'RFC 7643 §3.1',
    fix: 'Store meta.created once, and write the same resourceType and location to the answers of POST and GET.',
    async run(t) {
      const user = await t.user();
      const answer = await t.read(user);
      for (const name of ['meta.resourceType', 'meta.created', 'meta.location']) {
        t.expectEqual(answer, name, valueAt(user.answer.body, name) ?? null);
      }
    },
  },
  {
    id: 'rfc.read.location',
    suite: 'rfc',
    title: 'A user can be read at its meta.location.',
    level: 'must',
    source: 'RFC 7643 §3.1',
    fix: 'Build meta.location from the address at which clients reach the server, also behind a gateway.',
    async run(t) {
      const user = await t.user();
      const answer = await readAtLocation(t, user);
      t.expectStatus(answer, 200);
      t.expectEqual(answer, 'id', user.id);
    },
  },
  {
    id: 'rfc.read.content-location',
    suite: 'rfc',
    title: 'Where an answer has the header Content-Location, meta.location says the same.',
    level: 'must',
    source: 'RFC 7643 §3.1',
    fix: 'Send the same URI in Content-Location and meta.location, or leave the header out.',
    async run(t) {
      const answer = await t.read(await t.user());
      const header = answer.headers['content-location'];
      if (header !== undefined) t.expectEqual(answer, 'meta.location', header);
    },
  },
  {
    id: 'rfc.read.names',
    suite: 'rfc',
    title: 'Attribute names in an answer have the letter case of the schema.',
    level: 'should',
    source: 'RFC 7643 §2.1',
    fix: 'Write attribute names as the schema defines them: most clients look for exactly userName, not username.',
    async run(t) {
      const answer = await t.read(await t.user());
      const found = miswritten(answer.body, NAMES);
      t.expect(found.length === 0, answer, `${found.join(', ')} is in another letter case`, NAMES, found);
    },
  },
  {
    id: 'rfc.read.no-null',
    suite: 'rfc',
    title: 'There is no null in a user that is read.',
    level: 'should',
    source: 'RFC 7643 §2.5',
    fix: 'Leave attributes without a value out of the answer instead of writing null.',
    async run(t) {
      const answer = await t.read(await t.user());
      const found = nullIn(answer.body);
      t.expect(found === undefined, answer, `${found} is null`, 'no null', 'null');
    },
  },
];

const formChecks: readonly Check[] = [
  {
    id: 'rfc.read.media-type',
    suite: 'rfc',
    title: 'A user is answered with the media type application/scim+json.',
    level: 'must',
    source: 'RFC 7644 §3.8',
    fix: 'Send Content-Type: application/scim+json to clients that accept it.',
    async run(t) {
      const answer = await t.read(await t.user());
      const found = answer.headers['content-type'];
      const isScim = /^application\/scim\+json\s*(;|$)/i.test(found ?? '');
      t.expect(isScim, answer, `The media type is ${shown(found)}`, 'application/scim+json', found ?? 'nothing');
    },
  },
  {
    id: 'rfc.read.list-media-type',
    suite: 'rfc',
    title: 'A list of users is answered with the media type application/scim+json.',
    level: 'must',
    source: 'RFC 7644 §3.8',
    fix: 'Send lists too with Content-Type: application/scim+json to clients that accept it.',
    readsOnly: true,
    async run(t) {
      const answer = await t.get(t.endpoint('User'), { count: 1 });
      t.expectStatus(answer, 200);
      const found = answer.headers['content-type'];
      const isScim = /^application\/scim\+json\s*(;|$)/i.test(found ?? '');
      t.expect(isScim, answer, `The media type is ${shown(found)}`, 'application/scim+json', found ?? 'nothing');
    },
  },
  ...(
    [
      ['json', 'application/json'],
      ['any', '*/*'],
      ['list', 'application/scim+json, application/json;q=0.8, */*;q=0.1'],
    ] as const
  ).map(
    ([name, accept]): Check => ({
      id: `rfc.read.accept-${name}`,
      suite: 'rfc',
      title: `A request with Accept: ${accept} is answered with JSON.`,
      level: 'should',
      source: 'RFC 7644 §8.1',
      fix: `Answer Accept: ${accept} with JSON, as application/scim+json or application/json.`,
      readsOnly: true,
      async run(t) {
        const answer = await t.get(t.endpoint('User'), { count: 1 }, { Accept: accept });
        t.expectList(answer);
        const found = answer.headers['content-type'];
        const isJson = /^application\/(scim\+)?json\s*(;|$)/i.test(found ?? '');
        t.expect(isJson, answer, `The media type is ${shown(found)}`, 'JSON', found ?? 'nothing');
      },
    }),
  ),
  {
    id: 'rfc.read.not-public',
    suite: 'rfc',
    title: 'Answers with personal data may not be stored in shared caches.',
    level: 'should',
    source: 'RFC 9111 §3.5',
    fix: 'Send no Cache-Control with public or s-maxage on resources; Cache-Control: no-store is the safe choice.',
    async run(t) {
      const answer = await t.read(await t.user());
      const found = answer.headers['cache-control'] ?? '';
      const isPublic = /(^|[\s,])(public|s-maxage)\b/i.test(found);
      t.expect(!isPublic, answer, `Cache-Control is ${shown(found)}`, 'neither public nor s-maxage', found);
    },
  },
];

const unknownChecks: readonly Check[] = [
  ...(['User', 'Group'] as const).map(
    (type): Check => ({
      id: `rfc.read.unknown-${type.toLowerCase()}`,
      suite: 'rfc',
      title: `A ${type} that does not exist is 404.`,
      level: 'must',
      source: 'RFC 7644 §3.12',
      fix: 'Answer requests for an id that does not exist with 404 and an error body, in whatever form the id is.',
      ...(type === 'Group' && { needs: ['groups'] as const }),
      readsOnly: true,
      async run(t) {
        // Of the form that most servers have, and of one that none has: neither may be anything but 404.
        for (const id of [t.random.uuid(), t.unique('id')]) {
          t.expectError(await t.get(`${t.endpoint(type)}/${id}`), 404);
        }
      },
    }),
  ),
  {
    id: 'rfc.read.id-exact',
    suite: 'rfc',
    title: 'An id in another letter case is another id.',
    level: 'should',
    source: 'RFC 7643 §3.1',
    fix: 'Compare ids exactly: their caseExact is true.',
    async run(t) {
      const user = await t.user();
      const other = user.id === user.id.toUpperCase() ? user.id.toLowerCase() : user.id.toUpperCase();
      if (other === user.id) t.skip('the ids of the server have no letters');
      t.expectError(await t.get(`${t.endpoint('User')}/${encodeURIComponent(other)}`), 404);
    },
  },
  {
    id: 'rfc.read.other-type',
    suite: 'rfc',
    title: 'The id of a user is no group.',
    level: 'must',
    source: 'RFC 7644 §3.4.1',
    fix: 'Look up an id among the resources of the endpoint alone: /Groups/{id of a user} is 404.',
    needs: ['groups'],
    async run(t) {
      const user = await t.user();
      const answer = await t.get(`${t.endpoint('Group')}/${encodeURIComponent(user.id)}`);
      const found = valueAt(answer.body, 'userName');
      t.expect(found === undefined, answer, 'A user was answered as a group', 404, found);
      // Servers that count each type for itself may have a group of that id.
      t.expectStatus(answer, 404, 200);
    },
  },
];

export const readChecks: readonly Check[] = [...resourceChecks, ...formChecks, ...unknownChecks];
