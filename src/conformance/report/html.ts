/**
 * The report as one HTML file that needs nothing else: no server, no network, not even its script. Everything that
 * came from the tested server is escaped, and the page's own policy forbids any script but the one it was made with.
 */
import { createHash } from 'node:crypto';
import type { Exchange, Report, Result, Verdict } from '../model.js';
import { decoded } from '../values.js';
import { PAGE_SCRIPT } from './html-script.js';
import { PAGE_STYLE } from './html-style.js';
import {
  cleanUpSentence,
  conclusion,
  counted,
  cut,
  duration,
  groupedBy,
  levelWord,
  type Repeat,
  rule,
  sentence,
  transcript,
  VERDICTS,
} from './wording.js';

/** Characters of a body: where something is wrong, and elsewhere. */
const BODY = { telling: 8000, other: 1500 };
/** Exchanges of one result that are shown. */
const MAX_EXCHANGES = 25;

const HEADINGS: Readonly<Record<Verdict, string>> = {
  failed: 'Failed',
  warned: 'Warnings',
  skipped: 'Skipped',
  passed: 'Passed',
};
/** Told apart without colour as well. */
const MARKS: Readonly<Record<Verdict, string>> = { failed: '✕', warned: '!', skipped: '–', passed: '✓' };

export function htmlReport(report: Report, repeat: Repeat): string {
  const policy = [
    "default-src 'none'",
    `style-src '${hash(PAGE_STYLE)}'`,
    `script-src '${hash(PAGE_SCRIPT)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${e(`${conclusion(report)} SCIM conformance of ${report.target}`)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
${head(report)}
<main>
${groupTable(report)}
${about(report)}
${tools(report)}
${VERDICTS.map((verdict) => section(verdict, report, repeat)).join('')}
<p class="nothing" hidden>No result matches.</p>
</main>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

function head(report: Report): string {
  const { counts, target, interrupted } = report;
  const tone = counts.failed > 0 ? 'failed' : interrupted !== undefined || counts.passed === 0 ? 'unsure' : 'passed';
  const figures = VERDICTS.map(
    (verdict) =>
      `<div class="${counts[verdict] > 0 ? verdict : 'none'}"><dt>${verdict === 'warned' ? 'Warnings' : HEADINGS[verdict]}</dt><dd>${counts[verdict].toLocaleString('en')}</dd></div>`,
  );
  return `<header class="${tone}">
<p class="kind">SCIM conformance</p>
<h1>${e(conclusion(report))}</h1>
<p class="target">${e(target)}</p>
${interrupted === undefined ? '' : `<p class="interrupted">${e(interrupted)}</p>`}
${bar(counts)}
<dl class="figures">${figures.join('')}</dl>
</header>`;
}

/**
 * Shares of a whole, none too small to be seen. Drawn without a style of its own, so that the page's policy can forbid
 * those.
 */
function bar(counts: Readonly<Record<Verdict, number>>): string {
  const total = VERDICTS.reduce((sum, verdict) => sum + counts[verdict], 0) || 1;
  let x = 0;
  const parts = VERDICTS.filter((verdict) => counts[verdict] > 0).map((verdict) => {
    const width = Math.max((counts[verdict] / total) * 100, 0.8);
    const part = `<rect class="${verdict}" x="${x.toFixed(2)}" width="${width.toFixed(2)}" height="1"/>`;
    x += width;
    return part;
  });
  return `<svg class="bar" viewBox="0 0 ${x.toFixed(2)} 1" preserveAspectRatio="none" aria-hidden="true">${parts.join('')}</svg>`;
}

function groupTable({ results }: Report): string {
  const groups = groupedBy(results, ({ group }) => group);
  if (groups.size < 2) return '';
  const rows = [...groups].map(([name, each]) => {
    const counts = Object.fromEntries(
      VERDICTS.map((verdict) => [verdict, each.filter((result) => result.verdict === verdict).length]),
    ) as Record<Verdict, number>;
    const cells = VERDICTS.map(
      (verdict) => `<td class="${counts[verdict] > 0 ? verdict : 'none'}">${counts[verdict]}</td>`,
    );
    return `<tr><th scope="row">${e(name)}</th><td class="share">${bar(counts)}</td>${cells.join('')}</tr>`;
  });
  const headings = VERDICTS.map((verdict) => `<th scope="col">${verdict}</th>`).join('');
  return `<table class="groups"><thead><tr><th scope="col">suite</th><th class="share" aria-hidden="true"></th>${headings}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function about(report: Report): string {
  const { server, directory, requests, milliseconds, seed, prefix, startedAt, tool, cleanUp } = report;
  const facts = [
    ...server,
    ...directory,
    `Started ${startedAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')}.`,
    `${counted(requests, 'request')} in ${duration(milliseconds)}.`,
    `Seed ${seed}: the same seed sends the same requests in the same order.`,
    `The names of what it made begin with ${prefix}.`,
    cleanUpSentence(report),
    `Made by ${tool.name} ${tool.version}.`,
  ];
  const left = cleanUp.left.map((path) => `<li><code>${e(path)}</code></li>`).join('');
  return `<details class="about"><summary>About this run</summary>
<ul>${facts.map((fact) => `<li>${e(fact)}</li>`).join('')}</ul>
${left === '' ? '' : `<p>Left on the server:</p><ul>${left}</ul>`}
</details>`;
}

function tools({ results, counts }: Report): string {
  const groups = [...new Set(results.map(({ group }) => group))];
  const button = (kind: string, value: string, text: string, count?: number) => {
    const figure = count === undefined ? '' : ` <b>${count}</b>`;
    return `<button type="button" data-${kind}="${e(value)}" aria-pressed="${value === ''}">${e(text)}${figure}</button>`;
  };
  const verdicts = VERDICTS.filter((verdict) => counts[verdict] > 0).map((verdict) =>
    button('show-verdict', verdict, HEADINGS[verdict], counts[verdict]),
  );
  const suites = groups.map((group) => button('show-group', group, group));
  return `<div class="tools">
<div role="group" aria-label="Show by result">${button('show-verdict', '', 'All', results.length)}${verdicts.join('')}</div>
${groups.length < 2 ? '' : `<div role="group" aria-label="Show by suite">${button('show-group', '', 'All suites')}${suites.join('')}</div>`}
<label class="search"><span>Search</span><input type="search" placeholder="Search ids, titles, rules, findings" autocomplete="off" spellcheck="false"></label>
<output class="matches" aria-live="polite"></output>
</div>`;
}

function section(verdict: Verdict, { results, target }: Report, repeat: Repeat): string {
  const mine = results.filter((result) => result.verdict === verdict);
  if (mine.length === 0) return '';
  const items = mine.map((result) => item(result, target, repeat)).join('\n');
  return `<section data-section="${verdict}"><h2>${HEADINGS[verdict]} <span>${mine.length}</span></h2>
${items}
</section>`;
}

function item(result: Result, target: string, repeat: Repeat): string {
  const { id, group, title, verdict, finding, reason, milliseconds } = result;
  const said = finding ? sentence(finding.message) : reason && sentence(capital(reason));
  return `<details class="result ${verdict}" id="${e(id)}" data-group="${e(group)}" data-verdict="${verdict}"${verdict === 'failed' ? ' open' : ''}>
<summary><span class="mark"><span aria-hidden="true">${MARKS[verdict]}</span><span class="hidden">${verdict}:</span></span><span class="text"><span class="title">${e(title)}</span>${said ? `<span class="said">${e(said)}</span>` : ''}<span class="meta"><code>${e(id)}</code><span class="level ${result.level}">${e(levelWord(result))}</span><span>${e(rule(result))}</span><span>${duration(milliseconds)}</span></span></span></summary>
<div class="inside">
${fields(result, repeat)}
${exchanges(result, target)}
</div>
</details>`;
}

function fields(result: Result, repeat: Repeat): string {
  const { finding, verdict, fix } = result;
  const isBad = verdict === 'failed' || verdict === 'warned';
  const command = repeat(result);
  const rows: [string, string | undefined][] = [
    ['Expected', finding?.expected && `<code class="value">${e(cut(finding.expected, 2000))}</code>`],
    ['Actual', finding?.actual && `<code class="value">${e(cut(finding.actual, 2000))}</code>`],
    ['Rule', e(rule(result))],
    ['Fix', isBad ? e(fix) : undefined],
    ['Repeat', isBad && command !== undefined ? `<code class="command">${flagged(command)}</code>` : undefined],
  ];
  const shown = rows.filter(([, value]) => value !== undefined);
  return `<dl class="fields">${shown.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join('')}</dl>`;
}

function exchanges({ exchanges: all, finding, verdict }: Result, target: string): string {
  if (all.length === 0) return '';
  const isBad = verdict === 'failed' || verdict === 'warned';
  // The last ones: the finding is at the end, the test data before it.
  const shown = all.slice(-MAX_EXCHANGES);
  const telling = isBad ? (shown.find(({ number }) => number === finding?.exchange) ?? shown.at(-1)) : undefined;
  const omitted = all.length - shown.length;
  const note = omitted > 0 ? `<p class="note">${counted(omitted, 'earlier exchange')} not shown.</p>` : '';
  return `${note}${shown.map((each) => exchange(each, target, each === telling, isBad)).join('\n')}`;
}

function exchange(exchange: Exchange, target: string, isTelling: boolean, isBad: boolean): string {
  const { request, response, milliseconds, number } = exchange;
  const { sent, got } = transcript(exchange, isBad ? BODY.telling : BODY.other);
  const url = request.url.startsWith(target) ? request.url.slice(target.length) || '/' : request.url;
  const status = response ? String(response.status) : 'no answer';
  return `<details class="exchange"${isTelling ? ' open' : ''}><summary><span class="number">${number}</span> <b>${e(request.method)}</b> <span class="url">${e(decoded(url))}</span> <b class="status s${status[0]}">${status}</b> <span class="time">${duration(milliseconds)}</span></summary>
<div class="pair"><pre tabindex="0" aria-label="request">${e(sent)}</pre><pre tabindex="0" aria-label="answer">${e(got)}</pre></div></details>`;
}

/** A command whose flags are not broken at their hyphens. */
function flagged(command: string): string {
  return e(command).replace(/(^| )(--[\w-]+)/g, '$1<span class="flag">$2</span>');
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** For element content and quoted attributes. Control characters, which HTML forbids, are shown as replaced. */
function e(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, '\ufffd')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;')
  );
}
