/** A run can be repeated: the same seed sends the same requests in the same order, whatever ids the server makes. */
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTransport, type Transport } from '../../src/conformance/client/transport.js';
import { runConformance } from '../../src/conformance/run.js';
import { bundledScenarios } from '../../src/conformance/scenarios/load.js';
import { CHECKS } from '../../src/conformance/suites/index.js';
import { Suite } from '../support/target.js';

// Nobody reads the log of so many requests.
const suite = new Suite('memory:', { logger: pino({ level: 'silent' }) });
beforeAll(() => suite.start());
afterAll(() => suite.stop());

/** All requests of a run over everything, with what the server makes up replaced by the order in which it is met. */
async function requestsOf(seed: number): Promise<string[]> {
  const { token } = await suite.tenant();
  const network = createTransport({ timeout: 10_000 });
  const sent: string[] = [];
  const transport: Transport = {
    send: (request) => {
      sent.push(`${request.method} ${request.url} ${request.body ?? ''}`);
      return network.send(request);
    },
    close: network.close,
  };
  await runConformance({
    url: `${suite.origin}/scim/v2`,
    credential: { kind: 'bearer', token },
    seed,
    timeout: 10_000,
    checks: CHECKS,
    scenarios: bundledScenarios(),
    directory: { users: 12, groups: 3, cycles: 1 },
    isReadOnly: false,
    keep: false,
    version: '0.0.0',
    transport,
  });
  return withoutMadeUp(sent);
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const TIME = /\d{4}-\d{2}-\d{2}T\d{2}(?::|%3A)\d{2}(?::|%3A)\d{2}(?:\.\d+)?(?:Z|(?:\+|%2B|-)\d{2}(?::|%3A)\d{2})?/g;

const CURSOR = /(?<=cursor(?:=|":"))[\w.-]+/g;

function withoutMadeUp(lines: readonly string[]): string[] {
  const met = new Map<string, string>();
  const placed = (written: string): string => {
    const id = written.toLowerCase();
    if (!met.has(id)) met.set(id, `#${met.size}`);
    return met.get(id) as string;
  };
  return lines.map((line) => line.replace(UUID, placed).replace(TIME, 'time').replace(CURSOR, 'cursor'));
}

let run: Promise<string[]> | undefined;
/** Of the run that the others are compared with; it takes seconds, so it is done once. */
const requestsOfSeven = (): Promise<string[]> => (run ??= requestsOf(7));

test('ten runs with one seed send the same requests in the same order', async () => {
  const first = await requestsOfSeven();
  expect(first.length).toBeGreaterThan(3000);
  for (let repeat = 2; repeat <= 10; repeat++) expect(await requestsOf(7)).toEqual(first);
}, 300_000);

test('another seed sends others', async () => {
  expect(await requestsOf(8)).not.toEqual(await requestsOfSeven());
}, 60_000);
