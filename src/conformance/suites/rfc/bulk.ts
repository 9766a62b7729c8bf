/** Bulk: RFC 7644 §3.7. */
import type { Check } from '../../check.js';
import {
  BULK_RESPONSE_URN,
  BULK_URN,
  definitionOf,
  ENTERPRISE_URN,
  ERROR_URN,
  GROUP_URN,
  PATCH_URN,
} from '../../facts.js';
import type { Answer, Json, JsonObject } from '../../model.js';
import type { Probe } from '../../probe.js';
import { isObject, objectsIn, shown, valueAt } from '../../values.js';
import { type Row, rfcArea } from './rfc-check.js';

const SOURCE = 'RFC 7644 §3.7';

/** One operation of a BulkRequest. */
interface Operation extends JsonObject {
  readonly method: string;
  readonly path: string;
  readonly bulkId?: string;
  readonly data?: Json;
}

/** The answer to a job, and what it says of the operations. */
interface Job {
  readonly answer: Answer;
  readonly results: readonly JsonObject[];
}

function jobOf(answer: Answer): Job {
  return { answer, results: objectsIn(valueAt(answer.body, 'Operations')) };
}

/** Sends the operations and looks at the answer. */
async function inBulk(
  t: Probe,
  operations: readonly Operation[],
  look: (job: Job) => Promise<void> | void,
  extra: JsonObject = {},
): Promise<void> {
  const answer = await t.post('/Bulk', { schemas: [BULK_URN], ...extra, Operations: [...operations] });
  t.expectStatus(answer, 200);
  await look(jobOf(answer));
}

/** The last part of the location. */
function idOf({ location, response }: JsonObject): string | undefined {
  if (typeof location === 'string' && location !== '') return decodeURIComponent(location.split('/').at(-1) as string);
  const id = valueAt(response, 'id');
  return typeof id === 'string' ? id : undefined;
}

/** As a number; NaN when there is none. An early draft had an object with a code. */
function statusOf({ status }: JsonObject): number {
  return Number(isObject(status) ? status.code : (status ?? Number.NaN));
}

function postUser(t: Probe, bulkId: string, extra: JsonObject = {}): Operation {
  return { method: 'POST', path: t.endpoint('User'), bulkId, data: t.userBody(extra) };
}

function postGroup(t: Probe, bulkId: string, ...members: string[]): Operation {
  const data = t.groupBody({ members: members.map((value) => ({ value })) });
  return { method: 'POST', path: t.endpoint('Group'), bulkId, data };
}

/** A user of which there is one already. */
function duplicate(t: Probe, bulkId: string, userName: Json | undefined): Operation {
  return postUser(t, bulkId, { userName });
}

/** Fails with 404, and harms nothing where it should not fail. */
function removeNobody(t: Probe): Operation {
  return { method: 'DELETE', path: `${t.endpoint('User')}/${t.random.uuid()}` };
}

function resultOf(t: Probe, { answer, results }: Job, bulkId: string): JsonObject {
  const result = results.find((each) => each.bulkId === bulkId);
  t.expect(result !== undefined, answer, `No result has the bulkId ${bulkId}`, bulkId, results);
  return result ?? {};
}

function expectResult(t: Probe, job: Job, result: JsonObject | undefined, ...statuses: number[]): void {
  const found = result && statusOf(result);
  const isFine = found !== undefined && statuses.includes(found);
  t.expect(isFine, job.answer, `The status of an operation is ${shown(found)}`, statuses.join(' or '), result);
}

/** The resource that an operation has made, read by itself. */
async function readCreated(t: Probe, job: Job, { path, bulkId = '' }: Operation): Promise<Answer> {
  const result = resultOf(t, job, bulkId);
  expectResult(t, job, result, 201);
  const id = idOf(result);
  t.expect(id !== undefined, job.answer, 'The result has no location', 'a location', result);
  return t.read(`${path}/${encodeURIComponent(id ?? '')}`);
}

const RESULTS: readonly Row[] = [
  {
    id: 'response',
    title: 'A bulk job is answered with 200 and a BulkResponse.',
    fix: `Answer POST /Bulk with status 200 and schemas ["${BULK_RESPONSE_URN}"].`,
    run: (t) =>
      inBulk(t, [postUser(t, 'one')], ({ answer }) => {
        const schemas = valueAt(answer.body, 'schemas');
        const isResponse = Array.isArray(schemas) && schemas.includes(BULK_RESPONSE_URN);
        t.expect(isResponse, answer, 'The answer is no BulkResponse', BULK_RESPONSE_URN, schemas ?? answer.text);
      }),
  },
  {
    id: 'create',
    title: 'A POST in a bulk job creates the user.',
    fix: 'Create the resource of a POST operation, and tell where it is in location.',
    async run(t) {
      const operation = postUser(t, 'one');
      await inBulk(t, [operation], async (job) => {
        const answer = await readCreated(t, job, operation);
        t.expectEqual(answer, 'displayName', valueAt(operation.data, 'displayName') ?? null);
      });
    },
  },
  {
    id: 'put',
    title: 'A PUT in a bulk job replaces the user.',
    fix: 'Do PUT operations as a PUT of their own would be done.',
    async run(t) {
      const made = await t.user();
      const displayName = t.unique('bulk');
      const data = { ...made.sent, id: made.id, displayName };
      await inBulk(t, [{ method: 'PUT', path: made.path, data }], async (job) => {
        expectResult(t, job, job.results[0], 200, 204);
        t.expectEqual(await t.read(made), 'displayName', displayName);
      });
    },
  },
  {
    id: 'patch',
    title: 'A PATCH in a bulk job changes the user.',
    fix: 'Do PATCH operations as a PATCH of their own would be done: data is the body of the PATCH.',
    needs: ['patch'],
    async run(t) {
      const made = await t.user();
      const displayName = t.unique('bulk');
      const Operations = [{ op: 'replace', path: 'displayName', value: displayName }];
      const data = { schemas: [PATCH_URN], Operations };
      await inBulk(t, [{ method: 'PATCH', path: made.path, data }], async (job) => {
        expectResult(t, job, job.results[0], 200, 204);
        t.expectEqual(await t.read(made), 'displayName', displayName);
      });
    },
  },
  {
    id: 'delete',
    title: 'A DELETE in a bulk job removes the user.',
    fix: 'Do DELETE operations as a DELETE of their own would be done.',
    async run(t) {
      const made = await t.user();
      await inBulk(t, [{ method: 'DELETE', path: made.path }], async (job) => {
        expectResult(t, job, job.results[0], 204, 200);
        t.expectStatus(await t.get(made.path), 404);
      });
    },
  },
  {
    id: 'several',
    title: 'A bulk job has a result for each operation.',
    source: 'RFC 7644 §3.7.3',
    fix: 'Put one result into Operations of the answer for each operation that was processed.',
    async run(t) {
      const made = await t.user();
      const operations = [postUser(t, 'one'), postUser(t, 'two'), { method: 'DELETE', path: made.path }];
      await inBulk(t, operations, ({ answer, results }) => {
        t.expect(results.length === 3, answer, `The answer has ${results.length} results`, '3', results);
      });
    },
  },
  {
    id: 'bulk-id',
    title: 'The result of a POST has the bulkId of the operation.',
    fix: 'Return the bulkId of each POST: it tells the client which of its resources got which id.',
    run: (t) =>
      inBulk(t, [postUser(t, 'first'), postUser(t, 'second')], (job) => {
        for (const bulkId of ['first', 'second']) resultOf(t, job, bulkId);
      }),
  },
  {
    id: 'method',
    title: 'Each result tells the method of its operation.',
    fix: 'Repeat method in the result of each operation.',
    run: (t) =>
      inBulk(t, [postUser(t, 'one')], ({ answer, results }) => {
        const found = String(results[0]?.method).toUpperCase();
        t.expect(found === 'POST', answer, `method of the result is ${found}`, 'POST', results[0]);
      }),
  },
  {
    id: 'location',
    title: 'Each result has a location.',
    source: 'RFC 7644 §3.7, §3.7.3',
    fix: 'Return location with every result but that of a failed POST.',
    async run(t) {
      const made = await t.user();
      await inBulk(t, [{ method: 'DELETE', path: made.path }, postUser(t, 'one')], ({ answer, results }) => {
        for (const result of results) {
          const isUrl = typeof result.location === 'string' && /^https?:\/\/.+\/./.test(result.location);
          t.expect(isUrl, answer, `location of a result is ${shown(result.location)}`, 'a URL', result);
        }
      });
    },
  },
  {
    id: 'status-string',
    title: 'The status of a result is a string of three digits.',
    level: 'should',
    source: 'RFC 7644 §3.7.3',
    fix: 'Write status as "201", as the examples of the RFC have it.',
    run: (t) =>
      inBulk(t, [postUser(t, 'one')], ({ answer, results }) => {
        const status = results[0]?.status;
        const isText = typeof status === 'string' && /^\d{3}$/.test(status);
        t.expect(isText, answer, `status of the result is ${shown(status)}`, '"201"', status);
      }),
  },
];

const REFERENCES: readonly Row[] = [
  {
    id: 'reference',
    title: 'An operation can refer to a resource of the same job by bulkId.',
    source: 'RFC 7644 §3.7.2',
    fix: 'Replace bulkId:… in data with the id of the resource that the operation with this bulkId has made.',
    needs: ['groups'],
    run: (t) => expectReference(t, [postUser(t, 'user'), postGroup(t, 'group', 'bulkId:user')]),
  },
  {
    id: 'forward-reference',
    title: 'A bulkId may refer to an operation that comes later.',
    source: 'RFC 7644 §3.7.1, §3.7.2',
    fix: 'Order the operations by their references, or resolve them when all are done.',
    needs: ['groups'],
    run: (t) => expectReference(t, [postGroup(t, 'group', 'bulkId:user'), postUser(t, 'user')]),
  },
  {
    id: 'forward-reference-once',
    title: 'What refers to a later operation is made once.',
    source: 'RFC 7644 §3.7.2',
    fix: 'Complete the resource that was made before its reference was known; do not make it a second time.',
    needs: ['groups', 'filter'],
    async run(t) {
      const group = postGroup(t, 'group', 'bulkId:user');
      await inBulk(t, [group, postUser(t, 'user')], async () => {
        const name = JSON.stringify(valueAt(group.data, 'displayName'));
        t.expectList(await t.find('Group', `displayName eq ${name}`), 1);
      });
    },
  },
  {
    id: 'extension-reference',
    title: 'A bulkId in an extension is resolved.',
    source: 'RFC 7644 §3.7.2',
    fix: 'Look for bulkId:… in the whole of data, extensions included.',
    needs: ['enterprise'],
    async run(t) {
      t.needsAttribute(ENTERPRISE_URN, 'manager.value');
      const boss = postUser(t, 'boss');
      const report = postUser(t, 'report', { [ENTERPRISE_URN]: { manager: { value: 'bulkId:boss' } } });
      (report.data as JsonObject).schemas = [...(valueAt(report.data, 'schemas') as Json[]), ENTERPRISE_URN];
      await inBulk(t, [boss, report], async (job) => {
        const id = idOf(resultOf(t, job, 'boss'));
        t.expectEqual(await readCreated(t, job, report), `${ENTERPRISE_URN}:manager.value`, id ?? null);
      });
    },
  },
  {
    id: 'circular-reference',
    title: 'Operations that refer to each other are resolved, or answered with 409.',
    source: 'RFC 7644 §3.7.1',
    fix: 'Make both resources first and set the references then; answer 409 when that cannot be done.',
    needs: ['groups'],
    async run(t) {
      const types = definitionOf(t.facts, GROUP_URN, 'members.$ref')?.referenceTypes;
      if (Array.isArray(types) && !types.includes('Group'))
        t.skip('groups of the server cannot have groups as members');
      const operations = [postGroup(t, 'a', 'bulkId:b'), postGroup(t, 'b', 'bulkId:a')];
      const answer = await t.post('/Bulk', { schemas: [BULK_URN], Operations: operations });
      if (answer.status === 409) return t.expectError(answer, 409);
      return expectCircle(t, jobOf(answer));
    },
  },
  {
    id: 'unknown-reference',
    title: 'A bulkId that no operation has makes the operation fail.',
    level: 'should',
    source: 'RFC 7644 §3.7.2, §3.7.3',
    fix: 'Let an operation fail, with 409 for example, when its bulkId:… cannot be resolved.',
    needs: ['groups'],
    run: (t) =>
      inBulk(t, [postGroup(t, 'group', 'bulkId:nobody')], (job) => {
        expectResult(t, job, job.results[0], 409, 400, 404, 412);
      }),
  },
];

/** The group of the job has the user of the job as its member. */
function expectReference(t: Probe, operations: readonly Operation[]): Promise<void> {
  return inBulk(t, operations, async (job) => {
    const group = operations.find(({ bulkId }) => bulkId === 'group') as Operation;
    const answer = await readCreated(t, job, group);
    t.expectMembers(answer, idOf(resultOf(t, job, 'user')) ?? '');
  });
}

/** Both groups are there, each a member of the other; or one or both were declined with 409. */
async function expectCircle(t: Probe, job: Job): Promise<void> {
  t.expectStatus(job.answer, 200);
  const [a, b] = ['a', 'b'].map((bulkId) => job.results.find((each) => each.bulkId === bulkId));
  for (const result of job.results) expectResult(t, job, result, 201, 409);
  const isDone = job.results.length === 2 && job.results.every((result) => statusOf(result) === 201);
  if (!isDone || !a || !b) {
    const isDeclined = job.results.some((result) => statusOf(result) === 409);
    return t.expect(
      isDeclined,
      job.answer,
      'The job has neither made both groups nor said 409',
      '201 or 409',
      job.results,
    );
  }
  for (const [one, other] of [[a, b] as const, [b, a] as const]) {
    const path = `${t.endpoint('Group')}/${encodeURIComponent(idOf(one) ?? '')}`;
    t.expectMembers(await t.read(path), idOf(other) ?? '');
  }
}

const FAILURES: readonly Row[] = [
  {
    id: 'continues',
    title: 'An operation that fails does not stop the others.',
    fix: 'Go on with the next operation after a failure unless failOnErrors says otherwise.',
    async run(t) {
      const { sent } = await t.user();
      const last = postUser(t, 'last');
      await inBulk(t, [duplicate(t, 'taken', sent.userName), last], async (job) => {
        expectResult(t, job, resultOf(t, job, 'taken'), 409);
        await readCreated(t, job, last);
      });
    },
  },
  {
    id: 'error-response',
    title: 'The result of a failed operation has the error in response.',
    source: 'RFC 7644 §3.7, §3.7.3',
    fix: 'Put the error that the request alone would have got into response of its result.',
    async run(t) {
      const { sent } = await t.user();
      await inBulk(t, [duplicate(t, 'taken', sent.userName)], (job) => {
        const result = resultOf(t, job, 'taken');
        const schemas = valueAt(result.response, 'schemas');
        const isError = Array.isArray(schemas) && schemas.includes(ERROR_URN);
        t.expect(isError, job.answer, 'response of the failed operation is no SCIM error', ERROR_URN, result);
      });
    },
  },
  {
    id: 'not-found',
    title: 'An operation on a user that is not there has the status 404.',
    source: 'RFC 7644 §3.7.3',
    fix: 'Give each result the status that the request alone would have got.',
    run: (t) => inBulk(t, [removeNobody(t)], (job) => expectResult(t, job, job.results[0], 404)),
  },
  {
    id: 'fail-on-errors',
    title: 'The job ends when failOnErrors operations have failed.',
    fix: 'Count failures, and end the job with the results so far when there are failOnErrors of them.',
    run: (t) =>
      inBulk(
        t,
        [removeNobody(t), removeNobody(t), removeNobody(t)],
        ({ answer, results }) => {
          const failed = results.filter((result) => statusOf(result) >= 400).length;
          t.expect(failed === 1, answer, `${failed} operations have failed before the job ended`, '1', results);
        },
        { failOnErrors: 1 },
      ),
  },
  {
    id: 'without-fail-on-errors',
    title: 'Without failOnErrors all operations are tried, however many fail.',
    fix: 'Treat a request without failOnErrors as one without a limit.',
    run: (t) =>
      inBulk(t, [removeNobody(t), removeNobody(t), removeNobody(t)], ({ answer, results }) => {
        t.expect(results.length === 3, answer, `The answer has ${results.length} results`, '3', results);
      }),
  },
  {
    id: 'no-operations',
    title: 'A job without Operations is answered with 400.',
    level: 'should',
    source: 'RFC 7644 §3.7, §3.12',
    fix: 'Answer a BulkRequest without the array Operations with 400 and scimType invalidSyntax.',
    async run(t) {
      t.expectError(await t.post('/Bulk', { schemas: [BULK_URN] }), 400);
    },
  },
];

/** The most operations, and the most bytes, that a check is ready to send to find a limit. */
const TRIED_OPERATIONS = 5000;
const TRIED_BYTES = 8 * 1024 * 1024;

function limit(t: Probe, name: 'maxOperations' | 'maxPayloadSize', most: number): number {
  const value = valueAt(t.facts.serviceProviderConfig, `bulk.${name}`);
  if (typeof value !== 'number') return t.skip(`the server does not announce bulk.${name}`);
  return value > most ? t.skip(`bulk.${name} is ${value}, which is too much to try`) : value;
}

/** One operation more than the server takes, each of which would harm nothing. */
function tooMany(t: Probe): Promise<Answer> {
  const most = limit(t, 'maxOperations', TRIED_OPERATIONS);
  const Operations = Array.from({ length: most + 1 }, () => removeNobody(t));
  return t.post('/Bulk', { schemas: [BULK_URN], Operations });
}

const LIMITS: readonly Row[] = [
  {
    id: 'limits',
    title: 'The service provider configuration tells maxOperations and maxPayloadSize.',
    source: 'RFC 7643 §5, RFC 7644 §3.7.4',
    fix: 'Announce bulk.maxOperations and bulk.maxPayloadSize as whole numbers in /ServiceProviderConfig.',
    readsOnly: true,
    async run(t) {
      const answer = await t.get('/ServiceProviderConfig');
      for (const name of ['maxOperations', 'maxPayloadSize']) {
        const value = valueAt(answer.body, `bulk.${name}`);
        t.expect(Number.isInteger(value), answer, `bulk.${name} is ${shown(value)}`, 'a whole number', value ?? 'none');
      }
    },
  },
  {
    id: 'max-operations',
    title: 'A job with more than maxOperations is answered with 413.',
    source: 'RFC 7644 §3.7.4',
    fix: 'Answer a job with more operations than maxOperations with 413, before any of them is done.',
    async run(t) {
      t.expectError(await tooMany(t), 413);
    },
  },
  {
    id: 'max-payload-size',
    title: 'A job with more bytes than maxPayloadSize is answered with 413.',
    source: 'RFC 7644 §3.7.4',
    fix: 'Answer a body that is larger than maxPayloadSize with 413, before any operation is done.',
    async run(t) {
      const most = limit(t, 'maxPayloadSize', TRIED_BYTES);
      const Operations = [{ ...removeNobody(t), bulkId: 'x'.repeat(most) }];
      t.expectError(await t.post('/Bulk', { schemas: [BULK_URN], Operations }), 413);
    },
  },
  {
    id: 'limit-named',
    title: 'The 413 says which limit was exceeded.',
    source: 'RFC 7644 §3.7.4',
    fix: 'Name the limit in detail, such as "more operations than maxOperations (1000)".',
    async run(t) {
      const answer = await tooMany(t);
      t.expectStatus(answer, 413);
      const detail = String(valueAt(answer.body, 'detail') ?? '');
      const most = valueAt(t.facts.serviceProviderConfig, 'bulk.maxOperations');
      const isNamed = /operations/i.test(detail) || detail.includes(String(most));
      t.expect(isNamed, answer, 'detail names no limit', `a detail with maxOperations or ${most}`, detail);
    },
  },
];

export const bulkChecks: readonly Check[] = [...RESULTS, ...REFERENCES, ...FAILURES, ...LIMITS].map(
  rfcArea('bulk', SOURCE, 'bulk'),
);
