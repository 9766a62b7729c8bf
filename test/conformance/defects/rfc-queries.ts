/**
 * Servers that are wrong about filters, sorting, paging, projection, .search, bulk jobs and versions. What our own
 * server does not offer is put in front of it in sound form first (`cursors`, `rootSearch`, `bulk`), and then spoiled.
 */
import { BULK_RESPONSE_URN, BULK_URN, USER_URN } from '../../../src/conformance/facts.js';
import type { Json, JsonObject } from '../../../src/conformance/model.js';
import { isObject, valueAt } from '../../../src/conformance/values.js';
import type { Ask, Passing, Reply, Spoiler } from '../proxy.js';
import type { Defect } from './defect.js';
import { json, list, refusal } from './forms.js';

/** The body of an answer or a request, when it is an object. */
function objectOf({ body }: { body: Json | undefined }): JsonObject {
  return isObject(body) ? body : {};
}

function resourcesOf(reply: Reply): JsonObject[] {
  const resources = objectOf(reply).Resources;
  return Array.isArray(resources) ? resources.filter(isObject) : [];
}

/** The last spoiler comes first on the way in, and last on the way out: nearest to the client. */
function before(sound: Spoiler, spoiler: Spoiler): Spoiler {
  return {
    request: async (request, ask) => (await spoiler.request?.(request, ask)) ?? sound.request?.(request, ask),
    async reply(reply, request, ask) {
      await sound.reply?.(reply, request, ask);
      await spoiler.reply?.(reply, request, ask);
    },
  };
}

function defect(title: string, noticedBy: string, spoiler: Spoiler | (() => Spoiler)): Defect {
  return { title, noticedBy: noticedBy.split(' '), spoil: typeof spoiler === 'function' ? spoiler : () => spoiler };
}

/** Ids of one area: `each('rfc.filter', 'eq ne')`. */
function each(area: string, names: string): string {
  return names
    .split(' ')
    .map((name) => `${area}.${name}`)
    .join(' ');
}

/** The answer to a GET of a list is changed. */
function onList(change: (reply: Reply, body: JsonObject, request: Passing) => void): Spoiler {
  return {
    reply(reply, request) {
      if (request.method === 'GET' && reply.status === 200 && objectOf(reply).totalResults !== undefined) {
        change(reply, objectOf(reply), request);
      }
    },
  };
}

/** The query is changed on its way in. */
function onQuery(change: (query: URLSearchParams, request: Passing) => Reply | undefined): Spoiler {
  return { request: (request) => change(request.query, request) };
}

function parameterIgnored(...names: string[]): Spoiler {
  return onQuery((query) => {
    for (const name of names) query.delete(name);
    return undefined;
  });
}

function parameterDeclined(name: string, isDeclined: (value: string) => boolean, reply: Reply): Spoiler {
  return onQuery((query) => (isDeclined(query.get(name) ?? '') ? structuredClone(reply) : undefined));
}

// Filters

/** The filter is understood as another one. */
function misread(title: string, ids: string, from: RegExp, to: string | ((...found: string[]) => string)): Defect {
  return defect(
    title,
    each('rfc.filter', ids),
    onQuery((query) => {
      const filter = query.get('filter');
      if (filter !== null) query.set('filter', filter.replace(from, to as string));
      return undefined;
    }),
  );
}

/** Such filters are declined. */
function declined(title: string, ids: string, pattern: RegExp, reply = refusal(400, 'invalidFilter')): Defect {
  return defect(
    title,
    each('rfc.filter', ids),
    parameterDeclined('filter', (filter) => pattern.test(filter), reply),
  );
}

/** Such filters find nobody. */
function blind(title: string, ids: string, pattern: RegExp): Defect {
  return declined(title, ids, pattern, list());
}

const SYNTAX =
  'syntax-no-operator syntax-no-value syntax-open-string syntax-open-parenthesis syntax-closed-parenthesis ' +
  'syntax-dangling-and syntax-no-logic syntax-empty-group syntax-open-bracket syntax-value-first syntax-unquoted ' +
  'syntax-single-quotes';

const OPERATORS: readonly Defect[] = [
  misread('eq compares the beginnings of values.', 'eq external-id', / eq "/g, ' sw "'),
  misread('eq compares the ends of values.', 'eq', / eq "/g, ' ew "'),
  misread('ne is taken for eq.', 'ne boolean-ne id', / ne /g, ' eq '),
  misread('co is taken for sw.', 'co', / co /g, ' sw '),
  misread('sw is taken for co.', 'sw', / sw /g, ' co '),
  misread('ew is taken for co.', 'ew', / ew /g, ' co '),
  misread('gt is taken for ge.', 'gt', / gt /g, ' ge '),
  misread('ge is taken for gt.', 'ge', / ge /g, ' gt '),
  misread('lt is taken for le.', 'lt', / lt /g, ' le '),
  misread('le is taken for lt.', 'le', / le /g, ' lt '),
  declined('pr is not known.', 'pr pr-unassigned pr-complex pr-multi-valued', / pr\b/i),
  misread('pr is true of everything.', 'pr-unassigned pr-multi-valued', /\w+ pr\b/g, 'id pr'),
  misread('Booleans in filters are true as soon as they are there.', 'boolean-eq', /active eq \w+/, 'active eq true'),
  declined('null is no value of a filter.', 'eq-null', / null/),
  misread('and is taken for or.', 'and', / and /g, ' or '),
  misread('or is taken for and.', 'or', / or /g, ' and '),
  misread('not is passed over.', 'not not-without-blank', /\bnot ?\(/g, '('),
  declined('not needs a blank behind it.', 'not-without-blank', /not\(/),
  misread(
    'or binds closer than and.',
    'and-before-or',
    /^([^()]+) or ([^()]+) and ([^()]+)$/,
    (_, a, b, c) => `(${a} or ${b}) and ${c}`,
  ),
  misread(
    'not reaches to the end of the filter.',
    'not-before-and',
    /^not \((.*)\) and (.*)$/,
    (_, a, b) => `not ((${a}) and ${b})`,
  ),
  misread('Parentheses are passed over.', 'parentheses', /^\((.*)\)/, (_, inside = '') => inside),
  declined('Groups cannot be nested.', 'parentheses-nested', /\(\(/),
];

const NAMES: readonly Defect[] = [
  declined('Attribute names in filters are compared exactly.', 'attribute-ignores-case', /USERNAME|^username/),
  declined('Operators are compared exactly.', 'operator-ignores-case', / (EQ|Eq|And) /),
  declined('Filters know no sub-attributes.', 'sub-attribute core-urn-sub-attribute', /name\.\w+/),
  misread('All parts of name are searched.', 'sub-attribute', /name\.givenName/, 'name.familyName'),
  declined('Filters know no URNs.', 'core-urn core-urn-sub-attribute urn-ignores-case', /^urn:ietf:[^"]*:User:/i),
  declined('URNs in filters are compared exactly.', 'urn-ignores-case', /^urn:[^"]*:user:/),
  blind('Nobody is found by id.', 'id', /^id eq/),
  declined('externalId cannot be searched.', 'external-id external-id-case-exact', /externalId/),
  declined('meta cannot be searched by resource type.', 'resource-type', /meta\.resourceType/),
  declined('schemas cannot be searched.', 'schemas extension-schema', / schemas eq/),
  declined('Filters know no extensions.', 'extension extension-sub-attribute', /extension:enterprise:2\.0:User:/),
  declined('Filters know no sub-attributes of extensions.', 'extension-sub-attribute', /manager\.value/),
  blind(
    'Only the first value of a multi-valued attribute is searched.',
    'multi-valued multi-valued-default value-path-same-value',
    /-home/,
  ),
  declined('Values cannot be searched by type.', 'multi-valued-type', /emails\.type/),
  declined('Value paths are not understood.', 'value-path', /\[/),
  misread(
    'The expressions of a value path may be true of different values.',
    'value-path-same-value',
    /emails\[type eq ("\w+") and value eq ("[^"]*")\]/,
    (_, type, value) => `emails.type eq ${type} and emails.value eq ${value}`,
  ),
  misread('Value paths behind and are passed over.', 'value-path-combined', / and emails\[[^\]]*\]$/, ''),
];

const VALUES: readonly Defect[] = [
  misread('Escapes in strings are not undone.', 'text-quote text-backslash unicode-escape', /\\/g, '\\\\'),
  declined('An apostrophe ends the string in the database.', 'text-apostrophe', /'/, refusal(500)),
  declined('Filters are split at operators before strings are read.', 'text-operator-in-value', /\(a and b\)/),
  misread('The query is decoded twice.', 'text-reserved-characters', /^.*$/s, (filter = '') =>
    decodeURIComponent(filter.replaceAll('+', ' ')),
  ),
  misread('The query is read as ASCII.', 'text-non-ascii non-ascii-ignores-case normalization', /[^\x20-\x7e]/g, '?'),
  misread(
    'Values become patterns of the database.',
    'literal-percent literal-underscore literal-asterisk literal-dot literal-percent-sw literal-underscore-ew',
    /[%_*.]end"$/,
    'Xend"',
  ),
  blind('userName is compared exactly.', 'user-name-ignores-case', /userName \w\w "CT-/),
  blind('displayName is compared exactly.', 'display-name-ignores-case', /displayName \w\w "CT-/),
  misread('externalId is compared without regard to case.', 'external-id-case-exact', /"CT-[^"]*"/, (value = '') =>
    value.toLowerCase(),
  ),
  misread('Ids are compared without regard to case.', 'id-case-exact', /^id eq .*/, (filter = '') =>
    filter.toLowerCase(),
  ),
  declined(
    'Dates cannot be searched.',
    'date-gt date-ge date-lt date-le date-last-modified date-zone date-fraction',
    /meta\.(created|lastModified)/,
  ),
  misread(
    'Dates are compared the other way round.',
    'date-gt date-lt date-last-modified',
    / (gt|lt) ("\d{4}-)/,
    (_, operator, date) => ` ${operator === 'gt' ? 'lt' : 'gt'} ${date}`,
  ),
  misread('The offset of dates is passed over.', 'date-zone', /[+-]\d\d:00"/, 'Z"'),
  declined('Dates have at most three digits behind the second.', 'date-fraction', /\.\d{7}Z/),
  declined('Dates must have milliseconds.', 'date-fraction', /:\d\dZ"/),
];

const FILTER_ANSWERS: readonly Defect[] = [
  defect(
    'A list without results is answered with 404.',
    'rfc.filter.no-hit',
    onList((reply, body) => {
      if (body.totalResults === 0) Object.assign(reply, refusal(404));
    }),
  ),
  defect('A filter at /Users finds groups, too.', 'rfc.filter.other-types', {
    async reply(reply, { method, path, query }, ask) {
      if (method !== 'GET' || path !== '/Users' || !query.has('filter') || reply.status !== 200) return;
      const groups = await ask('GET', `/Groups?${query}`);
      Object.assign(reply, list([...resourcesOf(reply), ...resourcesOf(groups)]));
    },
  }),
  defect(
    'Filters at /Groups are passed over.',
    each('rfc.filter', 'group-display-name group-member'),
    onQuery((query, { path }) => {
      if (path === '/Groups') query.delete('filter');
      return undefined;
    }),
  ),
  defect(
    'totalResults is the number of resources in the page.',
    'rfc.filter.total rfc.paging.total rfc.paging.total-count-zero',
    onList((reply, body) => {
      body.totalResults = resourcesOf(reply).length;
    }),
  ),
  defect(
    'A filter that is not understood is passed over.',
    each('rfc.filter', `${SYNTAX} boolean-order unknown-operator unknown-attribute`),
    {
      async reply(reply, { method, path, query }, ask) {
        if (method === 'GET' && query.has('filter') && reply.status === 400)
          Object.assign(reply, await ask(method, path));
      },
    },
  ),
  defect(
    'Every mistake is an invalidValue.',
    each('rfc.filter', `${SYNTAX} boolean-order unknown-operator unknown-attribute`),
    {
      reply(reply) {
        if (reply.status === 400) objectOf(reply).scimType = 'invalidValue';
      },
    },
  ),
  blind('Booleans are ordered.', 'boolean-order', /active (gt|ge|lt|le)/),
  blind('An unknown operator finds nobody.', 'unknown-operator', /resembles/),
  misread('Passwords can be searched.', 'password', /password .*$/, 'userName pr'),
  declined('A long filter ends in an error of the server.', 'long', /^.{3000}/s, refusal(500)),
  declined('A deep filter ends in an error of the server.', 'deep', /\({100}/, refusal(500)),
];

// Sorting

/** The resources of a list are put into another order. */
function reordered(change: (resources: JsonObject[], request: Passing) => JsonObject[]): Spoiler {
  return onList((reply, body, request) => {
    if (request.query.has('sortBy')) body.Resources = change(resourcesOf(reply), request);
  });
}

function byText(textOf: (resource: JsonObject) => Json | undefined): (a: JsonObject, b: JsonObject) => number {
  return (a, b) => (String(textOf(a)) < String(textOf(b)) ? -1 : 1);
}

/** Those without a title, and those with one. */
function parted(resources: readonly JsonObject[]): [without: JsonObject[], having: JsonObject[]] {
  return [resources.filter(({ title }) => title === undefined), resources.filter(({ title }) => title !== undefined)];
}

const SORT: readonly Defect[] = [
  defect(
    'Lists are sorted the other way round.',
    each(
      'rfc.sort',
      'ascending descending default-order sub-attribute attribute-ignores-case urn ignores-case missing-last ' +
        'missing-first multi-valued-primary multi-valued-first date pages',
    ),
    reordered((resources) => resources.reverse()),
  ),
  defect('sortOrder is passed over.', each('rfc.sort', 'descending missing-first date'), parameterIgnored('sortOrder')),
  defect(
    'Without a sortOrder lists are in descending order.',
    'rfc.sort.default-order',
    onQuery((query) => {
      if (query.has('sortBy') && !query.has('sortOrder')) query.set('sortOrder', 'descending');
      return undefined;
    }),
  ),
  defect(
    'sortBy knows no sub-attributes.',
    each('rfc.sort', 'sub-attribute attribute-ignores-case urn multi-valued-primary multi-valued-first date'),
    parameterDeclined('sortBy', (name) => name.includes('.'), refusal(400, 'invalidPath')),
  ),
  defect(
    'sortBy knows no URNs.',
    'rfc.sort.urn',
    parameterDeclined('sortBy', (name) => name.startsWith('urn:'), refusal(400, 'invalidPath')),
  ),
  defect(
    'Names in sortBy are compared exactly.',
    'rfc.sort.attribute-ignores-case',
    parameterDeclined('sortBy', (name) => name.startsWith('NAME'), refusal(400, 'invalidPath')),
  ),
  defect(
    'Capital letters are sorted before small ones.',
    'rfc.sort.ignores-case',
    reordered((resources) => resources.sort(byText(({ displayName }) => displayName))),
  ),
  defect(
    'Missing values are sorted like empty text.',
    each('rfc.sort', 'missing-last missing-first'),
    reordered((resources, { query }) => {
      const [without, having] = parted(resources);
      return query.get('sortOrder') === 'descending' ? [...having, ...without] : [...without, ...having];
    }),
  ),
  defect(
    'Lists are sorted by the first value, primary or not.',
    'rfc.sort.multi-valued-primary',
    reordered((resources) => resources.sort(byText((resource) => valueAt(resource, 'emails[0].value')))),
  ),
  defect(
    'A sortOrder alone is an error.',
    'rfc.sort.order-alone',
    onQuery((query) => (query.has('sortOrder') && !query.has('sortBy') ? refusal(400, 'invalidValue') : undefined)),
  ),
  defect(
    'An unknown sortBy ends in an error of the server.',
    'rfc.sort.unknown-attribute',
    parameterDeclined('sortBy', (name) => name === 'noSuchAttribute', refusal(500)),
  ),
  defect(
    'A sorted list leaves out who has no value.',
    each('rfc.sort', 'does-not-filter missing-last missing-first'),
    onList((reply, _, { query }) => {
      if (query.get('sortBy') === 'title') Object.assign(reply, list(parted(resourcesOf(reply))[1]));
    }),
  ),
];

// Paging

function number(query: URLSearchParams, name: string): number {
  return Number(query.get(name));
}

/** Every startIndex that is sent is moved. */
function shifted(shift: (startIndex: number) => number): Spoiler {
  return onQuery((query) => {
    if (query.has('startIndex')) query.set('startIndex', String(shift(number(query, 'startIndex'))));
    return undefined;
  });
}

const doubled = onList((reply, body) => {
  body.Resources = [...resourcesOf(reply), ...resourcesOf(reply)];
});

const PAGING: readonly Defect[] = [
  defect('A page has more than count asks for.', 'rfc.paging.count', doubled),
  defect('A page has more than the announced maximum.', 'rfc.paging.max-results', {
    reply(reply, request, ask) {
      if (request.path === '/ServiceProviderConfig') objectOf(reply).filter = { supported: true, maxResults: 1 };
      return doubled.reply?.(reply, request, ask);
    },
  }),
  defect(
    'itemsPerPage is the count that was asked for.',
    'rfc.paging.items-per-page',
    onList((_, body, { query }) => {
      body.itemsPerPage = number(query, 'count');
    }),
  ),
  defect(
    'A count of 0 is no limit.',
    'rfc.paging.count-zero',
    onQuery((query) => {
      if (query.get('count') === '0') query.delete('count');
      return undefined;
    }),
  ),
  defect(
    'A negative count is an error.',
    'rfc.paging.count-negative',
    parameterDeclined('count', (count) => count.startsWith('-'), refusal(400, 'invalidValue')),
  ),
  defect(
    'Numbers of a list are strings.',
    'rfc.paging.numbers',
    onList((_, body) => {
      for (const name of ['totalResults', 'startIndex', 'itemsPerPage']) body[name] = String(body[name]);
    }),
  ),
  defect(
    'A count above the limit is an error.',
    'rfc.paging.count-large',
    parameterDeclined('count', (count) => Number(count) > 1000, refusal(400, 'invalidValue')),
  ),
  defect(
    'startIndex is an offset.',
    each('rfc.paging', 'start-index all-pages groups'),
    shifted((startIndex) => startIndex + 1),
  ),
  defect(
    'Pages overlap.',
    each('rfc.paging', 'all-pages groups'),
    shifted((startIndex) => startIndex - 1),
  ),
  defect(
    'startIndex of the answer is always 1.',
    'rfc.paging.start-index-echo',
    onList((_, body) => {
      body.startIndex = 1;
    }),
  ),
  defect(
    'A startIndex below 1 is an error.',
    each('rfc.paging', 'start-index-zero start-index-negative'),
    parameterDeclined('startIndex', (startIndex) => /^(0|-.*)$/.test(startIndex), refusal(400, 'invalidValue')),
  ),
  defect(
    'Past the end there is no totalResults.',
    'rfc.paging.past-the-end',
    onList((reply, body) => {
      if (resourcesOf(reply).length === 0) body.totalResults = 0;
    }),
  ),
  defect('Every answer has another order.', 'rfc.paging.repeatable', () => {
    let isTurned = false;
    return onList((reply, body) => {
      if (isTurned) body.Resources = resourcesOf(reply).reverse();
      isTurned = !isTurned;
    });
  }),
];

// Cursors, which our server does not offer: pages by startIndex, with the index in the cursor

const isCursor = (cursor: string): boolean => /^(c\d+)?$/.test(cursor);
const startOf = (cursor: string): number => (cursor === '' ? 1 : Number(cursor.slice(1)));

/** The cursor of a request by GET or by POST; undefined when there is none. */
function cursorOf({ method, path, query, body }: Passing): string | undefined {
  if (method === 'GET') return query.get('cursor') ?? undefined;
  const cursor = path.endsWith('/.search') ? objectOf({ body }).cursor : undefined;
  return typeof cursor === 'string' ? cursor : undefined;
}

/** Paging by cursor, as it should be. */
const cursors = (): Spoiler => ({
  request(request) {
    const cursor = cursorOf(request);
    if (cursor === undefined) return undefined;
    if (!isCursor(cursor)) return refusal(400, 'invalidCursor');
    if (request.method === 'GET') {
      request.query.delete('cursor');
      request.query.set('startIndex', String(startOf(cursor)));
    } else {
      const { cursor: _, ...rest } = objectOf(request);
      request.body = { ...rest, startIndex: startOf(cursor) };
    }
    return undefined;
  },
  reply(reply, request) {
    if (request.path === '/ServiceProviderConfig') objectOf(reply).pagination = { cursor: true, index: true };
    const cursor = cursorOf(request);
    if (cursor === undefined || reply.status !== 200) return;
    const body = objectOf(reply);
    const next = startOf(cursor) + resourcesOf(reply).length;
    delete body.startIndex;
    if (next <= Number(body.totalResults)) body.nextCursor = `c${next}`;
    const count = request.method === 'GET' ? number(request.query, 'count') : Number(objectOf(request).count);
    if (startOf(cursor) > 1) body.previousCursor = `c${Math.max(1, startOf(cursor) - count)}`;
  },
});

/** One thing about a page by cursor is wrong. */
function wrongCursors(
  title: string,
  ids: string,
  change: (body: JsonObject, reply: Reply, cursor: string) => void,
): Defect {
  return defect(title, each('rfc.paging', ids), () =>
    before(cursors(), {
      reply(reply, request) {
        const cursor = cursorOf(request);
        if (cursor !== undefined && reply.status === 200) change(objectOf(reply), reply, cursor);
      },
    }),
  );
}

const CURSORS: readonly Defect[] = [
  wrongCursors('No page has a nextCursor.', 'cursor-first cursor-all-pages cursor-search', (body) => {
    delete body.nextCursor;
  }),
  wrongCursors('A page by cursor has more than count asks for.', 'cursor-count cursor-all-pages', (body, reply) => {
    body.Resources = [...resourcesOf(reply), ...resourcesOf(reply)];
  }),
  wrongCursors('The last page leads to the first.', 'cursor-last', (body) => {
    body.nextCursor ??= 'c1';
  }),
  wrongCursors('totalResults is the size of the page by cursor.', 'cursor-total', (body, reply) => {
    body.totalResults = resourcesOf(reply).length;
  }),
  wrongCursors('Cursors are base64 with padding.', 'cursor-characters', (body) => {
    if (body.nextCursor !== undefined) body.nextCursor = Buffer.from(String(body.nextCursor)).toString('base64');
    if (body.nextCursor !== undefined) body.nextCursor += '==';
  }),
  wrongCursors('previousCursor leads to the same page.', 'cursor-previous', (body, _, cursor) => {
    if (body.previousCursor !== undefined) body.previousCursor = cursor;
  }),
  defect('An unknown cursor leads to the first page.', 'rfc.paging.cursor-invalid', () =>
    before(
      cursors(),
      onQuery((query) => {
        if (!isCursor(query.get('cursor') ?? '')) query.set('cursor', '');
        return undefined;
      }),
    ),
  ),
  defect('The cursor in the body of a search is passed over.', 'rfc.paging.cursor-search', () =>
    before(cursors(), {
      request({ path, body }) {
        if (path.endsWith('/.search') && isObject(body)) body.cursor = '';
        return undefined;
      },
    }),
  ),
];

// attributes and excludedAttributes

/** The resource in the answer, or those of a list, are changed where the parameter is given. */
function onProjected(name: string, change: (resource: JsonObject) => void): Spoiler {
  return {
    reply(reply, { query }) {
      if (!query.has(name) || reply.status >= 300) return;
      for (const resource of objectOf(reply).Resources === undefined ? [objectOf(reply)] : resourcesOf(reply)) {
        change(resource);
      }
    },
  };
}

const PROJECTION: readonly Defect[] = [
  defect(
    'attributes is passed over.',
    each(
      'rfc.projection',
      'attributes attributes-several attributes-sub-attribute attributes-multi-valued attributes-ignores-case ' +
        'attributes-urn attributes-extension list-attributes group-members-asked post put patch',
    ),
    parameterIgnored('attributes'),
  ),
  defect(
    'excludedAttributes is passed over.',
    each(
      'rfc.projection',
      'excluded excluded-sub-attribute excluded-ignores-case excluded-urn list-excluded group-members ' +
        'group-members-list',
    ),
    parameterIgnored('excludedAttributes'),
  ),
  defect(
    'attributes leaves out the id.',
    each('rfc.projection', 'attributes-id list-attributes post put patch'),
    onProjected('attributes', (resource) => {
      delete resource.id;
    }),
  ),
  defect(
    'attributes leaves out schemas.',
    'rfc.projection.attributes-schemas',
    onProjected('attributes', (resource) => {
      delete resource.schemas;
    }),
  ),
  defect(
    'attributes takes one name only.',
    'rfc.projection.attributes-several',
    onQuery((query) => {
      if (query.has('attributes')) query.set('attributes', String(query.get('attributes')).split(',')[0] as string);
      return undefined;
    }),
  ),
  defect(
    'attributes can ask for the password.',
    'rfc.projection.attributes-never-returned',
    onProjected('attributes', (resource) => {
      resource.password = 'e3b0c442';
    }),
  ),
  defect(
    'Names in attributes are compared exactly.',
    each('rfc.projection', 'attributes-ignores-case'),
    onQuery((query) => {
      if (query.get('attributes')?.startsWith('USERNAME')) query.set('attributes', 'id');
      return undefined;
    }),
  ),
  defect(
    'excludedAttributes can leave out id and schemas.',
    'rfc.projection.excluded-always-returned',
    onProjected('excludedAttributes', (resource) => {
      delete resource.id;
      delete resource.schemas;
    }),
  ),
  defect('The schema says always, and the attribute can be excluded.', 'rfc.projection.always-returned', {
    reply(reply, { path }) {
      if (path !== '/Schemas') return;
      for (const { attributes } of resourcesOf(reply)) {
        const userName = (attributes as JsonObject[]).find(({ name }) => name === 'userName');
        if (userName) userName.returned = 'always';
      }
    },
  }),
  defect(
    'An unknown name to return is an error.',
    each('rfc.projection', 'unknown-name unknown-excluded'),
    onQuery((query) => (query.toString().includes('noSuchAttribute') ? refusal(400, 'invalidPath') : undefined)),
  ),
  defect(
    'Both parameters together end in an error of the server.',
    'rfc.projection.both',
    onQuery((query) => (query.has('attributes') && query.has('excludedAttributes') ? refusal(500) : undefined)),
  ),
  defect(
    'attributes is applied to the list itself.',
    each('rfc.projection', 'list-envelope list-attributes'),
    onList((reply, _, { query }) => {
      if (query.has('attributes')) reply.body = { Resources: resourcesOf(reply) };
    }),
  ),
  defect(
    'A filter sees only what is returned.',
    'rfc.projection.filter-by-other',
    onQuery((query) => (query.get('attributes') === 'userName' && query.has('filter') ? list() : undefined)),
  ),
  defect('PATCH is answered with 204 whatever is asked for.', each('rfc.projection', 'patch-status patch'), {
    reply(reply, { method }) {
      if (method === 'PATCH' && reply.status === 200) Object.assign(reply, { status: 204, body: undefined });
    },
  }),
  defect('attributes narrows what is stored.', 'rfc.projection.write-keeps-all', {
    request({ method, query, body }) {
      if (method === 'PUT' && query.has('attributes') && isObject(body)) {
        for (const name of Object.keys(body)) if (!['schemas', 'id', 'userName'].includes(name)) delete body[name];
      }
      return undefined;
    },
  }),
];

// .search

const isSearch = ({ method, path }: Passing): boolean => method === 'POST' && path.endsWith('/.search');

/** Members of the SearchRequest are passed over. */
function memberIgnored(title: string, ids: string, ...names: string[]): Defect {
  return defect(title, each('rfc.search', ids), {
    request(request) {
      if (isSearch(request)) for (const name of names) delete objectOf(request)[name];
      return undefined;
    },
  });
}

/** POST to /.search, as it should be: the answers of both endpoints together. */
const rootSearch = (): Spoiler => ({
  async request(request, ask) {
    if (!isSearch(request) || request.path !== '/.search') return undefined;
    const replies = [];
    for (const endpoint of ['/Users', '/Groups']) replies.push(await ask('POST', `${endpoint}/.search`, request.body));
    // What one type does not know is without a value there, and what none knows is a mistake.
    const sound = replies.filter(({ status }) => status === 200);
    return sound.length === 0 ? replies[0] : list(sound.flatMap(resourcesOf));
  },
});

const SEARCH: readonly Defect[] = [
  defect('A search is answered as if it had created something.', each('rfc.search', 'list creates-nothing'), {
    reply(reply, request) {
      if (isSearch(request) && reply.status === 200) reply.status = 201;
    },
  }),
  memberIgnored('A search passes over the filter.', 'filter no-hit invalid-filter same-as-get', 'filter'),
  memberIgnored('A search passes over startIndex and count.', 'paging', 'startIndex', 'count'),
  memberIgnored('A search passes over attributes.', 'attributes', 'attributes'),
  memberIgnored('A search passes over excludedAttributes.', 'excluded-attributes', 'excludedAttributes'),
  defect('A search is sorted the other way round.', 'rfc.search.sort', {
    reply(reply, request) {
      if (isSearch(request)) objectOf(reply).Resources = resourcesOf(reply).reverse();
    },
  }),
  defect('A search without a hit is answered with 404.', 'rfc.search.no-hit', {
    reply(reply, request) {
      if (isSearch(request) && objectOf(reply).totalResults === 0) Object.assign(reply, refusal(404));
    },
  }),
  defect('A search for groups finds none.', 'rfc.search.groups', {
    request: ({ path }) => (path === '/Groups/.search' ? list() : undefined),
  }),
  defect('A search at the root finds users alone.', each('rfc.search', 'root root-resource-type'), {
    request: (request, ask) => (request.path === '/.search' ? ask('POST', '/Users/.search', request.body) : undefined),
  }),
  defect('Each type has pages of its own at the root.', 'rfc.search.root-paging', rootSearch),
  defect('A GET at the root finds nothing.', 'rfc.search.root-get', {
    request: ({ method, path }) => (method === 'GET' && path === '/' ? list() : undefined),
  }),
  defect('A search at the root declines what not all types have.', 'rfc.search.root-unknown-attribute', () =>
    before(rootSearch(), {
      request({ path, body }) {
        const isOfUsers = path === '/.search' && String(objectOf({ body }).filter).includes('userName');
        return isOfUsers ? refusal(400, 'invalidFilter') : undefined;
      },
    }),
  ),
];

// Whoever asks

/** GET /Me, as it should be for somebody who is a user. */
const me = (): Spoiler => ({
  async request({ method, path }, ask) {
    if (method !== 'GET' || path !== '/Me') return undefined;
    const [user = {}] = resourcesOf(await ask('GET', '/Users?count=1'));
    const reply = json(200, user);
    const [location, etag] = ['meta.location', 'meta.version'].map((path) => String(valueAt(user, path)));
    return { ...reply, headers: { ...reply.headers, location, etag } as Record<string, string> };
  },
});

const ME: readonly Defect[] = [
  defect('/Me is found by nobody.', 'rfc.me.answer', {
    request: ({ path }) => (path === '/Me' ? refusal(404) : undefined),
  }),
  defect('/Me is an address of its own.', 'rfc.me.location', () =>
    before(me(), {
      reply(reply, { path }) {
        if (path === '/Me') reply.headers.location = 'https://scim.example.com/Me';
      },
    }),
  ),
  defect('/Me is somebody else.', 'rfc.me.same-resource', () =>
    before(me(), {
      async reply(reply, { path }, ask) {
        if (path !== '/Me') return;
        const other = await ask('POST', '/Users', { schemas: [USER_URN], userName: 'somebody else' });
        reply.headers.location = String(reply.headers.location).replace(/[^/]+$/, String(valueAt(other.body, 'id')));
      },
    }),
  ),
  defect('/Me is always shown whole.', 'rfc.me.attributes', me),
  defect('The Location of /Me is there with a body alone.', 'rfc.me.not-modified', () =>
    before(me(), {
      reply(reply, { path, headers }) {
        if (path !== '/Me' || headers['if-none-match'] === undefined) return;
        reply.status = 304;
        delete reply.headers.location;
      },
    }),
  ),
  defect('/Me answers whoever asks.', 'rfc.me.without-credential', {
    request: ({ path }) => (path === '/Me' ? json(200, { id: '1' }) : undefined),
  }),
];

// Bulk jobs

const MAX_OPERATIONS = 20;
const MAX_PAYLOAD = 20_000;
const REFERENCE = /bulkId:([\w-]+)/g;

interface BulkOptions {
  /** References to what comes later are resolved. */
  readonly looksAhead?: boolean;
}

/** Bulk jobs, as they should be: each operation is a request of its own. Circles are answered with 409. */
const bulk = ({ looksAhead = true }: BulkOptions = {}): Spoiler => ({
  async request({ method, path, body }, ask) {
    if (method !== 'POST' || path !== '/Bulk') return undefined;
    const { Operations, failOnErrors } = objectOf({ body });
    if (!Array.isArray(Operations)) return refusal(400, 'invalidSyntax');
    if (Operations.length > MAX_OPERATIONS) return refusal(413, undefined, 'More operations than maxOperations.');
    if (JSON.stringify(body).length > MAX_PAYLOAD) return refusal(413, undefined, 'More bytes than maxPayloadSize.');
    const results = await perform(Operations.filter(isObject), Number(failOnErrors ?? Infinity), looksAhead, ask);
    return json(200, { schemas: [BULK_RESPONSE_URN], Operations: results });
  },
  reply(reply, { path }) {
    if (path !== '/ServiceProviderConfig') return;
    objectOf(reply).bulk = { supported: true, maxOperations: MAX_OPERATIONS, maxPayloadSize: MAX_PAYLOAD };
  },
});

async function perform(operations: JsonObject[], failOnErrors: number, looksAhead: boolean, ask: Ask) {
  const ids = new Map<string, string>();
  const results: JsonObject[] = [];
  let waiting = operations;
  let failures = 0;
  for (let isMoving = true; isMoving && waiting.length > 0; ) {
    const later: JsonObject[] = [];
    for (const operation of waiting) {
      if (failures >= failOnErrors) return results;
      const references = [...JSON.stringify(operation.data ?? null).matchAll(REFERENCE)].map(([, id = '']) => id);
      if (looksAhead && references.some((id) => !ids.has(id))) {
        later.push(operation);
        continue;
      }
      const result = await performOne(operation, ids, ask);
      if (Number(result.status) >= 400) failures++;
      results.push(result);
    }
    isMoving = later.length < waiting.length;
    waiting = later;
  }
  const unresolved = waiting.map(({ method, bulkId = null }) => {
    return { method, bulkId, status: '409', response: refusal(409).body ?? null };
  });
  return [...results, ...unresolved];
}

async function performOne({ method, path, bulkId, data }: JsonObject, ids: Map<string, string>, ask: Ask) {
  const text = JSON.stringify(data ?? null).replace(REFERENCE, (reference, id) => ids.get(id) ?? reference);
  const reply = await ask(String(method), String(path), data === undefined ? undefined : (JSON.parse(text) as Json));
  const body = objectOf(reply);
  if (typeof bulkId === 'string' && typeof body.id === 'string') ids.set(bulkId, body.id);
  const location = method === 'POST' ? valueAt(body, 'meta.location') : `https://scim.example.com${path}`;
  return {
    method,
    ...(bulkId !== undefined && { bulkId }),
    ...(location !== undefined && { location }),
    status: String(reply.status),
    ...(reply.status >= 300 && { response: reply.body }),
  };
}

/** One thing about the answer to a job is wrong. */
function wrongResult(title: string, ids: string, change: (results: JsonObject[], reply: Reply) => void): Defect {
  return defect(title, each('rfc.bulk', ids), () =>
    before(bulk(), {
      reply(reply, { path }) {
        const results = valueAt(reply.body, 'Operations');
        if (path === '/Bulk' && Array.isArray(results)) change(results.filter(isObject), reply);
      },
    }),
  );
}

/** The job is changed before it is done. */
function wrongJob(
  title: string,
  ids: string,
  change: (job: JsonObject, operations: JsonObject[], ask: Ask) => Reply | undefined | Promise<Reply | undefined>,
): Defect {
  return defect(title, each('rfc.bulk', ids), () =>
    before(bulk(), {
      request({ path, body }, ask) {
        const operations = valueAt(body, 'Operations');
        if (path !== '/Bulk' || !isObject(body)) return undefined;
        return change(body, Array.isArray(operations) ? operations.filter(isObject) : [], ask);
      },
    }),
  );
}

/** Operations of the method have a result, and are not done. */
function methodPassedOver(title: string, id: string, method: string): Defect {
  return wrongJob(title, id, (_, operations) => {
    if (operations[0]?.method !== method) return undefined;
    const results = [{ method, location: 'https://scim.example.com/Users/42', status: '204' }];
    return json(200, { schemas: [BULK_RESPONSE_URN], Operations: results });
  });
}

const BULK: readonly Defect[] = [
  wrongResult('The answer to a job has the schemas of the request.', 'response', (_, reply) => {
    objectOf(reply).schemas = [BULK_URN];
  }),
  wrongResult('Results have the status of the job.', 'create not-found continues', (results) => {
    for (const result of results) result.status = '200';
  }),
  methodPassedOver('PUT in a job is passed over.', 'put', 'PUT'),
  methodPassedOver('PATCH in a job is passed over.', 'patch', 'PATCH'),
  methodPassedOver('DELETE in a job is passed over.', 'delete', 'DELETE'),
  wrongResult('Only what was created has a result.', 'several', (results, reply) => {
    objectOf(reply).Operations = results.filter(({ method }) => method === 'POST');
  }),
  wrongResult('Results have no bulkId.', 'bulk-id create', (results) => {
    for (const result of results) delete result.bulkId;
  }),
  wrongResult('Results have no method.', 'method', (results) => {
    for (const result of results) delete result.method;
  }),
  wrongResult('Results have a path for their location.', 'location', (results) => {
    for (const result of results) result.location = new URL(String(result.location)).pathname;
  }),
  wrongResult('status of a result is a number.', 'status-string', (results) => {
    for (const result of results) result.status = Number(result.status);
  }),
  wrongJob('A bulkId is taken for an id.', 'reference forward-reference extension-reference', (_, operations) => {
    for (const operation of operations) {
      if (operation.data !== undefined) {
        operation.data = JSON.parse(JSON.stringify(operation.data).replace(REFERENCE, 'x$1')) as Json;
      }
    }
    return undefined;
  }),
  defect('References reach backwards only.', 'rfc.bulk.forward-reference rfc.bulk.circular-reference', () =>
    bulk({ looksAhead: false }),
  ),
  wrongJob(
    'A group is made before its members are, and again with them.',
    'forward-reference-once',
    async (_, [first], ask) => {
      const { path, data } = first ?? {};
      if (path === '/Groups' && isObject(data)) await ask('POST', '/Groups', { ...data, members: [] });
      return undefined;
    },
  ),
  wrongJob('A circle of references ends in an error of the server.', 'circular-reference', (_, operations) =>
    operations.length === 2 && operations.every(({ path }) => path === '/Groups') ? refusal(500) : undefined,
  ),
  wrongJob('An unresolved reference is left out.', 'unknown-reference', (_, operations) => {
    for (const { data } of operations) {
      if (isObject(data) && JSON.stringify(data).includes('bulkId:nobody')) delete data.members;
    }
    return undefined;
  }),
  wrongJob('The first failure ends every job.', 'continues without-fail-on-errors', (job) => {
    job.failOnErrors = 1;
    return undefined;
  }),
  wrongJob('failOnErrors is passed over.', 'fail-on-errors', (job) => {
    delete job.failOnErrors;
    return undefined;
  }),
  wrongResult('Failed operations have a status and no error.', 'error-response', (results) => {
    for (const result of results) delete result.response;
  }),
  wrongJob('A job without Operations is done.', 'no-operations', (job) => {
    job.Operations ??= [];
    return undefined;
  }),
  defect('The limits of jobs are not announced.', 'rfc.bulk.limits', {
    reply(reply, { path }) {
      if (path === '/ServiceProviderConfig') objectOf(reply).bulk = { supported: true };
    },
  }),
  wrongJob('Jobs of any size are accepted.', 'max-operations max-payload-size', (_, operations) =>
    operations.length > MAX_OPERATIONS || JSON.stringify(operations).length > MAX_PAYLOAD
      ? json(200, { schemas: [BULK_RESPONSE_URN], Operations: [] })
      : undefined,
  ),
  wrongJob('A job that is too large is declined without a reason.', 'limit-named', (_, operations) =>
    operations.length > MAX_OPERATIONS ? refusal(413, undefined, 'Too large.') : undefined,
  ),
];

// Versions

const ETAG_HEADERS: readonly Defect[] = [
  defect('Nothing has an ETag.', each('rfc.etag', 'header form same-as-header post-header put-header stable'), {
    reply(reply) {
      delete reply.headers.etag;
    },
  }),
  defect('The ETag has no quotation marks.', 'rfc.etag.form', {
    reply({ headers }) {
      if (headers.etag) headers.etag = headers.etag.replace(/^W\/|"/g, '');
    },
  }),
  defect('Resources have no meta.version.', 'rfc.etag.meta-version', {
    reply(reply) {
      if (isObject(objectOf(reply).meta)) delete (objectOf(reply).meta as JsonObject).version;
    },
  }),
  defect('meta.version is the ETag without its quotation marks.', 'rfc.etag.same-as-header rfc.etag.list-version', {
    reply(reply) {
      for (const { meta } of [objectOf(reply), ...resourcesOf(reply)]) {
        if (isObject(meta)) meta.version = String(meta.version).replaceAll('"', '');
      }
    },
  }),
  defect('Answers to writes have no ETag.', each('rfc.etag', 'post-header put-header'), {
    reply(reply, { method }) {
      if (method !== 'GET') delete reply.headers.etag;
    },
  }),
  defect('Every answer has another ETag.', each('rfc.etag', 'stable post-header put-header'), () => {
    let answers = 0;
    return {
      reply({ headers }) {
        if (headers.etag) headers.etag = `W/"${++answers}"`;
      },
    };
  }),
  defect(
    'The ETag never changes.',
    each('rfc.etag', 'changes-with-put changes-with-patch changes-with-members match-patch'),
    {
      request({ headers }) {
        delete headers['if-match'];
        return undefined;
      },
      reply({ headers }) {
        if (headers.etag) headers.etag = 'W/"1"';
      },
    },
  ),
];

/** The condition of a request is passed over. */
function conditionIgnored(name: string): Spoiler {
  return {
    request({ headers }) {
      delete headers[name];
      return undefined;
    },
  };
}

/** Requests with such a condition are declined. */
function conditionDeclined(name: string, pattern: RegExp, reply: Reply): Spoiler {
  return { request: ({ headers }) => (pattern.test(headers[name] ?? '') ? structuredClone(reply) : undefined) };
}

const CONDITIONS: readonly Defect[] = [
  defect(
    'If-None-Match is passed over.',
    each('rfc.etag', 'none-match none-match-header none-match-list none-match-any'),
    conditionIgnored('if-none-match'),
  ),
  defect('A 304 has no ETag.', 'rfc.etag.none-match-header', {
    reply(reply) {
      if (reply.status === 304) delete reply.headers.etag;
    },
  }),
  defect(
    'Any If-None-Match is answered with 304.',
    'rfc.etag.none-match-changed',
    conditionDeclined('if-none-match', /./, { status: 304, headers: {}, body: undefined }),
  ),
  defect('If-None-Match takes one ETag.', 'rfc.etag.none-match-list', {
    request({ headers }) {
      if (headers['if-none-match']?.includes(',')) delete headers['if-none-match'];
      return undefined;
    },
  }),
  defect(
    'A weak ETag never matches.',
    each('rfc.etag', 'match-put match-patch match-delete match-list'),
    conditionDeclined('if-match', /^W\//, refusal(412)),
  ),
  defect('If-Match knows no asterisk.', 'rfc.etag.match-any', conditionDeclined('if-match', /^\*$/, refusal(412))),
  defect('If-Match takes one ETag.', 'rfc.etag.match-list', conditionDeclined('if-match', /,/, refusal(412))),
  defect(
    'If-Match is passed over.',
    each('rfc.etag', 'stale-put stale-patch stale-delete'),
    conditionIgnored('if-match'),
  ),
  defect(
    'A failed precondition is told when all is done.',
    each('rfc.etag', 'stale-put stale-patch stale-delete'),
    () => ({
      ...conditionIgnored('if-match'),
      reply(reply, { headers }) {
        if (headers['if-match']) Object.assign(reply, refusal(412));
      },
    }),
  ),
  defect('A write needs If-Match.', 'rfc.etag.optional', {
    request: ({ method, headers }) => (method === 'PUT' && !headers['if-match'] ? refusal(428) : undefined),
  }),
];

export const rfcQueriesDefects: readonly Defect[] = [
  ...OPERATORS,
  ...NAMES,
  ...VALUES,
  ...FILTER_ANSWERS,
  ...SORT,
  ...PAGING,
  ...CURSORS,
  ...PROJECTION,
  ...SEARCH,
  ...ME,
  ...BULK,
  ...ETAG_HEADERS,
  ...CONDITIONS,
];
