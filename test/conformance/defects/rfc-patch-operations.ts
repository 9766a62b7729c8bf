/** Servers that are wrong in PATCH of users. */
import { ENTERPRISE_URN, USER_URN } from '../../../src/conformance/facts.js';
import type { Json, JsonObject } from '../../../src/conformance/model.js';
import { isObject, valueAt } from '../../../src/conformance/values.js';
import type { Ask, Passing, Reply, Spoiler } from '../proxy.js';
import type { Defect } from './defect.js';
import { current, done, refusal } from './forms.js';
import {
  changing,
  elementsOf,
  ignoring,
  type Operation,
  operationsOf,
  partsOf,
  patchBody,
  refusing,
  showing,
  withoutTexts,
} from './rfc-patch-forms.js';

const isRemove = ({ op }: Operation): boolean => op === 'remove';
const isAdd = ({ op }: Operation): boolean => op === 'add';
const isReplace = ({ op }: Operation): boolean => op === 'replace';
const isExtension = ({ path }: Operation): boolean => path?.startsWith(ENTERPRISE_URN) === true;

/** The answer to a PATCH is changed. */
function answering(spoil: (reply: Reply, request: Passing) => void): () => Spoiler {
  return () => ({
    reply(reply, request) {
      if (request.method === 'PATCH') spoil(reply, request);
    },
  });
}

/** The list of operations is changed as a whole. */
function rearranging(change: (operations: Operation[]) => Operation[]): () => Spoiler {
  return () => ({
    request(request) {
      const operations = operationsOf(request);
      if (operations.length > 1) request.body = patchBody(change(operations));
      return undefined;
    },
  });
}

/** What the user is made of when a server takes a PATCH without a path for a PUT. */
async function putInstead(path: string, value: JsonObject, ask: Ask): Promise<Reply> {
  const { schemas, userName } = await current(path, ask);
  return ask('PUT', path, { schemas, userName, ...value });
}

/** The first element that a filter for type or value selects, or the first that it does not, by its value. */
async function oneElement(operation: Operation, { path }: Passing, ask: Ask, of: 'matching' | 'others') {
  const { name, filter, rest } = partsOf(operation);
  if (filter === undefined) return [operation];
  const type = /^type eq "(\w+)"$/.exec(filter)?.[1];
  const elements = elementsOf(await current(path, ask), name);
  const found = elements.find((each) =>
    of === 'matching' ? each.type === type : each.type !== type && !filter.includes(String(each.value)),
  );
  return [found ? { ...operation, path: `${name}[value eq "${String(found.value)}"]${rest}` } : operation];
}

/** Checks of refusals whose scimType the RFC names in the text. */
const NAMED_REFUSALS = [
  'rfc.patch.remove.no-path',
  'rfc.patch.remove.required',
  'rfc.patch.remove.read-only',
  'rfc.patch.replace.no-match',
  'rfc.patch.replace.no-match-sub-attribute',
];

/** Checks of other refusals; the scimType has a check of its own. */
const OTHER_REFUSALS = [
  'rfc.patch.message.unknown-op',
  'rfc.patch.message.no-op',
  'rfc.patch.message.no-operations',
  'rfc.patch.message.empty-operations',
  'rfc.patch.message.operations-no-array',
  'rfc.patch.message.no-schemas',
  'rfc.patch.message.add-without-value',
  'rfc.patch.message.replace-without-value',
  'rfc.patch.path.unclosed',
  'rfc.patch.path.dots',
  'rfc.patch.path.unknown-attribute',
  'rfc.patch.replace.read-only-id',
  'rfc.patch.replace.read-only-meta',
  'rfc.patch.replace.wrong-type-boolean',
  'rfc.patch.replace.wrong-type-string',
  'rfc.patch.replace.wrong-type-complex',
  'rfc.patch.replace.required-null',
];

/** What was patched shows the present for a time in its meta. */
function stampedAnew(name: 'created' | 'lastModified'): Spoiler {
  const patched = new Set<string>();
  return {
    reply({ body }, { method, path }) {
      if (method === 'PATCH') patched.add(path);
      const meta = valueAt(body, 'meta');
      if (patched.has(path) && isObject(meta)) meta[name] = new Date().toISOString();
    },
  };
}

const message: readonly Defect[] = [
  {
    title: 'Whatever is wrong with a PATCH, it is answered with 204.',
    noticedBy: [
      ...NAMED_REFUSALS,
      ...OTHER_REFUSALS,
      'rfc.patch.message.unknown-resource',
      'rfc.patch.path.unknown-operator',
      'rfc.patch.atomic.status',
      'rfc.patch.replace.user-name-taken',
      'rfc.patch.replace.user-name-taken-status',
      'rfc.patch.replace.user-name-other-case',
      'rfc.groups.member.immutable',
      'rfc.groups.of-user.patched',
    ],
    spoil: answering((reply) => {
      if (reply.status < 400) return;
      reply.status = 204;
      reply.body = undefined;
    }),
  },
  {
    title: 'The errors of PATCH have no scimType.',
    noticedBy: [
      ...NAMED_REFUSALS,
      ...OTHER_REFUSALS.map((id) => `${id}-type`),
      'rfc.patch.replace.user-name-taken-status',
    ],
    spoil: answering(({ body }) => {
      if (isObject(body)) delete body.scimType;
    }),
  },
  {
    title: 'A PATCH that cannot be carried out is answered with 500.',
    noticedBy: [
      'rfc.patch.message.unknown-resource',
      'rfc.patch.replace.user-name-taken',
      'rfc.patch.atomic.status',
      'rfc.patch.remove.no-path',
      'rfc.patch.path.unclosed',
    ],
    spoil: answering((reply) => {
      if (reply.status >= 400) reply.status = 500;
    }),
  },
  {
    title: 'A PATCH is answered with 202.',
    noticedBy: ['rfc.patch.answer.status'],
    spoil: answering((reply) => {
      if (reply.status < 300) reply.status = 202;
    }),
  },
  {
    title: 'A PATCH is answered with the user as it was before.',
    noticedBy: ['rfc.patch.answer.whole'],
    spoil: () => {
      let before: JsonObject | undefined;
      return {
        async request({ method, path }, ask) {
          if (method === 'PATCH') before = await current(path, ask);
          return undefined;
        },
        reply(reply, { method }) {
          if (method !== 'PATCH' || reply.status >= 300) return;
          reply.status = 200;
          reply.body = before;
        },
      };
    },
  },
  {
    title: 'A PATCH with attributes is answered with 204 like any other.',
    noticedBy: ['rfc.patch.answer.attributes-status'],
    spoil: answering((reply, { query }) => {
      if (query.has('attributes')) Object.assign(reply, done());
    }),
  },
  {
    title: 'A PATCH ignores the parameter attributes.',
    noticedBy: ['rfc.patch.answer.attributes'],
    spoil: () => ({
      async request(request, ask) {
        if (request.method !== 'PATCH' || !request.query.has('attributes')) return undefined;
        await ask('PATCH', request.path, request.body);
        return ask('GET', request.path);
      },
    }),
  },
  {
    title: 'The time of the last change is that of the making.',
    noticedBy: ['rfc.patch.answer.last-modified'],
    spoil: showing(({ meta }) => {
      if (isObject(meta)) meta.lastModified = meta.created;
    }),
  },
  {
    title: 'Each PATCH moves meta.lastModified, even one that changes nothing.',
    noticedBy: ['rfc.patch.add.existing-keeps-timestamp', 'rfc.groups.add.existing-keeps-timestamp'],
    spoil: () => stampedAnew('lastModified'),
  },
  {
    title: 'Each PATCH makes a new version, even one that changes nothing.',
    noticedBy: ['rfc.patch.add.existing-keeps-version'],
    spoil: () => {
      const versions = new Map<string, number>();
      return {
        reply({ headers, body }, { method, path }) {
          if (method === 'PATCH') versions.set(path, (versions.get(path) ?? 0) + 1);
          const version = versions.get(path);
          const meta = valueAt(body, 'meta');
          if (version === undefined || !isObject(meta)) return;
          meta.version = `W/"of-patch-${version}"`;
          headers.etag = meta.version;
        },
      };
    },
  },
  {
    title: 'A PATCH makes the user anew.',
    noticedBy: ['rfc.patch.answer.identity'],
    spoil: () => stampedAnew('created'),
  },
  {
    title: 'Whoever is changed is active.',
    noticedBy: ['rfc.patch.replace.keeps-inactive'],
    spoil: changing((operation) => [operation, { op: 'replace', path: 'active', value: true }]),
  },
  {
    title: 'Operations behind the first are overlooked.',
    noticedBy: [
      'rfc.patch.order.last-wins',
      'rfc.patch.order.all-applied',
      'rfc.patch.order.builds-on-former',
      'rfc.patch.order.remove-then-add',
      'rfc.patch.atomic.status',
      'rfc.groups.add.several-operations',
      'rfc.groups.remove.several-operations',
      'rfc.groups.remove.add-in-one',
    ],
    spoil: rearranging((operations) => operations.slice(0, 1)),
  },
  {
    title: 'Operations are carried out from the last to the first.',
    noticedBy: ['rfc.patch.order.last-wins', 'rfc.patch.order.builds-on-former', 'rfc.patch.order.remove-then-add'],
    spoil: rearranging((operations) => operations.toReversed()),
  },
  {
    title: 'Removes are carried out behind all other operations.',
    noticedBy: ['rfc.patch.order.remove-then-add'],
    spoil: rearranging((operations) => [
      ...operations.filter((operation) => !isRemove(operation)),
      ...operations.filter(isRemove),
    ]),
  },
  {
    title: 'Each operation is carried out on its own, whatever becomes of the others.',
    noticedBy: [
      'rfc.patch.atomic.singular',
      'rfc.patch.atomic.multi-valued',
      'rfc.patch.atomic.removed',
      'rfc.patch.atomic.user-name',
      'rfc.patch.atomic.following',
      'rfc.groups.add.atomic',
    ],
    spoil: () => ({
      async request(request, ask) {
        const operations = operationsOf(request);
        if (operations.length < 2) return undefined;
        let worst: Reply = done();
        for (const operation of operations) {
          const reply = await ask('PATCH', request.path, patchBody([operation]));
          if (reply.status >= worst.status) worst = reply;
        }
        return worst;
      },
    }),
  },
  {
    title: 'Of a request with an operation that fails the rest is kept, and success reported.',
    noticedBy: ['rfc.patch.atomic.status', 'rfc.patch.atomic.singular', 'rfc.patch.atomic.following'],
    spoil: ignoring(({ op, path }) => op === 'remove' && path === undefined),
  },
];

const path: readonly Defect[] = [
  {
    title: 'Attribute names in paths have to be in the letter case of the schema.',
    noticedBy: [
      'rfc.patch.path.ignores-case',
      'rfc.patch.path.ignores-case-sub-attribute',
      'rfc.patch.path.urn-ignores-case',
      'rfc.patch.path.filter-ignores-case',
      'rfc.patch.remove.filter-ignores-case',
    ],
    spoil: refusing(({ path }) => /displayname|[A-Z]{2}|^Emails/.test(withoutTexts(path))),
  },
  {
    title: 'URNs in paths are compared letter by letter.',
    noticedBy: ['rfc.patch.path.urn-ignores-case', 'rfc.patch.extension.ignores-case'],
    spoil: refusing(({ path = '' }) => /^urn:/.test(path) && !/:User:/.test(path)),
  },
  {
    title: 'A path with the URN of the core schema is unknown.',
    noticedBy: ['rfc.patch.path.urn', 'rfc.patch.path.urn-sub-attribute', 'rfc.patch.path.urn-filter'],
    spoil: refusing(({ path }) => path?.startsWith(USER_URN) === true),
  },
  {
    title: 'A path is split at each dot, those within quotes included.',
    noticedBy: ['rfc.patch.path.filter-by-value', 'rfc.patch.remove.filter-value'],
    spoil: refusing(({ path = '' }) => /"[^"]*\.[^"]*"/.test(path)),
  },
  {
    title: 'Members of a value are overlooked when their letter case is not that of the schema.',
    noticedBy: ['rfc.patch.path.keys-ignore-case'],
    spoil: ignoring(({ path, value }) => path === undefined && valueAt(value, 'DisplayNAME') !== undefined),
  },
  {
    title: 'Letters that are not Latin become question marks.',
    noticedBy: ['rfc.patch.path.quoted-text'],
    spoil: changing((operation) => {
      const { value } = operation;
      return [typeof value === 'string' ? { ...operation, value: value.replaceAll(/[^ -ÿ]/g, '?') } : operation];
    }),
  },
];

const add: readonly Defect[] = [
  {
    title: 'An add replaces what is there.',
    noticedBy: [
      'rfc.patch.add.multi-valued',
      'rfc.patch.add.several-values',
      'rfc.patch.add.no-path-multi-valued',
      'rfc.groups.add.one',
      'rfc.groups.add.no-path',
      'rfc.groups.add.several-operations',
    ],
    spoil: changing((operation) => [isAdd(operation) ? { ...operation, op: 'replace' } : operation]),
  },
  {
    title: 'An add does not touch what has a value already.',
    noticedBy: [
      'rfc.patch.add.replaces-singular',
      'rfc.patch.add.boolean',
      'rfc.patch.add.complex',
      'rfc.patch.add.multi-valued',
      'rfc.groups.add.one',
    ],
    spoil: ignoring(
      (operation, current) => isAdd(operation) && valueAt(current, operation.path ?? 'none') !== undefined,
    ),
  },
  {
    title: 'False is taken for no value.',
    noticedBy: ['rfc.patch.add.boolean', 'rfc.patch.replace.boolean'],
    spoil: ignoring(({ value }) => value === false),
  },
  {
    title: 'What has no value yet cannot be written by PATCH.',
    noticedBy: [
      'rfc.patch.add.unassigned',
      'rfc.patch.add.sub-attribute',
      'rfc.patch.add.first-value',
      'rfc.patch.replace.unassigned',
      'rfc.patch.extension.add',
      'rfc.groups.add.first',
    ],
    spoil: refusing(({ op, path }, current) => {
      if (op === 'remove' || path === undefined || path.includes('[')) return false;
      return valueAt(current, path) === undefined;
    }, 400),
  },
  {
    title: 'Of several values the first is added.',
    noticedBy: ['rfc.patch.add.several-values', 'rfc.groups.add.several', 'rfc.groups.add.hundred'],
    spoil: changing((operation) => {
      const { value } = operation;
      return [isAdd(operation) && Array.isArray(value) ? { ...operation, value: value.slice(0, 1) } : operation];
    }),
  },
  {
    title: 'A value that is added twice is there twice.',
    noticedBy: ['rfc.patch.add.existing-once', 'rfc.groups.add.existing-once', 'rfc.concurrency.same-member'],
    spoil: doubling,
  },
  {
    title: 'A value that is there already cannot be added.',
    noticedBy: ['rfc.patch.add.existing-succeeds', 'rfc.groups.add.existing-succeeds'],
    spoil: refusing(
      ({ path = '', value }, current) =>
        Array.isArray(value) &&
        elementsOf(current, path).some((each) => value.some((given) => valueAt(given, 'value') === each.value)),
      409,
      'uniqueness',
    ),
  },
  {
    title: 'Several values can be the primary one.',
    noticedBy: ['rfc.patch.add.primary', 'rfc.patch.replace.primary'],
    spoil: showing((user) => {
      for (const email of elementsOf(user, 'emails')) email.primary = true;
    }),
  },
  {
    title: 'A PATCH needs a path.',
    noticedBy: [
      'rfc.patch.add.no-path',
      'rfc.patch.add.no-path-multi-valued',
      'rfc.patch.replace.no-path',
      'rfc.patch.replace.no-path-multi-valued',
      'rfc.patch.extension.no-path',
      'rfc.groups.add.no-path',
      'rfc.groups.replace.no-path',
    ],
    spoil: refusing(({ path }) => path === undefined),
  },
  {
    title: 'A PATCH without a path is taken for a PUT.',
    noticedBy: [
      'rfc.patch.add.no-path-keeps-others',
      'rfc.patch.add.no-path-multi-valued',
      'rfc.patch.replace.no-path-keeps-others',
      'rfc.patch.extension.add-no-path-keeps-others',
    ],
    spoil: () => ({
      request(request, ask) {
        const [operation] = operationsOf(request);
        if (operation?.path !== undefined || !isObject(operation?.value)) return undefined;
        return putInstead(request.path, operation.value, ask);
      },
    }),
  },
  {
    title: 'A complex attribute is made anew by add and replace.',
    noticedBy: ['rfc.patch.add.complex-keeps-others', 'rfc.patch.replace.complex-keeps-others'],
    spoil: changing((operation) =>
      operation.path === 'name' && !isRemove(operation) ? [{ op: 'remove', path: 'name' }, operation] : [operation],
    ),
  },
  {
    title: 'A path with a sub-attribute reaches the whole complex attribute.',
    noticedBy: ['rfc.patch.add.sub-attribute', 'rfc.patch.replace.sub-attribute', 'rfc.patch.remove.sub-attribute'],
    spoil: changing((operation) => {
      const sub = /^name\.(\w+)$/.exec(operation.path ?? '')?.[1];
      if (sub === undefined) return [operation];
      const cleared: Operation = { op: 'remove', path: 'name' };
      return isRemove(operation)
        ? [cleared]
        : [cleared, { op: 'add', path: 'name', value: { [sub]: operation.value } }];
    }),
  },
  {
    title: 'The sub-attributes of a complex value are overlooked.',
    noticedBy: ['rfc.patch.add.complex', 'rfc.patch.replace.complex'],
    spoil: ignoring(({ path }) => path === 'name'),
  },
];

/** Remembers what was added although it was there, and shows it twice. */
function doubling(): Spoiler {
  const seen = new Set<string>();
  const doubled = new Set<string>();
  const keyOf = (path: string, name: string, value: Json | undefined): string => `${path} ${name} ${String(value)}`;
  return {
    async request(request, ask) {
      for (const { op, path: name = '', value } of operationsOf(request)) {
        if (op !== 'add' || !Array.isArray(value)) continue;
        for (const each of elementsOf(await current(request.path, ask), name)) {
          seen.add(keyOf(request.path, name, each.value));
        }
        for (const given of value) {
          const key = keyOf(request.path, name, valueAt(given, 'value'));
          if (seen.has(key)) doubled.add(key);
          seen.add(key);
        }
      }
      return undefined;
    },
    reply({ body }, { path }) {
      if (!isObject(body)) return;
      for (const name of ['emails', 'members']) {
        const again = elementsOf(body, name).filter(({ value }) => doubled.has(keyOf(path, name, value)));
        if (again.length > 0) body[name] = [...elementsOf(body, name), ...again];
      }
    },
  };
}

const filters: readonly Defect[] = [
  {
    title: 'The filter in a path is ignored: all values are meant.',
    noticedBy: [
      'rfc.patch.add.filtered-sub-attribute',
      'rfc.patch.remove.filter',
      'rfc.patch.remove.filter-value',
      'rfc.patch.remove.no-match',
      'rfc.patch.replace.filter',
      'rfc.patch.replace.filtered-sub-attribute',
      'rfc.patch.replace.address',
      'rfc.groups.remove.filter',
      'rfc.groups.remove.filter-or',
      'rfc.groups.remove.stranger',
    ],
    spoil: changing((operation) => {
      const { name, filter, rest } = partsOf(operation);
      return [filter === undefined ? operation : { ...operation, path: `${name}${rest}` }];
    }),
  },
  {
    title: 'A filter in a path selects the first value that it does not mean.',
    noticedBy: [
      'rfc.patch.remove.filter',
      'rfc.patch.remove.filter-value',
      'rfc.patch.remove.no-match',
      'rfc.patch.replace.filter',
      'rfc.patch.replace.filtered-sub-attribute',
      'rfc.groups.remove.filter',
      'rfc.groups.remove.stranger',
    ],
    spoil: changing((operation, request, ask) => oneElement(operation, request, ask, 'others')),
  },
  {
    title: 'Of several values that match a filter the first is meant.',
    noticedBy: ['rfc.patch.remove.filter-several', 'rfc.patch.replace.filtered-all'],
    spoil: changing((operation, request, ask) => oneElement(operation, request, ask, 'matching')),
  },
  {
    title: 'Filters in paths know eq and nothing else.',
    noticedBy: [
      'rfc.patch.remove.filter-and',
      'rfc.patch.remove.filter-or',
      'rfc.patch.remove.filter-not',
      'rfc.patch.remove.filter-ne',
      'rfc.patch.remove.filter-sw',
      'rfc.patch.remove.filter-ew',
      'rfc.patch.remove.filter-co',
      'rfc.groups.remove.filter-or',
    ],
    spoil: refusing(({ path }) => /\b(and|or|not|ne|co|sw|ew|pr)\b/.test(partsOf({ op: '', path }).filter ?? '')),
  },
  {
    title: 'Of a filter with and or or in a path the first condition counts.',
    noticedBy: ['rfc.patch.remove.filter-and', 'rfc.patch.remove.filter-or', 'rfc.groups.remove.filter-or'],
    spoil: changing((operation) => [
      operation.path === undefined ? operation : { ...operation, path: operation.path.replace(/ (and|or) [^\]]*/, '') },
    ]),
  },
  {
    title: 'The not in the filter of a path is overlooked.',
    noticedBy: ['rfc.patch.remove.filter-not'],
    spoil: changing((operation) => [
      operation.path === undefined ? operation : { ...operation, path: operation.path.replace('not ', '') },
    ]),
  },
  {
    title: 'Texts in the filter of a path are compared letter by letter.',
    noticedBy: ['rfc.patch.remove.filter-ignores-case'],
    spoil: ignoring(({ path }) => path?.includes('"HOME"') === true),
  },
  {
    title: 'A filter in a path compares texts alone.',
    noticedBy: ['rfc.patch.remove.filter-boolean'],
    spoil: refusing(({ path }) => / eq (true|false)\]/.test(path ?? '')),
  },
];

const remove: readonly Defect[] = [
  {
    title: 'A remove is answered with 204 and not carried out.',
    noticedBy: [
      'rfc.patch.remove.singular',
      'rfc.patch.remove.sub-attribute',
      'rfc.patch.remove.complex',
      'rfc.patch.remove.multi-valued',
      'rfc.patch.remove.filter',
      'rfc.patch.remove.last-value',
      'rfc.patch.remove.filtered-sub-attribute',
      'rfc.patch.extension.remove',
      'rfc.patch.extension.manager-removed',
      'rfc.groups.remove.last',
      'rfc.groups.remove.all',
      'rfc.groups.remove.several-operations',
      'rfc.groups.of-user.removed',
    ],
    spoil: ignoring(isRemove),
  },
  {
    title: 'A remove leaves nothing of the user but the name.',
    noticedBy: ['rfc.patch.remove.keeps-others'],
    spoil: () => ({
      request(request, ask) {
        return operationsOf(request).some(isRemove) ? putInstead(request.path, {}, ask) : undefined;
      },
    }),
  },
  {
    title: 'Of a complex attribute a remove removes one part.',
    noticedBy: ['rfc.patch.remove.complex'],
    spoil: changing((operation) => [
      isRemove(operation) && operation.path === 'name' ? { ...operation, path: 'name.givenName' } : operation,
    ]),
  },
  {
    title: 'A remove without a filter removes one value.',
    noticedBy: ['rfc.patch.remove.multi-valued', 'rfc.groups.remove.all'],
    spoil: changing(async (operation, { path }, ask) => {
      const [first] = elementsOf(await current(path, ask), operation.path ?? '');
      if (!isRemove(operation) || !first) return [operation];
      return [{ ...operation, path: `${operation.path}[value eq "${String(first.value)}"]` }];
    }),
  },
  {
    title: 'The last value of an attribute cannot be removed.',
    noticedBy: ['rfc.patch.remove.last-value', 'rfc.groups.remove.last'],
    spoil: refusing((operation, current) => {
      const { name, filter } = partsOf(operation);
      return isRemove(operation) && filter !== undefined && elementsOf(current, name).length === 1;
    }),
  },
  {
    title: 'A remove of a sub-attribute removes the whole value.',
    noticedBy: ['rfc.patch.remove.filtered-sub-attribute'],
    spoil: changing((operation) => [
      isRemove(operation) && operation.path ? { ...operation, path: operation.path.replace(/\]\..*/, ']') } : operation,
    ]),
  },
  {
    title: 'A remove of what is not there is answered with 500.',
    noticedBy: ['rfc.patch.remove.unassigned'],
    spoil: refusing(
      (operation, current) => isRemove(operation) && valueAt(current, operation.path ?? 'id') === undefined,
      500,
    ),
  },
];

const replace: readonly Defect[] = [
  {
    title: 'A replace with a path is answered with 204 and not carried out.',
    noticedBy: [
      'rfc.patch.replace.singular',
      'rfc.patch.replace.user-name',
      'rfc.patch.replace.sub-attribute',
      'rfc.patch.replace.multi-valued',
      'rfc.patch.extension.replace',
      'rfc.patch.extension.manager-value',
      'rfc.patch.path.urn',
    ],
    spoil: ignoring((operation) => isReplace(operation) && operation.path !== undefined),
  },
  {
    title: 'A replace without a path is answered with 204 and not carried out.',
    noticedBy: ['rfc.patch.replace.no-path', 'rfc.patch.extension.no-path', 'rfc.groups.replace.no-path'],
    spoil: ignoring((operation) => isReplace(operation) && operation.path === undefined),
  },
  {
    title: 'An add without a path is answered with 204 and not carried out.',
    noticedBy: ['rfc.patch.add.no-path', 'rfc.groups.add.no-path'],
    spoil: ignoring((operation) => isAdd(operation) && operation.path === undefined),
  },
  {
    title: 'A replace of many values adds them.',
    noticedBy: [
      'rfc.patch.replace.multi-valued',
      'rfc.patch.replace.no-path-multi-valued',
      'rfc.groups.replace.members',
      'rfc.groups.replace.no-path',
      'rfc.groups.replace.overlap',
    ],
    spoil: changing((operation) => [isReplace(operation) ? { ...operation, op: 'add' } : operation]),
  },
  {
    title: 'Null is taken for no value at all.',
    noticedBy: ['rfc.patch.replace.null'],
    spoil: ignoring(({ value }) => value === null),
  },
  {
    title: 'An empty array is taken for no value at all.',
    noticedBy: ['rfc.patch.replace.empty-array', 'rfc.groups.replace.empty-array'],
    spoil: ignoring(({ value }) => Array.isArray(value) && value.length === 0),
  },
  {
    title: 'A replace with a filter adds its value.',
    noticedBy: ['rfc.patch.replace.filter'],
    spoil: changing((operation) => {
      const { name, filter, rest } = partsOf(operation);
      const isWhole = isReplace(operation) && filter !== undefined && rest === '';
      return [isWhole ? { op: 'add', path: name, value: [operation.value ?? null] } : operation];
    }),
  },
  {
    title: 'A replace of a sub-attribute makes the selected value anew.',
    noticedBy: ['rfc.patch.replace.filtered-sub-attribute-keeps-others'],
    spoil: changing((operation) => {
      const { name, filter, rest } = partsOf(operation);
      if (!isReplace(operation) || rest !== '.value') return [operation];
      const type = /"(\w+)"/.exec(filter ?? '')?.[1];
      return [{ op: 'replace', path: `${name}[${filter}]`, value: { value: operation.value, type } }];
    }),
  },
  {
    title: 'A replace whose filter selects nothing is answered with 200.',
    noticedBy: ['rfc.patch.replace.no-match', 'rfc.patch.replace.no-match-sub-attribute'],
    spoil: answering((reply) => {
      if (valueAt(reply.body, 'scimType') === 'noTarget') reply.status = 200;
    }),
  },
  {
    title: 'Two users can have one userName in different letter case.',
    noticedBy: ['rfc.patch.replace.user-name-other-case'],
    spoil: answering((reply, request) => {
      const isUpper = operationsOf(request).some(({ value }) => typeof value === 'string' && /^CT-/.test(value));
      if (reply.status === 409 && isUpper) Object.assign(reply, done());
    }),
  },
  {
    title: 'A userName that is taken is answered with 400.',
    noticedBy: ['rfc.patch.replace.user-name-taken-status'],
    spoil: answering((reply) => {
      if (reply.status === 409) Object.assign(reply, refusal(400, 'uniqueness'));
    }),
  },
];

const extension: readonly Defect[] = [
  {
    title: 'A path with the URN of an extension is split at the dot of its version, and nothing found.',
    noticedBy: [
      'rfc.patch.extension.add',
      'rfc.patch.extension.schemas',
      'rfc.patch.extension.replace',
      'rfc.patch.extension.remove',
      'rfc.patch.extension.manager',
      'rfc.patch.extension.manager-replaced',
      'rfc.patch.extension.manager-value',
      'rfc.patch.extension.manager-removed',
    ],
    spoil: ignoring(isExtension),
  },
  {
    title: 'Extensions are not listed in schemas.',
    noticedBy: ['rfc.patch.extension.schemas'],
    spoil: showing((user) => {
      user.schemas = [USER_URN];
    }),
  },
  {
    title: 'Writing one attribute of an extension drops the others.',
    noticedBy: [
      'rfc.patch.extension.replace',
      'rfc.patch.extension.remove',
      'rfc.patch.extension.add-no-path-keeps-others',
    ],
    spoil: changing((operation) => {
      const touches = isExtension(operation) || valueAt(operation.value, ENTERPRISE_URN) !== undefined;
      const dropped = { op: 'remove', path: `${ENTERPRISE_URN}:employeeNumber` };
      return touches ? [dropped, operation] : [operation];
    }),
  },
  {
    title: 'A member of a value that is the URN of an extension is overlooked.',
    noticedBy: ['rfc.patch.extension.no-path'],
    spoil: ignoring(({ value }) => isObject(value) && Object.hasOwn(value, ENTERPRISE_URN)),
  },
  {
    title: 'The manager is stored by name, and the id lost.',
    noticedBy: [
      'rfc.patch.extension.manager',
      'rfc.patch.extension.manager-replaced',
      'rfc.patch.extension.manager-value',
    ],
    spoil: showing((user) => {
      const manager = valueAt(user, `${ENTERPRISE_URN}:manager`);
      if (isObject(manager)) manager.value = 'Given Family';
    }),
  },
  {
    title: 'Once there is a manager it stays.',
    noticedBy: ['rfc.patch.extension.manager-replaced', 'rfc.patch.extension.manager-removed'],
    spoil: ignoring(
      ({ path = '' }, current) =>
        path.startsWith(`${ENTERPRISE_URN}:manager`) && valueAt(current, `${ENTERPRISE_URN}:manager`) !== undefined,
    ),
  },
];

export const patchOperationDefects: readonly Defect[] = [
  ...message,
  ...path,
  ...add,
  ...filters,
  ...remove,
  ...replace,
  ...extension,
];
