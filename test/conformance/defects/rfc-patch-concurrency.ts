/** Servers that are wrong when two write at once. */
import type { Json, JsonObject } from '../../../src/conformance/model.js';
import { isObject, valueAt } from '../../../src/conformance/values.js';
import type { Spoiler } from '../proxy.js';
import type { Defect } from './defect.js';
import { current, done, refusal } from './forms.js';
import { elementsOf, type Operation, operationsOf, partsOf } from './rfc-patch-forms.js';

/** Long enough for requests that come at the same time to see the same state. */
const GAP = 30;

function gap(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, GAP));
}

/** The operation in memory, as far as the checks of this part need it. */
function apply(resource: JsonObject, operation: Operation): void {
  const { op, path = '', value } = operation;
  const { name, filter } = partsOf(operation);
  if (op === 'remove' && filter !== undefined) {
    const id = /"(.*)"/.exec(filter)?.[1];
    resource[name] = elementsOf(resource, name).filter((each) => each.value !== id);
  } else if (op === 'add' && Array.isArray(value)) {
    resource[path] = [...elementsOf(resource, path), ...value];
  } else {
    const [first = '', sub] = path.split('.');
    if (sub === undefined) resource[first] = value as Json;
    else resource[first] = { ...(resource[first] as JsonObject), [sub]: value };
  }
}

/** Reads the resource, changes the copy, and writes the whole of it back: what came in between is lost. */
function lostUpdate(): Spoiler {
  return {
    async request(request, ask) {
      const operations = operationsOf(request);
      if (operations.length === 0) return undefined;
      const resource = await current(request.path, ask);
      await gap();
      for (const operation of operations) apply(resource, operation);
      const reply = await ask('PUT', request.path, resource);
      return reply.status < 300 ? done() : reply;
    },
  };
}

/** While one write to a resource goes on others are refused. */
function refusingWhileBusy(): Spoiler {
  const busy = new Set<string>();
  return {
    async request({ method, path }) {
      if (method !== 'PATCH') return undefined;
      if (busy.has(path)) return refusal(409);
      busy.add(path);
      await gap();
      return undefined;
    },
    reply(_, { method, path }) {
      if (method === 'PATCH') busy.delete(path);
    },
  };
}

/** A user who is being added to one group is not added to another one meanwhile. */
function oneGroupAtATime(): Spoiler {
  const joining = new Set<Json | undefined>();
  return {
    async request(request) {
      const [operation] = operationsOf(request);
      const user = valueAt(operation?.value, '[0].value');
      if (operation?.path !== 'members' || user === undefined) return undefined;
      if (joining.has(user)) return done();
      joining.add(user);
      await gap();
      joining.delete(user);
      return undefined;
    },
  };
}

/** Nobody looks whether a userName is taken: each one that comes is a new one to the sound server. */
function takenNames(): Spoiler {
  let count = 0;
  const unlike = (name: Json | undefined): string => `${++count}-${String(name)}`;
  return {
    request(request) {
      if (request.method === 'POST' && isObject(request.body)) request.body.userName = unlike(request.body.userName);
      for (const operation of operationsOf(request)) {
        if (operation.path === 'userName') operation.value = unlike(operation.value);
      }
      return undefined;
    },
  };
}

export const concurrencyDefects: readonly Defect[] = [
  {
    title: 'A PATCH reads the resource, changes the copy and writes the whole of it back.',
    noticedBy: [
      'rfc.concurrency.members-added',
      'rfc.concurrency.members-removed',
      'rfc.concurrency.members-mixed',
      'rfc.concurrency.attributes',
      'rfc.concurrency.values',
    ],
    spoil: lostUpdate,
  },
  {
    title: 'While one PATCH of a resource goes on another one is refused.',
    noticedBy: ['rfc.concurrency.all-succeed'],
    spoil: refusingWhileBusy,
  },
  {
    title: 'Of groups that a user is added to at the same time one is kept.',
    noticedBy: ['rfc.concurrency.groups-of-one'],
    spoil: oneGroupAtATime,
  },
  {
    title: 'Nothing keeps userName unique.',
    noticedBy: ['rfc.concurrency.one-user', 'rfc.concurrency.renamed', 'rfc.patch.replace.user-name-taken'],
    spoil: takenNames,
  },
  {
    title: 'A second user of the same userName is answered with 500.',
    noticedBy: ['rfc.concurrency.others-conflict'],
    spoil: () => ({
      reply(reply, { method }) {
        if (method === 'POST' && reply.status === 409) reply.status = 500;
      },
    }),
  },
  {
    title: 'The header If-Match is overlooked.',
    noticedBy: ['rfc.concurrency.one-version'],
    spoil: () => ({
      request({ headers }) {
        delete headers['if-match'];
        return undefined;
      },
    }),
  },
];
