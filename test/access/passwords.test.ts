import { describe, expect, test } from 'vitest';
import { hashPassword, isPassword, passwordProblem } from '../../src/access/passwords.js';

const EMAIL = 'ann.lee@contoso.example';
const GOOD = 'violet tram over seven lakes';

describe('a password', () => {
  test.each([
    GOOD,
    'Tr4mw4y-hErOn-91',
    'пять зелёных цапель',
    '五羽の茶色い鷺が正午に飛んで行く',
    'x9$kQ2!vBz7#',
    'a'.repeat(3) + GOOD,
  ])('%s is taken', (password) => {
    expect(passwordProblem(password, EMAIL)).toBeUndefined();
  });

  test.each([
    ['shorter than twelve characters', 'violet tram'],
    ['longer than 200', GOOD.repeat(8)],
    ['one character', 'aaaaaaaaaaaaaa'],
    ['a repetition', 'abcabcabcabc'],
    ['few characters', 'aabbaabbabab'],
    ['a common word with digits', 'Password12345'],
    ['a common word in disguise', 'P@ssw0rd2024!'],
    ['two common words', 'adminpassword'],
    ['welcome and a year', 'Welcome2031!!'],
    ['a row of keys', 'qwertyuiop123'],
    ['a row backward', '0987654321poiuytrewq'],
    ['the alphabet', 'abcdefghijkl'],
    ['digits alone', '839201748573'],
    ['the email', EMAIL],
    ['the email with more', `my ${EMAIL.toUpperCase()} 7`],
    ['the names in the email', 'Contoso-2031-example'],
  ])('is not %s', (_what, password) => {
    expect(passwordProblem(password, EMAIL)).toMatch(/^[A-Z].*\.$/);
  });

  test('is counted in characters as people see them', () => {
    expect(passwordProblem('🐢🦊🐻🦁🐸🐙🦄🐝🐞🦋🐠', EMAIL)).toContain('at least 12');
    expect(passwordProblem('🐢🦊🐻🦁🐸🐙🦄🐝🐞🦋🐠🦀', EMAIL)).toBeUndefined();
  });
});

describe('what is kept of a password', () => {
  test('is argon2id with 19 MiB and two passes, another each time', async () => {
    const [one, other] = await Promise.all([hashPassword(GOOD), hashPassword(GOOD)]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(other);
  });

  test('is opened by that password and no other', async () => {
    const stored = await hashPassword(GOOD);
    expect(await isPassword(stored, GOOD)).toBe(true);
    expect(await isPassword(stored, `${GOOD} `)).toBe(false);
    expect(await isPassword(stored, '')).toBe(false);
  });

  test('is opened by the same password in another Unicode form', async () => {
    const stored = await hashPassword('café au lait at six'.normalize('NFD'));
    expect(await isPassword(stored, 'café au lait at six'.normalize('NFC'))).toBe(true);
  });

  test('where there is none nothing opens it', async () => {
    expect(await isPassword(undefined, GOOD)).toBe(false);
    expect(await isPassword(undefined, '')).toBe(false);
  });
});
