/** The look of the HTML report: one column, from a phone to a desktop, in light and dark, and on paper. */

export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9;
  --card: #ffffff;
  --sunk: #f1f3f6;
  --line: #dfe3e8;
  --text: #1b1f24;
  --soft: #59636e;
  --link: #0b57d0;
  --failed: #c0262d;
  --warned: #9a6700;
  --passed: #1a7f4b;
  --skipped: #6b7580;
  --failed-bar: #d9424a;
  --warned-bar: #e0a526;
  --passed-bar: #35a86b;
  --skipped-bar: #b4bcc5;
  --failed-wash: #fdf0f0;
  --warned-wash: #fdf6e3;
  --passed-wash: #eaf7f0;
  --shadow: 0 1px 2px rgb(20 30 40 / 6%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1317;
    --card: #171c22;
    --sunk: #10151a;
    --line: #2b333c;
    --text: #e4e8ed;
    --soft: #9aa5b1;
    --link: #8ab4f8;
    --failed: #ff8a8a;
    --warned: #e9bd55;
    --passed: #67d39b;
    --skipped: #94a0ac;
    --failed-bar: #e0545b;
    --warned-bar: #c99528;
    --passed-bar: #35a86b;
    --skipped-bar: #4a545f;
    --failed-wash: #2a181a;
    --warned-wash: #272012;
    --passed-wash: #12241b;
    --shadow: none;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 9rem; }
body {
  margin: 0;
  background: var(--page);
  color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
}
[hidden] { display: none !important; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
header, main { max-width: 62rem; margin: 0 auto; padding: 0 1rem; }
code, pre, .target, .url { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace; }
code { font-size: 0.875em; overflow-wrap: anywhere; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 4px; }

header { padding-top: 2.5rem; }
.kind {
  margin: 0;
  color: var(--soft);
  font-size: 0.8125rem;
  font-weight: 600;
  letter-spacing: 0.08em;
  text-transform: uppercase;
}
h1 {
  margin: 0.25rem 0 0.375rem;
  font-size: clamp(1.625rem, 5vw, 2.375rem);
  line-height: 1.15;
  letter-spacing: -0.02em;
  text-wrap: balance;
}
header.failed h1 { color: var(--failed); }
header.passed h1 { color: var(--passed); }
.target { margin: 0; color: var(--soft); font-size: 0.875rem; overflow-wrap: anywhere; }
.interrupted {
  margin: 0.75rem 0 0;
  padding: 0.5rem 0.75rem;
  border-left: 3px solid var(--warned-bar);
  background: var(--warned-wash);
}
.bar { display: block; width: 100%; height: 0.5rem; border-radius: 0.25rem; background: var(--line); }
header > .bar { margin: 1.25rem 0 1rem; }
rect.failed { fill: var(--failed-bar); }
rect.warned { fill: var(--warned-bar); }
rect.passed { fill: var(--passed-bar); }
rect.skipped { fill: var(--skipped-bar); }
.figures { display: grid; grid-template-columns: repeat(4, 1fr); gap: 0.75rem; margin: 0 0 1.5rem; }
.figures div {
  padding: 0.75rem 1rem;
  border: 1px solid var(--line);
  border-radius: 0.75rem;
  background: var(--card);
  box-shadow: var(--shadow);
}
.figures dt { color: var(--soft); font-size: 0.8125rem; }
.figures dd { margin: 0; font-size: 1.75rem; font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums; }
.figures .failed dd { color: var(--failed); }
.figures .warned dd { color: var(--warned); }
.figures .passed dd { color: var(--passed); }
.figures .skipped dd { color: var(--skipped); }
.figures .none dd { color: var(--soft); opacity: 0.6; }

.groups { width: 100%; border-collapse: collapse; margin-bottom: 1.25rem; font-variant-numeric: tabular-nums; }
.groups th, .groups td { padding: 0.4rem 0.5rem; border-bottom: 1px solid var(--line); text-align: right; }
.groups th[scope=col] { color: var(--soft); font-size: 0.8125rem; font-weight: 500; }
.groups th[scope=row], .groups th[scope=col]:first-child {
  padding-left: 0;
  text-align: left;
  font-weight: 600;
  overflow-wrap: anywhere;
}
.groups .share { width: 45%; }
.groups td.failed { color: var(--failed); font-weight: 650; }
.groups td.warned { color: var(--warned); font-weight: 650; }
.groups td.none { color: var(--soft); opacity: 0.6; }

.about { margin-bottom: 1.25rem; color: var(--soft); font-size: 0.9375rem; overflow-wrap: anywhere; }
.about summary { color: var(--link); cursor: pointer; }
.about ul { margin: 0.5rem 0; padding-left: 1.25rem; }

.tools {
  position: sticky;
  top: 0;
  z-index: 1;
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.5rem 1rem;
  margin: 0 -1rem 1rem;
  padding: 0.75rem 1rem;
  border-bottom: 1px solid var(--line);
  background: var(--page);
}
.tools [role=group] { display: flex; flex-wrap: wrap; gap: 0.375rem; }
.tools button {
  padding: 0.3rem 0.75rem;
  border: 1px solid var(--line);
  border-radius: 999px;
  background: var(--card);
  color: var(--text);
  font: inherit;
  font-size: 0.875rem;
  cursor: pointer;
}
.tools button b { margin-left: 0.15rem; color: var(--soft); font-weight: 600; font-variant-numeric: tabular-nums; }
.tools button:hover { border-color: var(--soft); }
.tools button[aria-pressed=true] { border-color: var(--text); background: var(--text); color: var(--page); }
.tools button[aria-pressed=true] b { color: inherit; opacity: 0.75; }
.search { flex: 1 1 16rem; }
.search span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.search input {
  width: 100%;
  padding: 0.4rem 0.75rem;
  border: 1px solid var(--line);
  border-radius: 0.5rem;
  background: var(--card);
  color: var(--text);
  font: inherit;
  font-size: 1rem;
}
.matches { color: var(--soft); font-size: 0.875rem; }
.matches:empty { display: none; }

section { margin-bottom: 2rem; }
h2 { margin: 0 0 0.75rem; font-size: 1.25rem; letter-spacing: -0.01em; }
h2 span { color: var(--soft); font-weight: 500; }
.nothing { padding: 2rem 0; color: var(--soft); text-align: center; }
.result {
  margin-bottom: 0.5rem;
  border: 1px solid var(--line);
  border-radius: 0.75rem;
  background: var(--card);
  box-shadow: var(--shadow);
}
.result > summary {
  display: flex;
  gap: 0.75rem;
  padding: 0.75rem 1rem;
  border-radius: 0.75rem;
  cursor: pointer;
  list-style: none;
}
.result > summary::-webkit-details-marker { display: none; }
.result > summary:hover .title {
  text-decoration: underline;
  text-decoration-thickness: 1px;
  text-underline-offset: 0.2em;
}
.mark {
  flex: none;
  width: 1.5rem;
  height: 1.5rem;
  border-radius: 50%;
  color: #fff;
  font-size: 0.8125rem;
  font-weight: 700;
  line-height: 1.5rem;
  text-align: center;
}
.failed .mark { background: var(--failed-bar); }
.warned .mark { background: var(--warned-bar); color: #1b1400; }
.passed .mark { background: var(--passed-wash); color: var(--passed); }
.skipped .mark { background: var(--sunk); color: var(--skipped); }
.text { min-width: 0; flex: 1; }
.text > span { display: block; }
.title { font-weight: 600; overflow-wrap: anywhere; }
.passed .title, .skipped .title { font-weight: 500; }
.said { margin-top: 0.125rem; color: var(--soft); overflow-wrap: anywhere; }
.failed .said { color: var(--failed); }
.warned .said { color: var(--warned); }
.text > .meta {
  display: flex;
  flex-wrap: wrap;
  gap: 0.125rem 0.75rem;
  margin-top: 0.25rem;
  color: var(--soft);
  font-size: 0.8125rem;
}
.meta code { font-size: 0.9375em; }
.meta > * { min-width: 0; overflow-wrap: anywhere; }
.level { padding: 0 0.4rem; border-radius: 0.25rem; background: var(--sunk); }
.level.must { color: var(--text); font-weight: 600; }
.inside { padding: 0 1rem 1rem 3.25rem; }
.fields { margin: 0 0 0.75rem; }
.fields div { display: grid; grid-template-columns: 5.5rem minmax(0, 1fr); gap: 0.75rem; padding: 0.25rem 0; }
.fields dt { color: var(--soft); }
.fields dd { margin: 0; overflow-wrap: anywhere; }
.fields .value { white-space: pre-wrap; }
.fields .command {
  display: block;
  padding: 0.5rem 0.75rem;
  border-radius: 0.5rem;
  background: var(--sunk);
  white-space: pre-wrap;
  user-select: all;
}
.flag { white-space: nowrap; }
.note { margin: 0 0 0.5rem; color: var(--soft); font-size: 0.875rem; }
.exchange { border-top: 1px solid var(--line); font-size: 0.875rem; }
.exchange > summary { padding: 0.4rem 0; cursor: pointer; overflow-wrap: anywhere; }
.number, .time { color: var(--soft); font-variant-numeric: tabular-nums; }
.url { font-size: 0.8125rem; }
.status { font-variant-numeric: tabular-nums; }
.status.s2 { color: var(--passed); }
.status.s4 { color: var(--warned); }
.status.s5, .status.sn { color: var(--failed); }
.pair { display: grid; gap: 0.5rem; padding-bottom: 0.75rem; }
pre {
  margin: 0;
  max-height: 30rem;
  overflow: auto;
  padding: 0.75rem;
  border-radius: 0.5rem;
  background: var(--sunk);
  font-size: 0.8125rem;
  line-height: 1.45;
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}
@media (min-width: 56rem) {
  .pair { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
}
@media (max-width: 40rem) {
  header { padding-top: 1.5rem; }
  .figures { grid-template-columns: repeat(2, 1fr); gap: 0.5rem; }
  .figures div { display: flex; align-items: baseline; justify-content: space-between; padding: 0.5rem 0.75rem; }
  .figures dd { font-size: 1.25rem; }
  .groups .share { display: none; }
  .groups th, .groups td { padding: 0.4rem 0.25rem; }
  .tools { position: static; }
  .search { flex-basis: 100%; }
  .inside { padding: 0 0.75rem 0.75rem; }
  .result > summary { padding: 0.75rem; }
  .fields div { grid-template-columns: minmax(0, 1fr); gap: 0; padding: 0.375rem 0; }
  .fields dt { font-size: 0.8125rem; }
  html { scroll-padding-top: 1rem; }
}
@media print {
  :root { --page: #fff; --card: #fff; --sunk: #f4f4f4; --text: #000; --soft: #444; --shadow: none; }
  body { font-size: 10pt; }
  header, main { max-width: none; padding: 0; }
  .tools { display: none; }
  .result { break-inside: auto; border-radius: 0; border-width: 1px 0 0; }
  .result > summary { break-inside: avoid; break-after: avoid; padding: 0.4rem 0; }
  .mark { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .bar { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .inside { padding: 0 0 0.5rem 2.25rem; }
  pre { max-height: none; font-size: 8pt; }
}
`;
