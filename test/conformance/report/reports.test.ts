/** What the reports say, and that nothing a server answers can break them. */
import { describe, expect, test } from 'vitest';
import type { Progress, Report } from '../../../src/conformance/model.js';
import { htmlReport } from '../../../src/conformance/report/html.js';
import { jsonReport } from '../../../src/conformance/report/json.js';
import { junitReport } from '../../../src/conformance/report/junit.js';
import { ProgressView } from '../../../src/conformance/report/progress.js';
import { plain, styleFor } from '../../../src/conformance/report/style.js';
import { terminalReport } from '../../../src/conformance/report/terminal.js';
import { conclusion, shellWord } from '../../../src/conformance/report/wording.js';
import { mixedReport, reportOf, resultOf } from './sample.js';

const repeat = ({ id }: { id: string }) => `npx scim-target conformance --only ${id} --seed 7`;

/** Tags in order; throws where XML is not well-formed. Enough for what this writer writes. */
function parseXml(text: string): { name: string; attributes: Record<string, string>; text: string }[] {
  const body = text.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no way to write them
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(body) || !body.isWellFormed())
    throw new Error('forbidden character');
  const found: { name: string; attributes: Record<string, string>; text: string }[] = [];
  const open: string[] = [];
  const rest = body.replace(
    /<(\/?)(\w+(?:-\w+)?)((?:\s+\w+="[^"<]*")*)\s*(\/?)>([^<]*)/g,
    (_, close, name, attributes, empty, after) => {
      if (/&(?!(?:amp|lt|gt|quot|apos|#\d+);)/.test(attributes + after)) throw new Error('a bare ampersand');
      if (close) {
        if (open.pop() !== name) throw new Error(`</${name}> closes another element`);
      } else {
        const pairs = [...String(attributes).matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]);
        found.push({ name, attributes: Object.fromEntries(pairs), text: after });
        if (!empty) open.push(name);
      }
      return '';
    },
  );
  if (open.length > 0 || rest.trim() !== '') throw new Error(`left over: ${open.join()} ${rest}`);
  return found;
}

describe('JSON', () => {
  test('is the report as it is', () => {
    const report = mixedReport();
    expect(JSON.parse(jsonReport(report))).toEqual(JSON.parse(JSON.stringify(report)));
  });
});

describe('JUnit', () => {
  const elements = parseXml(junitReport(mixedReport()));
  const named = (name: string) => elements.filter((element) => element.name === name);

  test('has one suite for each group, with its counts', () => {
    expect(named('testsuites')[0]?.attributes).toMatchObject({ tests: '6', failures: '2', errors: '0', skipped: '2' });
    expect(
      named('testsuite').map(({ attributes: { name, tests, failures, skipped } }) => [name, tests, failures, skipped]),
    ).toEqual([
      ['rfc', '4', '1', '2'],
      ['entra', '2', '1', '0'],
    ]);
  });

  test('has each result, with a text for failures and a reason for what was skipped', () => {
    expect(named('testcase').map(({ attributes }) => attributes.name)).toContain(
      'rfc.create.id The title of rfc.create.id.',
    );
    expect(named('failure')).toHaveLength(2);
    expect(named('failure')[0]?.text).toMatch(
      /Expected: 201[\s\S]*Rule: RFC 7644 §3\.3[\s\S]*Fix: Answer POST[\s\S]*POST https:/,
    );
    expect(named('skipped').map(({ attributes }) => attributes.message)).toEqual([
      'the server does not announce bulk.',
      'the server does not announce bulk.',
    ]);
    expect(named('system-out')[0]?.text).toContain('Warning: ');
  });

  test('a run that broke off is an error, though nothing had failed', () => {
    const early = parseXml(junitReport({ ...reportOf([]), interrupted: 'The server has stopped answering.' }));
    expect(early[0]?.attributes).toMatchObject({ tests: '1', failures: '0', errors: '1' });
    expect(early.find(({ name }) => name === 'error')?.attributes.message).toBe('The server has stopped answering.');
  });

  test('an empty report is valid as well', () => {
    expect(parseXml(junitReport(reportOf([])))[0]?.attributes.tests).toBe('0');
  });
});

describe('HTML', () => {
  const html = htmlReport(mixedReport(), repeat);

  test('needs nothing from outside', () => {
    const head = html.slice(0, html.indexOf('<body>'));
    expect(head).toMatch(/default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'/);
    expect(head).not.toMatch(/@import|url\(/);
    const tags = html.match(/<[a-z][^>]*>/g) ?? [];
    expect(tags.filter((tag) => /^<(?:link|img|iframe|object)|\s(?:src|href|style|on\w+)=/.test(tag))).toEqual([]);
    expect(html.match(/<script/g)).toHaveLength(1);
  });

  test('failures come first and open, with rule, fix, transcript and the command to repeat', () => {
    const order = [...html.matchAll(/data-section="(\w+)"/g)].map(([, name]) => name);
    expect(order).toEqual(['failed', 'warned', 'skipped', 'passed']);
    const failure = html.slice(html.indexOf('id="rfc.create.status"'), html.indexOf('id="entra.connection.list"'));
    for (const text of [
      'RFC 7644 §3.3',
      'Answer POST with status 201.',
      '--only rfc.create.status',
      'Bearer [redacted]',
    ]) {
      expect(failure.replace(/<[^>]+>/g, '')).toContain(text);
    }
    expect(failure).toMatch(/^id="rfc\.create\.status"[^>]* open>/);
    expect(html).toContain('no answer: No answer within 30000 ms.');
  });

  test('says how it ended, in title and heading', () => {
    expect(html).toContain('<title>2 of 4 checks failed. SCIM conformance of https://scim.example.com/scim/v2</title>');
    expect(html).toContain('<h1>2 of 4 checks failed.</h1>');
    const early = htmlReport({ ...mixedReport(), interrupted: 'The run was interrupted.' }, repeat);
    expect(early).toContain('<p class="interrupted">The run was interrupted.</p>');
  });
});

describe('the terminal', () => {
  const options = { style: plain, columns: 80, repeat };

  test('tells a failure in full and a warning in short, groups what was skipped, and counts', () => {
    const text = terminalReport(mixedReport(), options);
    for (const part of [
      '  1 rfc.create.status',
      'expected  201',
      'rule      RFC 7644 §3.3 (must)',
      'fix       Answer POST',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).toContain('repeat    npx scim-target conformance --only rfc.create.status --seed 7\n');
    expect(text).toContain('      > POST https://scim.example.com/scim/v2/Users?');
    expect(text).toContain('      < 201\n');
    expect(text).toContain('  2  the server does not announce bulk\n     rfc.bulk.one, rfc.bulk.two\n');
    expect(text).toContain('3 resources made, 2 removed; 1 left on the server.\n    /Users/42\n');
    expect(text).toContain('seed 7');
    expect(text.trimEnd().split('\n').at(-1)).toBe('2 of 4 checks failed. 1 passed, 2 failed, 1 warned, 2 skipped.');
  });

  test('what a server answers cannot steer it, and lines keep to the width', () => {
    const text = terminalReport(mixedReport(), options);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    const long = text.split('\n').filter((line) => line.length > 82 && !/^ {4}repeat|^ {6}[<>]/.test(line));
    expect(long).toEqual([]);
  });

  test.each<[Record<string, string>, boolean, boolean]>([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ TERM: 'dumb' }, true, false],
  ])('environment %j, screen %s: colour is %s', (env, isScreen, isColoured) => {
    expect(styleFor(env, isScreen)('red', 'x') !== 'x').toBe(isColoured);
  });
});

describe('conclusions', () => {
  const of = (...verdicts: ('passed' | 'failed' | 'warned' | 'skipped')[]): Report =>
    reportOf(verdicts.map((verdict, i) => resultOf(`rfc.a.b${i}`, verdict)));
  test.each<[Report, string]>([
    [of('passed', 'passed'), 'None of 2 checks failed.'],
    [of('passed'), 'The check did not fail.'],
    [of('passed', 'warned'), 'None of 2 checks failed (1 warning).'],
    [of('failed', 'skipped'), '1 of 1 check failed.'],
    [of('skipped'), 'Nothing was checked.'],
    [{ ...of('passed', 'passed'), interrupted: 'x' }, 'None of 2 checks failed before the run was interrupted.'],
  ])('%#', (report, sentence) => expect(conclusion(report)).toBe(sentence));

  test('words for a shell', () => {
    expect(shellWord('https://x.example/scim/v2')).toBe('https://x.example/scim/v2');
    expect(shellWord("https://x.example/?a=1&b='2'")).toBe("'https://x.example/?a=1&b='\\''2'\\'''");
  });
});

describe('progress', () => {
  const events: Progress[] = [
    { kind: 'planned', total: 2 },
    { kind: 'started', group: 'rfc', title: 'A created user is answered with 201.' },
    { kind: 'result', result: resultOf('rfc.create.id', 'passed') },
    {
      kind: 'result',
      result: resultOf('rfc.create.status', 'failed', {
        finding: { message: 'No 201', expected: undefined, actual: undefined, exchange: 1 },
      }),
    },
    ...Array.from({ length: 40 }, (_, i): Progress => ({ kind: 'step', what: 'removing', done: i + 1, of: 40 })),
  ];
  const follow = (columns: (() => number) | undefined) => {
    let written = '';
    const view = new ProgressView({
      write: (text) => {
        written += text;
      },
      columns,
      style: plain,
    });
    for (const event of events) view.onProgress(event);
    view.end();
    return written;
  };

  test('elsewhere than on a screen, lines: what is wrong at once, long work by tenths', () => {
    const lines = follow(undefined).split('\n');
    expect(lines.slice(0, 2)).toEqual(['2 checks to run', 'FAILED  rfc.create.status (20 ms): No 201.']);
    expect(lines.filter((line) => line.startsWith('removing'))).toHaveLength(10);
  });

  test('on a screen, one line that is rewritten, fits, and is gone at the end', () => {
    const pictures = follow(() => 60).split('\r\u001b[2K');
    expect(pictures.join()).not.toContain('\n');
    expect(pictures.every((picture) => picture.length < 60)).toBe(true);
    expect(pictures.join()).toContain('2/2  1 passed, 1 failed');
    expect(pictures.at(-1)).toBe('');
  });
});
