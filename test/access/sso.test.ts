import { describe, expect, test } from 'vitest';
import { isIssuerTaken, verifiedEmails } from '../../src/access/sso.js';

const DIRECTORY = '0a1b2c3d-0000-4000-8000-00000000abcd';
const ENTRA = `https://login.microsoftonline.com/${DIRECTORY}/v2.0`;

describe('the addresses that a provider vouches for', () => {
  test.each([
    ['a verified one', { iss: 'https://a.example', email: 'ann@x.example', email_verified: true }, ['ann@x.example']],
    ['one that is not', { iss: 'https://a.example', email: 'ann@x.example', email_verified: false }, []],
    ['one of which nothing is said', { iss: 'https://a.example', email: 'ann@x.example' }, []],
    ['a name elsewhere', { iss: 'https://a.example', preferred_username: 'ann@x.example', email_verified: true }, []],
    [
      'both of one directory of Entra',
      { iss: ENTRA, email: 'ann@x.example', preferred_username: 'ann@y.example' },
      ['ann@x.example', 'ann@y.example'],
    ],
    ['a name of Entra that is no address', { iss: ENTRA, preferred_username: '+49 30 1' }, []],
    ['all directories of Entra', { iss: 'https://login.microsoftonline.com/common/v2.0', email: 'ann@x.example' }, []],
    [
      'the directory of personal accounts, which nobody manages',
      { iss: 'https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0', email: 'ann@x.example' },
      [],
    ],
    [
      'what only looks like Entra',
      { iss: `https://login.microsoftonline.com.evil.example/${DIRECTORY}/v2.0`, email: 'a@x.example' },
      [],
    ],
  ])('%s', (_what, claims, emails) => {
    expect(verifiedEmails(claims, claims.iss)).toEqual(emails);
  });

  // Whoever makes a directory of their own says there what address they have.
  test.each(['common', 'organizations'])('of no directory where people of any may sign in (%s)', (all) => {
    const claims = { iss: ENTRA, email: 'ann@x.example', preferred_username: 'ann@x.example', email_verified: true };
    expect(verifiedEmails(claims, `https://login.microsoftonline.com/${all}/v2.0`)).toEqual([]);
  });

  test('whether or not a slash ends an issuer that is a host', () => {
    const claims = { iss: 'https://a.example/', email: 'ann@x.example', email_verified: true };
    expect(verifiedEmails(claims, 'https://a.example')).toEqual(['ann@x.example']);
  });
});

describe('an issuer', () => {
  test.each([
    ['https://login.example.com', false, true],
    ['http://127.0.0.1:8080/x', false, false],
    ['http://127.0.0.1:8080/x', true, true],
    ['http://localhost:1', true, true],
    ['http://[::1]:1', true, true],
    ['http://login.example.com', true, false],
    ['http://127.0.0.1.evil.example', true, false],
  ])('%s, http allowed: %s, is taken: %s', (issuer, allowsHttp, isTaken) => {
    expect(isIssuerTaken(issuer, allowsHttp)).toBe(isTaken);
  });
});
