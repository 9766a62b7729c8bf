import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readBasic, readForm, required } from '../../../src/access/oauth/form.js';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('a form', () => {
  test('is its parameters by name', () => {
    const form = readForm(
      new URLSearchParams('grant_type=client_credentials&baseAddress=https%3A%2F%2Fx%2Fscim&scope=a+b'),
    );
    expect(Object.fromEntries(form)).toEqual({
      grant_type: 'client_credentials',
      baseAddress: 'https://x/scim',
      scope: 'a b',
    });
  });

  test('does not have a parameter without a value (RFC 6749 §3.2)', () => {
    const form = readForm(new URLSearchParams('client_secret=&scope'));
    expect(form.size).toBe(0);
    expect(() => required(form, 'scope')).toThrow('The parameter scope is missing');
  });

  test.each(['a=1&a=2', 'a=1&a=1', 'a=&a=1', 'scope=x&b=1&scope='])('with a parameter twice is refused: %s', (text) => {
    expect(() => readForm(new URLSearchParams(text))).toThrow(expect.objectContaining({ error: 'invalid_request' }));
  });

  test('that a body parser has read into lists or objects is refused, too', () => {
    expect(() => readForm(Object.entries({ scope: ['a', 'b'] }))).toThrow('more than once');
    expect(() => readForm(Object.entries({ scope: { a: 'b' } }))).toThrow('more than once');
  });

  test('may have the names that objects have', () => {
    expect(readForm(new URLSearchParams('__proto__=1&constructor=2')).get('constructor')).toBe('2');
  });

  test('is refused without quoting what cannot stand in an error_description', () => {
    expect(() => readForm(new URLSearchParams('%22%5C=1&%22%5C=2'))).toThrow('A parameter is given more than once');
  });
});

describe('Authorization: Basic', () => {
  test.each([
    ['plain', basic('id:secret'), 'id', 'secret'],
    ['in another case', basic('id:secret').replace('Basic', 'bAsIC'), 'id', 'secret'],
    ['with several blanks', basic('id:secret').replace(' ', '   '), 'id', 'secret'],
    ['form-encoded (RFC 6749 §2.3.1)', basic('scimc%5Fid:a%2Bb%3Ac+d%25'), 'scimc_id', 'a+b:c d%'],
    ['with colons in the secret', basic('id:a:b:c'), 'id', 'a:b:c'],
    ['with a percent sign that encodes nothing', basic('id:100%'), 'id', '100%'],
    ['with an empty secret', basic('id:'), 'id', ''],
    ['in UTF-8', basic('id:pässword'), 'id', 'pässword'],
  ])('is read %s', (_what, header, id, secret) => {
    expect(readBasic(header)).toEqual({ id, secret });
  });

  test.each(['Basic', 'Basic ', 'Basic !!!', basic('no colon'), 'Bearer abc', '', 'Basic a b'])(
    'is not read from %j',
    (header) => {
      expect(readBasic(header)).toBeUndefined();
    },
  );

  test('gives back whatever a client encodes as it should', () => {
    const encoded = (text: string) => new URLSearchParams({ x: text }).toString().slice(2);
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, (id, secret) => {
        expect(readBasic(basic(`${encoded(id)}:${encoded(secret)}`))).toEqual({ id, secret });
      }),
    );
  });
});
