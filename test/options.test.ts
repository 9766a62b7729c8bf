/** Options as they may be shown. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OPTIONS, OptionError, readOptions, shownStore } from '../src/options.js';

it('an editor shows of each option what the table of them says', () => {
  const source = readFileSync(new URL('../src/options.ts', import.meta.url), 'utf8');
  const shown = (name: string): string => {
    const [, comment = ''] = new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\n {2}readonly ${name}: `).exec(source) ?? [];
    return comment.replace(/\s*\n\s*\*?\s*/g, ' ').trim();
  };
  // What is written by hand is written over by `npm run generate`.
  for (const { name, description } of OPTIONS) expect(shown(name)).toContain(description);
});

describe('the store', () => {
  it.each([
    ['memory:', 'memory:'],
    ['sqlite:./data/a@b.db', 'sqlite:./data/a@b.db'],
    ['mongodb://one:27017,two:27018/scim', 'mongodb://one:27017,two:27018/scim'],
    ['mongodb://lin:hidden@one/scim?authSource=admin', 'mongodb://lin:***@one/scim'],
    ['mongodb+srv://lin:hid:den@one.example', 'mongodb+srv://lin:***@one.example'],
    ['mongodb://lin:hid/den@hidden@one:1/scim', 'mongodb://lin:***@one:1/scim'],
    ['mongodb://one/scim?tlsCertificateKeyFilePassword=hidden', 'mongodb://one/scim'],
    ['mongodb://lin:hidden@one/scim?authMechanismProperties=TOKEN:hid@den', 'mongodb://lin:***@den'],
  ])('%s is shown as %s', (spec, shown) => {
    expect(shownStore(spec)).toBe(shown);
  });

  it.each(['mongodb://', 'mongodb:///lin:hidden@one', 'mongo://lin:hidden@one', 'postgres://x'])(
    'cannot be %s',
    (store) => {
      expect(() => readOptions({}, { store })).toThrow(OptionError);
    },
  );

  it('that is wrong is not told with its password', () => {
    for (const scheme of ['mongodb:///', 'mongo://', 'postgres://']) {
      expect(() => readOptions({ SCIM_TARGET_STORE: `${scheme}lin:hidden@one` })).toThrow(/^(?!.*hidden)/);
    }
  });
});
