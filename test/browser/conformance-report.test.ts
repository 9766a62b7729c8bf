/** The HTML report in a real browser: nothing overflows, filters work by mouse and keyboard, nothing is executed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { htmlReport } from '../../src/conformance/report/html.js';
import { junitReport } from '../../src/conformance/report/junit.js';
import { mixedReport, reportOf, resultOf } from '../conformance/report/sample.js';
import { Chromium, findChromium } from './chromium.js';

const program = findChromium();
if (program === undefined) console.log('skipped: there is no chromium on this machine (apt-get install -y chromium)');

const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 360, height: 740 };

describe.runIf(program !== undefined)('the HTML report', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'scim-target-report-'));
  let browser: Chromium;

  const pages = {
    mixed: htmlReport(
      mixedReport(),
      ({ id }) => `npx scim-target conformance --url https://scim.example.com/${'x'.repeat(200)} --only ${id}`,
    ),
    good: htmlReport(reportOf([resultOf('rfc.create.id', 'passed')]), () => undefined),
    empty: htmlReport(reportOf([], { interrupted: 'The run was interrupted.' }), () => undefined),
  };
  const open = (name: keyof typeof pages, hash = '') =>
    browser.open(`${pathToFileURL(path.join(folder, `${name}.html`))}${hash}`);
  const visible = () =>
    browser.evaluate<string[]>(
      '[...document.querySelectorAll(".result")].filter((e) => e.checkVisibility()).map((e) => e.id)',
    );

  beforeAll(async () => {
    for (const [name, page] of Object.entries(pages)) writeFileSync(path.join(folder, `${name}.html`), page);
    browser = await Chromium.start(program as string);
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each([
    ['mixed', DESKTOP],
    ['mixed', PHONE],
    ['good', PHONE],
    ['empty', PHONE],
  ] as const)('%s at %j: nothing is wider than the screen, in light and dark', async (name, size) => {
    for (const isDark of [false, true]) {
      await browser.look({ ...size, isDark });
      await open(name);
      await browser.evaluate('document.querySelectorAll("details").forEach((e) => { e.open = true; })');
      expect(
        await browser.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
      ).toBe(0);
      const wide = `[...document.querySelectorAll('body *')].filter((e) => e.checkVisibility() && !e.closest('.hidden, .search span')
        && e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5).map((e) => e.outerHTML.slice(0, 80))`;
      expect(await browser.evaluate(wide)).toEqual([]);
      const [text, page] = await browser.evaluate<[string, string]>(
        '[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]',
      );
      expect(brightness(text) < brightness(page)).toBe(!isDark);
    }
  });

  test('what the server answered is shown and never executed, and nothing is loaded or refused', async () => {
    browser.console.splice(0);
    await browser.look(DESKTOP);
    await open('mixed');
    expect(await browser.evaluate('document.querySelectorAll("img, script:not(body > script)").length')).toBe(0);
    expect(await browser.evaluate('performance.getEntriesByType("resource").length')).toBe(0);
    expect(await browser.evaluate('document.querySelector(".said").textContent')).toContain(
      '<script>alert("x")</script>',
    );
    expect(browser.console).toEqual([]);
  });

  test('filters by result and suite, and search, narrow what is shown', async () => {
    await browser.look(DESKTOP);
    await open('mixed');
    expect(await visible()).toHaveLength(6);
    const click = (selector: string) => browser.evaluate(`document.querySelector('${selector}').click()`);
    await click('[data-show-verdict=failed]');
    expect(await visible()).toEqual(['rfc.create.status', 'entra.connection.list']);
    await click('[data-show-group=entra]');
    expect(await visible()).toEqual(['entra.connection.list']);
    expect(await browser.evaluate('document.querySelector(".matches").textContent')).toBe('1 of 6 shown');
    await click('[data-show-verdict=failed]');
    await click('[data-show-group=""]');
    await browser.evaluate('document.querySelector("input").focus()');
    await browser.type('BULK two');
    expect(await visible()).toEqual(['rfc.bulk.two']);
    await browser.type(' nowhere');
    expect(await browser.evaluate('document.querySelector(".nothing").checkVisibility()')).toBe(true);
  });

  test('all of it works from the keyboard', async () => {
    await browser.look(DESKTOP);
    await open('mixed');
    const focused = () =>
      browser.evaluate<string>('document.activeElement.dataset.showVerdict ?? document.activeElement.tagName');
    for (let i = 0; i < 4 && (await focused()) !== 'failed'; i++) await browser.press('Tab');
    expect(await focused()).toBe('failed');
    await browser.press(' ');
    expect(await visible()).toHaveLength(2);
    expect(await browser.evaluate('document.activeElement.getAttribute("aria-pressed")')).toBe('true');
    await browser.press('Enter');
    expect(await visible()).toHaveLength(6);
    await browser.press('/');
    await browser.type('create.status');
    expect(await visible()).toEqual(['rfc.create.status']);
    await browser.press('Escape');
    expect(await visible()).toHaveLength(6);
  });

  test('a link to a result opens it', async () => {
    await open('good');
    await open('mixed', '#rfc.create.id');
    expect(await browser.evaluate('document.getElementById("rfc.create.id").open')).toBe(true);
  });

  test('it prints', async () => {
    await open('mixed');
    const pdf = Buffer.from(await browser.print(), 'base64');
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  });

  test('the JUnit report is XML to a parser', async () => {
    const xml = JSON.stringify(junitReport(mixedReport()));
    const read = `(() => { const d = new DOMParser().parseFromString(${xml}, 'application/xml');
      return [d.querySelectorAll('parsererror').length, d.querySelectorAll('testcase').length]; })()`;
    expect(await browser.evaluate(read)).toEqual([0, 6]);
  });
});

/** Of `rgb(1, 2, 3)`. */
function brightness(colour: string): number {
  return (colour.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, part) => sum + Number(part), 0);
}
