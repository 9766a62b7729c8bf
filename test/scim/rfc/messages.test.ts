import { describe, expect, test } from 'vitest';
import { SCIM_ERRORS, ScimError, type ScimErrorName } from '../../../src/scim/errors.js';
import type { JsonObject } from '../../../src/scim/json.js';
import { listResponse } from '../../../src/scim/messages/list-response.js';
import { project, readProjection } from '../../../src/scim/resource/project.js';
import { assertedPart, dialectOf, hold, patch, select, show, typeAtEndpoint, typeNamed, write } from './core.js';
import { fixture, fixturesOf } from './fixtures.js';

interface BulkOperation {
  method: string;
  path?: string;
  bulkId?: string;
  location?: string;
  data?: JsonObject;
  status?: string;
  response?: JsonObject;
}

interface Bulk {
  Operations: BulkOperation[];
}

/** The name of the error that has this status and scimType. */
function errorNamed({ status, scimType }: JsonObject): ScimErrorName {
  const names = Object.keys(SCIM_ERRORS) as ScimErrorName[];
  const found = names.find((name) => {
    const error = new ScimError(name);
    return String(error.status) === status && error.scimType === scimType;
  });
  if (!found) throw new Error(`no error for ${String(status)} ${String(scimType)}`);
  return found;
}

describe('error messages', () => {
  for (const { name, section, content } of fixturesOf<JsonObject>('error')) {
    test(`${name} is an error that this server can answer (${section})`, () => {
      expect(new ScimError(errorNamed(content), String(content.detail)).toMessage()).toEqual(content);
    });
  }
});

describe('list responses', () => {
  test('a page of ten among a hundred has the members that the RFC shows (RFC 7644 §3.4.2.4)', () => {
    const page = fixture<JsonObject>('page');
    // The RFC elides the resources of its page; itemsPerPage counts them.
    const message = listResponse(Array<JsonObject>(10).fill({}), 100, { startIndex: 1 });
    expect({ ...message, Resources: [] }).toEqual(page);
  });

  test('a query that finds nothing has totalResults 0 and an empty list (RFC 7644 §3.4.2)', () => {
    expect(listResponse([], 0)).toMatchObject({ totalResults: 0, itemsPerPage: 0, startIndex: 1, Resources: [] });
  });
});

describe('the search request that the RFC shows', () => {
  const request = fixture<{ attributes: string[]; filter: string }>('search', 'search_request');
  const response = fixture<{ Resources: JsonObject[] }>('search', 'list_response');

  for (const resource of response.Resources) {
    const type = typeNamed(resource.userName === undefined ? 'Group' : 'User');

    test(`selects the ${type.name} of its response (RFC 7644 §3.4.3)`, () => {
      const resources = [resource, { id: 'other', displayName: 'Blacksmith' }];
      expect(select(request.filter, resources, type, dialectOf('strict'))).toEqual([resource.id]);
    });

    test(`shows the ${type.name} with the attributes it asks for, and schemas (RFC 7644 §3.4.3)`, () => {
      const projection = readProjection(type, request.attributes.join(','), undefined, dialectOf('strict'));
      const whole = { schemas: [type.schema], ...resource, externalId: 'x' };
      // `schemas` is always returned; the RFC's example leaves it out.
      expect(project(whole, type, projection)).toEqual({ schemas: [type.schema], ...resource });
    });
  }
});

describe('the bulk messages that the RFC shows', () => {
  for (const { name, section, content } of fixturesOf<Bulk>('bulk-request')) {
    for (const { method, path = '', data } of content.Operations) {
      const type = typeAtEndpoint(path.split('/')[1] ?? '');

      test(`${name}: the data of ${method} ${path} is what that request would have as its body (${section})`, () => {
        if (method === 'DELETE') expect(data).toBeUndefined();
        else if (method === 'PATCH') {
          const before = hold({ schemas: [type.schema], userName: 'David', nickName: 'Dave' }, type);
          expect(patch(before, data as JsonObject, type, dialectOf('strict')).document).toEqual({ userName: 'Dave' });
        } else {
          const body = data as JsonObject;
          const shown = show(write(body, type, dialectOf('strict')), type, 'x');
          expect(assertedPart(shown, type)).toEqual({ ...assertedPart(body, type), ...type.defaults });
        }
      });
    }
  }

  for (const { name, section, content } of fixturesOf<Bulk>('bulk-response')) {
    for (const { method, bulkId, location, status, response } of content.Operations) {
      test(`${name}: ${method} ${location ?? bulkId} has ${status} and what goes with it (${section})`, () => {
        if (response) {
          expect(new ScimError(errorNamed(response), String(response.detail)).toMessage()).toEqual(response);
          expect(response.status).toBe(status);
        } else {
          expect(status).toMatch(/^20[014]$/);
          expect(location).toMatch(/^https:\/\/example\.com\/v2\/(?:Users|Groups)\/[\w-]+$/);
        }
      });
    }
  }

  for (const group of fixture<{ Resources: JsonObject[] }>('bulk-result').Resources) {
    test(`${String(group.displayName)}, which refers to the other group, comes back as it is (RFC 7644 §3.7.1)`, () => {
      const type = typeNamed('Group');
      expect(assertedPart(show(hold(group, type), type, String(group.id)), type)).toEqual(assertedPart(group, type));
    });
  }
});
