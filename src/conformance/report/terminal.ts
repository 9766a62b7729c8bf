/** The report for people in front of a terminal: failures in full, warnings in short, the rest counted. */
import type { Exchange, Report, Result } from '../model.js';
import type { Style } from './style.js';
import {
  cleanUpSentence,
  conclusion,
  counted,
  cut,
  duration,
  groupedBy,
  laidOut,
  levelWord,
  type Repeat,
  rule,
  sentence,
  tellingExchange,
} from './wording.js';

interface TerminalReportOptions {
  readonly style: Style;
  readonly columns: number;
  readonly repeat: Repeat;
}

/** Characters of a body, and of a value, that are shown. */
const BODY = 600;
const VALUE = 300;
const MAX_LEFT = 20;

/** Ends with a line break. */
export function terminalReport(report: Report, options: TerminalReportOptions): string {
  const { style } = options;
  const by = (verdict: Result['verdict']) => report.results.filter((result) => result.verdict === verdict);
  const parts = [
    section(
      style,
      'Failed',
      by('failed')
        .map((result, i) => failure(result, i + 1, options))
        .join('\n'),
    ),
    section(
      style,
      'Warnings',
      by('warned')
        .map((result) => warning(result, options))
        .join(''),
    ),
    section(style, 'Skipped', skipped(by('skipped'), options)),
    section(style, 'Groups', groups(report, style)),
    section(style, 'Run', run(report, options)),
  ];
  return `${parts.filter((part) => part !== '').join('\n')}\n${verdict(report, style)}\n`;
}

function section(style: Style, title: string, text: string): string {
  return text === '' ? '' : `${style('bold', title)}\n\n${text}`;
}

function failure(result: Result, number: number, { style, columns, repeat }: TerminalReportOptions): string {
  const { finding } = result;
  const exchange = tellingExchange(result);
  const command = repeat(result);
  const fields: [string, string | undefined][] = [
    ['found', sentence(finding?.message ?? '')],
    ['expected', finding?.expected],
    ['actual', finding?.actual],
    ['rule', `${rule(result)} (${levelWord(result)})`],
    ['fix', result.fix],
  ];
  const rows = fields
    .filter((field): field is [string, string] => field[1] !== undefined)
    .map(([name, value]) => wrapped(cut(value, VALUE * 3), columns, `    ${style('gray', name.padEnd(9))} `, 14));
  return [
    `${style('red', `${String(number).padStart(3)} ${result.id}`)}\n`,
    wrapped(result.title, columns, '    ', 4),
    ...rows,
    exchange ? exchangeText(exchange, style) : '',
    // Never broken over lines: it is there to be copied.
    command === undefined ? '' : `    ${style('gray', 'repeat'.padEnd(9))} ${command}\n`,
  ].join('');
}

function exchangeText({ request, response, error }: Exchange, style: Style): string {
  const type = Object.entries(request.headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  const sent = [`${request.method} ${request.url}`, ...(type ? [`Content-Type: ${type}`] : [])];
  const got = response ? [String(response.status)] : [`no answer: ${error ?? ''}`];
  const lines = (head: readonly string[], body: string | undefined) => [
    ...head,
    ...(body ? cut(laidOut(body), BODY).split('\n') : []),
  ];
  const drawn = (mark: string, texts: readonly string[]) =>
    texts.map((text) => `      ${style('gray', mark)} ${printable(text)}\n`).join('');
  return `${drawn('>', lines(sent, request.body))}${drawn('<', lines(got, response?.body))}`;
}

function warning(result: Result, { style, columns }: TerminalReportOptions): string {
  const said = `${sentence(result.finding?.message ?? '')} [${rule(result)}]`;
  return `  ${style('yellow', result.id)}\n${wrapped(cut(said, VALUE), columns, '    ', 4)}`;
}

function skipped(results: readonly Result[], { style, columns }: TerminalReportOptions): string {
  return [...groupedBy(results, ({ reason }) => reason ?? '')]
    .map(([reason, each]) => {
      const ids = each.map(({ id }) => id).join(', ');
      const names = wrapped(cut(ids, VALUE), columns, '     ', 5);
      return `${wrapped(`${each.length}  ${reason}`, columns, '  ', 5)}${style('gray', names)}`;
    })
    .join('');
}

function groups(report: Report, style: Style): string {
  const heading = ['', 'passed', 'failed', 'warned', 'skipped'];
  const rows = [...groupedBy(report.results, ({ group }) => group)].map(([name, results]) => {
    const count = (verdict: string) => String(results.filter((result) => result.verdict === verdict).length);
    return [name, count('passed'), count('failed'), count('warned'), count('skipped')];
  });
  const width = Math.max(8, ...rows.map(([name = '']) => name.length));
  return [heading, ...rows]
    .map((cells, row) => {
      const line = cells.map((cell, i) => (i === 0 ? cell.padEnd(width) : cell.padStart(9))).join('');
      return `  ${row === 0 ? style('gray', line) : line}\n`;
    })
    .join('');
}

function run(report: Report, { columns }: TerminalReportOptions): string {
  const { left } = report.cleanUp;
  const facts = [
    `Server: ${report.target}`,
    ...report.server,
    ...report.directory,
    `${counted(report.requests, 'request')} in ${duration(report.milliseconds)}; seed ${report.seed}.`,
    `The names of what it made begin with ${report.prefix}.`,
    cleanUpSentence(report),
    ...(report.interrupted === undefined ? [] : [report.interrupted]),
  ];
  const paths = left.slice(0, MAX_LEFT).map((path) => `    ${path}\n`);
  const more = left.length > MAX_LEFT ? `    and ${left.length - MAX_LEFT} more; the JSON report lists them\n` : '';
  return `${facts.map((fact) => wrapped(fact, columns, '  ', 2)).join('')}${paths.join('')}${more}`;
}

function verdict(report: Report, style: Style): string {
  const { passed, failed, warned, skipped } = report.counts;
  const figures = `${passed} passed, ${failed} failed, ${warned} warned, ${skipped} skipped`;
  return `${style([failed > 0 ? 'red' : 'green', 'bold'], conclusion(report))} ${figures}.`;
}

/** The text over lines of the screen's width, the first after `lead`, the others so far in. Words are never broken. */
function wrapped(text: string, columns: number, lead: string, indent: number): string {
  const room = Math.max(40, Math.min(columns, 110)) - indent;
  const lines: string[] = [];
  let line = '';
  for (const word of printable(text).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.map((each, i) => `${i === 0 ? lead : ' '.repeat(indent)}${each}\n`).join('');
}

/** A server's text must not steer the terminal. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g, (character) =>
    character === '\n' ? '⏎' : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
