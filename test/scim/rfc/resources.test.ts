import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/scim/json.js';
import { assertedPart, dialectOf, hold, patch, show, typeOf, write } from './core.js';
import { fixture, fixturesOf } from './fixtures.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

describe('the resources that the RFCs show', () => {
  for (const { name, section, content } of fixturesOf<JsonObject>('resource')) {
    const type = typeOf(content);

    test(`${name} comes back as it was sent (${section})`, () => {
      const shown = show(hold(content, type), type, String(content.id));
      expect(assertedPart(shown, type)).toEqual(assertedPart(content, type));
      expect(shown.id).toBe(content.id);
    });

    test(`${name} is valid when it is sent back in a PUT (RFC 7644 §3.5.1)`, () => {
      expect(() => write(content, type, dialectOf('strict'))).not.toThrow();
    });
  }

  for (const request of fixturesOf<JsonObject>('request')) {
    test(`${request.name} leads to the response that the RFC gives (${request.section})`, () => {
      const response = fixture<JsonObject>('resource', request.name.replace('_request', '_response'));
      const type = typeOf(request.content);
      const shown = show(write(request.content, type, dialectOf('strict')), type, String(response.id));
      // The server adds the default that the example's server does not have.
      expect(assertedPart(shown, type)).toEqual({ ...assertedPart(response, type), ...type.defaults });
    });
  }

  test('§3.14 shows the response of §3.3 once more, without externalId', () => {
    const first = fixture<JsonObject>('resource', '3.3-user-post_response');
    const again = fixture<JsonObject>('resource', '3.14-user-post_response');
    expect({ ...again, externalId: first.externalId }).toEqual(first);
  });
});

describe('what a body may say and a resource does not keep', () => {
  const full = fixture<JsonObject>('resource', 'user-full');
  const type = typeOf(full);

  test('a password is accepted, never shown and never held (RFC 7643 §4.1.1)', () => {
    expect(full.password).toBe('t1meMa$heen');
    expect(show(hold(full, type), type, 'x')).not.toHaveProperty('password');
    expect(JSON.stringify(hold(full, type))).not.toContain('t1meMa$heen');
  });

  test('groups in a body are ignored: they are read-only (RFC 7644 §3.3)', () => {
    expect(hold(full, type).document).not.toHaveProperty('groups');
  });

  test('id and meta in a body are ignored: the server gives them (RFC 7643 §3.1)', () => {
    expect(hold(full, type).document).not.toHaveProperty('id');
    expect(hold(full, type).document).not.toHaveProperty('meta');
  });

  test('the URI of a manager is not kept: it follows from the id (RFC 7643 §2.3.7, §4.3)', () => {
    const enterprise = fixture<JsonObject>('resource', 'user-enterprise');
    const held = hold(enterprise, type);
    expect(held.document[ENTERPRISE]).toMatchObject({ manager: { value: '26118915-6090-4610-87e4-49d8ca9f808d' } });
    expect(JSON.stringify(held)).not.toContain('$ref');
    expect(show(held, type, 'x')[ENTERPRISE]).toMatchObject({
      manager: { $ref: 'https://example.com/v2/Users/26118915-6090-4610-87e4-49d8ca9f808d' },
    });
  });

  test('the URI of a manager is not kept either when a PATCH names it by its path (RFC 7643 §2.3.7)', () => {
    const held = hold(fixture<JsonObject>('resource', 'user-enterprise'), type);
    const request = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [
        { op: 'replace', path: `${ENTERPRISE}:manager.$ref`, value: 'https://example.com/v2/Users/another' },
      ],
    };
    const after = patch(held, request, type, dialectOf('strict'));
    // What the reference says of the manager is the id, and that is kept.
    expect(after.document[ENTERPRISE]).toMatchObject({ manager: { value: 'another' } });
    expect(JSON.stringify(after)).not.toContain('https://example.com/v2/Users/another');
  });
});
