/** Reports made by hand, with texts that could break what shows them. */
import type { Exchange, Report, Result, Verdict } from '../../../src/conformance/model.js';

export const HOSTILE =
  '</script><script>alert("x")</script><img src=x onerror=alert(1)>&amp; ]]> \u0000\u0007\u001b[31m \ud800 \uffff \'quote\'';

export function exchangeOf(number: number, more: Partial<Exchange> = {}): Exchange {
  return {
    number,
    startedAt: '2026-11-21T10:00:00.000Z',
    milliseconds: 12.5,
    request: {
      method: 'POST',
      url: `https://scim.example.com/scim/v2/Users?filter=userName%20eq%20%22a%22&n=${number}`,
      headers: {
        Accept: 'application/scim+json',
        Authorization: 'Bearer [redacted]',
        'Content-Type': 'application/scim+json',
      },
      body: JSON.stringify({ userName: HOSTILE }),
    },
    response: {
      status: 201,
      headers: { 'content-type': 'application/scim+json' },
      body: JSON.stringify({ id: '1', displayName: HOSTILE }),
    },
    error: undefined,
    ...more,
  };
}

export function resultOf(id: string, verdict: Verdict, more: Partial<Result> = {}): Result {
  const isBad = verdict === 'failed' || verdict === 'warned';
  return {
    id,
    group: id.split('.')[0] as string,
    title: `The title of ${id}.`,
    level: verdict === 'warned' ? 'should' : 'must',
    client: undefined,
    source: 'RFC 7644 §3.3',
    fix: 'Answer POST with status 201.',
    verdict,
    reason: verdict === 'skipped' ? 'the server does not announce bulk' : undefined,
    finding: isBad
      ? { message: `POST /Users was answered with ${HOSTILE}`, expected: '201', actual: HOSTILE, exchange: 2 }
      : undefined,
    milliseconds: 20,
    exchanges: verdict === 'skipped' ? [] : [exchangeOf(1), exchangeOf(2)],
    ...more,
  };
}

export function reportOf(results: readonly Result[], more: Partial<Report> = {}): Report {
  const count = (verdict: Verdict) => results.filter((result) => result.verdict === verdict).length;
  return {
    tool: { name: 'scim-target conformance', version: '0.1.0' },
    target: 'https://scim.example.com/scim/v2',
    startedAt: '2026-11-21T10:00:00.000Z',
    milliseconds: 65_400,
    seed: 7,
    prefix: 'ct-00000007',
    server: ['It announces patch, filter.'],
    requests: 1234,
    counts: { passed: count('passed'), failed: count('failed'), warned: count('warned'), skipped: count('skipped') },
    results,
    directory: ['200 users in 20 groups.'],
    cleanUp: { created: 3, removed: 2, left: ['/Users/42'] },
    interrupted: undefined,
    ...more,
  };
}

/** Each verdict, in two suites. */
export function mixedReport(): Report {
  return reportOf([
    resultOf('rfc.create.status', 'failed'),
    resultOf('rfc.create.id', 'passed'),
    resultOf('rfc.bulk.one', 'skipped'),
    resultOf('rfc.bulk.two', 'skipped'),
    resultOf('entra.dialect.op', 'warned'),
    resultOf('entra.connection.list', 'failed', {
      level: 'client',
      client: 'Microsoft Entra',
      exchanges: [exchangeOf(2, { response: undefined, error: 'No answer within 30000 ms.' })],
    }),
  ]);
}
