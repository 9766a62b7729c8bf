/** Recordings: written entry by entry, and read again. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { HarWriter } from '../../../src/conformance/traffic/har-writer.js';
import { MadeSoFar } from '../../../src/conformance/traffic/made.js';
import { readRecording } from '../../../src/conformance/traffic/read-har.js';
import { exchangeOf, HOSTILE } from '../report/sample.js';

const folder = mkdtempSync(path.join(tmpdir(), 'scim-target-har-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const creator = { name: 'scim-target', version: '0.1.0' };
let files = 0;

function file(content?: unknown): string {
  const name = path.join(folder, `${++files}.har`);
  if (content !== undefined) writeFileSync(name, typeof content === 'string' ? content : JSON.stringify(content));
  return name;
}

function written(...exchanges: Parameters<HarWriter['add']>[]): string {
  const name = file();
  const writer = new HarWriter(name, creator);
  for (const each of exchanges) writer.add(...each);
  writer.close();
  writer.close();
  return name;
}

/** As other programs write it. */
function foreign(...requests: [method: string, url: string, status?: number][]) {
  const entries = requests.map(([method, url, status = 200]) => ({
    request: { method, url, headers: [{ name: 'ACCEPT', value: '*/*' }] },
    response: {
      status,
      headers: [],
      content: { text: Buffer.from('{"id":"ä"}').toString('base64'), encoding: 'base64' },
    },
  }));
  return { log: { version: '1.2', entries } };
}

describe('a written HAR', () => {
  test('is HAR 1.2 with every field that the format demands', () => {
    const { log } = JSON.parse(readFileSync(written([exchangeOf(1), 'rfc: A title.']), 'utf8'));
    expect(log).toMatchObject({ version: '1.2', creator });
    const [entry] = log.entries;
    expect(entry).toMatchObject({
      startedDateTime: '2026-11-21T10:00:00.000Z',
      time: 12.5,
      cache: {},
      timings: { send: 0, wait: 12.5, receive: 0 },
      comment: 'rfc: A title.',
      request: { method: 'POST', httpVersion: 'HTTP/1.1', cookies: [], headersSize: -1 },
      response: { status: 201, statusText: 'Created', cookies: [], redirectURL: '', headersSize: -1 },
    });
    expect(entry.request.queryString).toContainEqual({ name: 'filter', value: 'userName eq "a"' });
    expect(entry.request.headers).toContainEqual({ name: 'Authorization', value: 'Bearer [redacted]' });
    expect(JSON.parse(entry.request.postData.text)).toEqual({ userName: HOSTILE });
    expect(entry.response.content).toMatchObject({ mimeType: 'application/scim+json' });
  });

  test('says why no answer came', () => {
    const name = written([exchangeOf(1, { response: undefined, error: 'No answer within 5 ms.' })]);
    const [entry] = JSON.parse(readFileSync(name, 'utf8')).log.entries;
    expect(entry).toMatchObject({ comment: 'no answer: No answer within 5 ms.', response: { status: 0 } });
  });

  test('without entries is a whole document, and a thousand are too', () => {
    expect(JSON.parse(readFileSync(written(), 'utf8')).log.entries).toEqual([]);
    const many = written(...Array.from({ length: 1000 }, (_, i): [ReturnType<typeof exchangeOf>] => [exchangeOf(i)]));
    expect(JSON.parse(readFileSync(many, 'utf8')).log.entries).toHaveLength(1000);
  });

  test('can be read again', () => {
    const { base, entries, others } = readRecording(written([exchangeOf(1)], [exchangeOf(2)]), undefined);
    expect({ base, others, count: entries.length }).toEqual({
      base: 'https://scim.example.com/scim/v2',
      others: 0,
      count: 2,
    });
    expect(entries[0]).toMatchObject({
      number: 1,
      method: 'POST',
      status: 201,
      headers: { 'content-type': 'application/scim+json' },
    });
  });
});

describe('a HAR of another program', () => {
  test('the base is the one that most requests went to; the others are left out', () => {
    const name = file(
      foreign(
        ['GET', 'https://a.example/scim/Users?count=1'],
        ['get', 'https://a.example/scim/Groups/1'],
        ['GET', 'https://b.example/Users'],
        ['GET', 'https://c.example/style.css'],
      ),
    );
    const { base, entries, others } = readRecording(name, undefined);
    expect({ base, others, numbers: entries.map(({ number }) => number) }).toEqual({
      base: 'https://a.example/scim',
      others: 2,
      numbers: [1, 2],
    });
    expect(entries[1]).toMatchObject({ method: 'GET', answer: '{"id":"ä"}', headers: { accept: '*/*' } });
    expect(readRecording(name, 'https://b.example/').entries).toHaveLength(1);
  });

  test.each<[string, string | object | undefined, string | undefined, RegExp]>([
    ['is missing', undefined, undefined, /^There is no recording .*\.har\.$/],
    ['is no JSON', '<html>', undefined, /is not a HAR: it is not JSON\.$/],
    ['has no entries', { log: {} }, undefined, /is not a HAR: it has no log\.entries\.$/],
    ['has an entry without a URL', { log: { entries: [{ request: { method: 'GET' } }] } }, undefined, /entry 1 lacks/],
    ['has no SCIM request', foreign(['GET', 'https://a.example/']), undefined, /no request to a SCIM endpoint/],
    [
      'has none below the base',
      foreign(['GET', 'https://a.example/Users']),
      'https://b.example',
      /no request below https:\/\/b\.example\.$/,
    ],
  ])('that %s is refused in a sentence', (_, content, from, sentence) => {
    expect(() => readRecording(file(content), from)).toThrow(sentence);
  });
});

describe('what a run has made so far', () => {
  test('follows creations and removals, in bulk too', () => {
    const made = new MadeSoFar();
    const base = 'https://x.example/scim';
    const note = (method: string, path: string, status: number, body = '') => {
      const request = { method, url: `${base}${path}`, headers: {}, body: undefined };
      made.note({ ...exchangeOf(1), request, response: { status, headers: {}, body } });
    };
    note('POST', '/Users?attributes=id', 201, '{"id":"1"}');
    note('POST', '/Users', 201, '{"id":"2"}');
    note('POST', '/Users', 409, '{"id":"3"}');
    note('POST', '/Users/.search', 200, '{"totalResults":0}');
    note('DELETE', '/Users/1', 204);
    note('DELETE', '/Users/2', 500);
    const operations = [
      { method: 'POST', location: `${base}/Groups/7` },
      { method: 'DELETE', location: `${base}/Users/2` },
    ];
    note('POST', '/Bulk', 200, JSON.stringify({ Operations: operations }));
    expect(made.list()).toEqual([`${base}/Groups/7`]);
  });
});
