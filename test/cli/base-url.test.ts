import { expect, it } from 'vitest';
import { localOrigin } from '../../src/cli/base-url.js';

it.each([
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ['http://scim.example.com:80', 'http://scim.example.com:80'],
  ['http://0.0.0.0:8080', 'http://localhost:8080'],
  ['http://[::]:8080', 'http://localhost:8080'],
  ['http://[::1]:8080', 'http://[::1]:8080'],
])('a server that listens at %s is shown at %s', (listening, shown) => {
  expect(localOrigin(listening)).toBe(shown);
});
