/** What the reports have in common: their words, their order, and how one result is told. */
import type { Exchange, Report, Result, Verdict } from '../model.js';

/** The worst first: the order of every report. */
export const VERDICTS: readonly Verdict[] = ['failed', 'warned', 'skipped', 'passed'];

/** The command that repeats one result alone; undefined where there is none. */
export type Repeat = (result: Result) => string | undefined;

/** `1 check`, `2 checks` */
export function counted(count: number, one: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : `${one}s`}`;
}

/** `340 ms`, `12.3 s`, `4 min 5 s` */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** The whole report in a sentence. */
export function conclusion({ counts, interrupted }: Report): string {
  const judged = counts.passed + counts.failed + counts.warned;
  const early = interrupted === undefined ? '' : ' before the run was interrupted';
  if (counts.failed > 0) return `${counts.failed.toLocaleString('en')} of ${counted(judged, 'check')} failed${early}.`;
  if (judged === 0) return `Nothing was checked${early}.`;
  const warnings = counts.warned === 0 ? '' : ` (${counted(counts.warned, 'warning')})`;
  const all = judged === 1 ? 'The check did not fail' : `None of ${counted(judged, 'check')} failed`;
  return `${all}${early}${warnings}.`;
}

/** Who demands it: `RFC 7644 §3.3`, `Okta: page title`. */
export function rule({ client, source }: Result): string {
  return client === undefined || source.startsWith(client) ? source : `${client}: ${source}`;
}

/** What a level means, in a word. */
export function levelWord({ level, client }: Pick<Result, 'level' | 'client'>): string {
  return level === 'client' ? (client ?? 'client') : level;
}

/** The finding's message with a full stop. */
export function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** What was made and what became of it. */
export function cleanUpSentence({ cleanUp: { created, removed, left } }: Report): string {
  if (created === 0) return 'Nothing was made on the server.';
  if (left.length === 0) return `${counted(created, 'resource')} made and removed again.`;
  return `${counted(created, 'resource')} made, ${removed} removed; ${left.length} left on the server.`;
}

/** Results by a property, in the order of first appearance. */
export function groupedBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

/** The exchange that shows the finding, or else the last one. */
export function tellingExchange({ finding, exchanges }: Result): Exchange | undefined {
  return exchanges.find(({ number }) => number === finding?.exchange) ?? exchanges.at(-1);
}

/** JSON laid out over lines; any other text as it is. */
export function laidOut(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** The beginning of a text, with its whole length when it was cut. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}… (${counted(text.length, 'character')} in all)`;
}

/** Request and answer as HTTP shows them, bodies cut to so many characters. */
export function transcript({ request, response, error }: Exchange, bodyLength: number): { sent: string; got: string } {
  const lines = (headers: Readonly<Record<string, string>>) =>
    Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const body = (text: string | undefined) => (text ? ['', cut(laidOut(text), bodyLength)] : []);
  return {
    sent: [`${request.method} ${request.url}`, ...lines(request.headers), ...body(request.body)].join('\n'),
    got: response
      ? [`${response.status}`, ...lines(response.headers), ...body(response.body)].join('\n')
      : `no answer: ${error ?? 'unknown'}`,
  };
}

/** A word for a shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
