import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { AccessError } from '../../src/access/refusal.js';
import { CommandFailed, exitCodeOf, openingFailed, sentenceOf, UsageError } from '../../src/cli/failure.js';
import { StoreUnavailable } from '../../src/store/store.js';

const system = (code: string, more: object = {}) =>
  Object.assign(new Error(`${code}: syscall failed`), { code, ...more });

describe('what a failed command says and its exit code', () => {
  it.each<[string, unknown, number, string | undefined]>([
    ['help and version', new CommanderError(0, 'commander.version', '0.1.0'), 0, undefined],
    [
      'wrong usage, of which the parser has spoken',
      new CommanderError(1, 'commander.unknownOption', 'x'),
      2,
      undefined,
    ],
    ['wrong usage seen by a command', new UsageError('say which'), 2, 'say which'],
    ['a value that is not valid', new AccessError('invalid', '"x" is not a scope'), 2, '"x" is not a scope'],
    ['a name that is taken', new AccessError('conflict', 'there is one already'), 1, 'there is one already'],
    ['a thing that is not there', new AccessError('notFound', 'there is no such'), 1, 'there is no such'],
    ['a refusal', new CommandFailed('nothing would remain'), 1, 'nothing would remain'],
    [
      'the database, with its own reason',
      new StoreUnavailable(new Error('disk I/O error\nat somewhere')),
      1,
      'the store is not available: disk I/O error',
    ],
    [
      'a port in use',
      system('EADDRINUSE', { address: '127.0.0.1', port: 8080 }),
      1,
      '127.0.0.1:8080 is in use by another process; choose another port with --port',
    ],
    [
      'an address of another machine',
      system('EADDRNOTAVAIL', { address: '192.0.2.1', port: 1 }),
      1,
      'this machine has no address 192.0.2.1 to listen on',
    ],
    [
      'a host that nobody knows',
      system('ENOTFOUND', { hostname: 'nowhere.invalid' }),
      1,
      'this machine has no address nowhere.invalid to listen on',
    ],
    ['a low port', system('EACCES', { address: '0.0.0.0', port: 80 }), 1, 'permission to use 0.0.0.0:80 was denied'],
    ['a protected file', system('EACCES', { path: '/root/x.db' }), 1, 'permission to use /root/x.db was denied'],
    ['a file that is missing', system('ENOENT', { path: 'a.json' }), 1, 'a.json: there is no such file or folder'],
    ['a folder in place of a file', system('EISDIR'), 1, 'what was named is a folder; name a file'],
    ['a file in place of a folder', system('ENOTDIR', { path: 'a.json' }), 1, 'a.json is a file; name a folder'],
    ['a full disk', system('ENOSPC', { path: '/data' }), 1, 'the disk is full'],
    ['a read-only disk', system('EROFS', { path: '/data' }), 1, '/data can only be read'],
    ['anything else: one line, no stack', new Error('first line\n    at secret (file.js:1)'), 1, 'first line'],
    ['what is not even an error', 'text', 1, 'text'],
  ])('%s', (_, error, code, sentence) => {
    expect(exitCodeOf(error)).toBe(code);
    expect(sentenceOf(error)).toBe(sentence);
  });
});

describe('what is said of a store that cannot be opened', () => {
  it.each([
    ['Failed to open database: unable to open database file', /: it is not a file that this user may open or make; /],
    ['attempt to write a readonly database', /: this user may not write to the file and its folder$/],
    ['file is not a database\nat somewhere', /: file is not a database$/],
  ])('%s', (message, sentence) => {
    const said = sentenceOf(openingFailed('sqlite:/data/scim.db', new Error(message)));
    expect(said).toMatch(/^the store sqlite:\/data\/scim\.db cannot be used: /);
    expect(said).toMatch(sentence);
  });
});
