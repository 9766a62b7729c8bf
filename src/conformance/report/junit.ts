/** The report for build servers: JUnit's XML, with one suite for each group of results. */
import type { Report, Result } from '../model.js';
import { groupedBy, rule, sentence, tellingExchange, transcript } from './wording.js';

/** Characters of a body that a failure shows. */
const BODY = 4000;

/** A warning counts as passed and says so in `system-out`: the format knows no other place for it. */
export function junitReport(report: Report): string {
  const groups = groupedBy(report.results, ({ group }) => group);
  const { failed, skipped } = report.counts;
  const errors = report.interrupted === undefined ? 0 : 1;
  const totals = attributes({
    name: `SCIM conformance of ${report.target}`,
    tests: report.results.length + errors,
    failures: failed,
    errors,
    skipped,
    time: seconds(report.milliseconds),
    timestamp: report.startedAt,
  });
  const suites = [...groups].map(([name, results]) => suite(name, results, report));
  if (report.interrupted !== undefined) suites.push(brokenOff(report.interrupted, report));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${totals}>\n${suites.join('')}</testsuites>\n`;
}

function suite(name: string, results: readonly Result[], report: Report): string {
  const count = (verdict: Result['verdict']) => results.filter((result) => result.verdict === verdict).length;
  const head = attributes({
    name,
    tests: results.length,
    failures: count('failed'),
    errors: 0,
    skipped: count('skipped'),
    time: seconds(results.reduce((sum, { milliseconds }) => sum + milliseconds, 0)),
    timestamp: report.startedAt,
  });
  const properties = Object.entries({ target: report.target, seed: report.seed })
    .map(([key, value]) => `      <property${attributes({ name: key, value })}/>\n`)
    .join('');
  const cases = results.map(testCase).join('');
  return `  <testsuite${head}>\n    <properties>\n${properties}    </properties>\n${cases}  </testsuite>\n`;
}

/** A run that broke off is no success, though nothing had failed until then: build servers look at this file alone. */
function brokenOff(reason: string, { startedAt }: Report): string {
  const head = attributes({
    name: 'run',
    tests: 1,
    failures: 0,
    errors: 1,
    skipped: 0,
    time: seconds(0),
    timestamp: startedAt,
  });
  const named = attributes({ name: 'The run comes to its end.', classname: 'run', time: seconds(0) });
  const error = `<error${attributes({ message: reason, type: 'interrupted' })}/>`;
  return `  <testsuite${head}>\n    <testcase${named}>\n      ${error}\n    </testcase>\n  </testsuite>\n`;
}

function testCase(result: Result): string {
  const { id, group, title, verdict, milliseconds } = result;
  const head = attributes({ name: `${id} ${title}`, classname: group, time: seconds(milliseconds) });
  const inside = contentOf(result);
  return verdict === 'passed' || inside === ''
    ? `    <testcase${head}/>\n`
    : `    <testcase${head}>\n      ${inside}\n    </testcase>\n`;
}

function contentOf(result: Result): string {
  const { verdict, reason, finding, level } = result;
  const message = sentence(finding?.message ?? reason ?? '');
  switch (verdict) {
    case 'skipped':
      return `<skipped${attributes({ message })}/>`;
    case 'warned':
      return `<system-out>${escaped(`Warning: ${story(result)}`)}</system-out>`;
    case 'failed':
      return `<failure${attributes({ message, type: level })}>${escaped(story(result))}</failure>`;
    default:
      return '';
  }
}

/** All that a developer needs, as plain text. */
function story(result: Result): string {
  const { finding, fix } = result;
  const exchange = tellingExchange(result);
  const shown = exchange && transcript(exchange, BODY);
  return [
    sentence(finding?.message ?? ''),
    finding?.expected === undefined ? undefined : `Expected: ${finding.expected}`,
    finding?.actual === undefined ? undefined : `Actual: ${finding.actual}`,
    `Rule: ${rule(result)}`,
    `Fix: ${fix}`,
    shown && `\n${shown.sent}\n\n${shown.got}`,
  ]
    .filter((line) => line !== undefined)
    .join('\n');
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value)).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')}"`)
    .join('');
}

/** XML 1.0 has no way to write most control characters, half surrogate pairs, U+FFFE and U+FFFF. */
function escaped(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]/g, '\ufffd')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&apos;')
      .replaceAll('\r', '&#13;')
  );
}
