import type { Router } from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createScimTarget, type ScimTarget } from '../../src/target.js';
import { operationsOf, readDescription } from '../support/description.js';

/** What Express keeps of a router: a layer is a route, or something that is used at a path. */
interface Layer {
  readonly rawPath?: string | readonly string[];
  readonly route?: { readonly path: string | readonly string[]; readonly methods: Readonly<Record<string, boolean>> };
  readonly handle: { readonly stack?: readonly Layer[] };
}

/** `GET /Users/{}`: every method of every route, without the names of parameters; routes for all methods are none. */
function routesOf(router: Router, base = ''): string[] {
  return (router as unknown as { stack: readonly Layer[] }).stack.flatMap(({ route, handle, rawPath }) => {
    if (handle.stack && !route) {
      const below = rawPath === '/' || typeof rawPath !== 'string' ? base : base + rawPath;
      return routesOf(handle as unknown as Router, below);
    }
    const methods = Object.keys(route?.methods ?? {}).filter((method) => method !== '_all');
    const paths = [route?.path ?? []].flat().flatMap(ofTypes);
    return paths.flatMap((path) => methods.map((method) => `${method.toUpperCase()} ${shape(base + path)}`));
  });
}

/** Resources have one route for all types, whose names are those of a tenant's schemas. */
function ofTypes(path: string): string[] {
  if (!path.startsWith('/:endpoint')) return [path];
  return ['/Users', '/Groups', '/Roles', '/Entitlements'].map((endpoint) => path.replace('/:endpoint', endpoint));
}

function shape(path: string): string {
  return path.replace(/:\w+|\{\w+\}/g, '{}').replace(/(.)\/$/, '$1');
}

const operations = operationsOf(readDescription()).filter(({ path }) => !/^\/(healthz|readyz)$/.test(path));

/** Each described operation as it may stand in a table of routes: at its path, or at an alias. */
const described = operations.map(({ method, path, aliases }) =>
  [path, ...aliases].map((at) => `${method} ${shape(at)}`),
);

describe('the tables of routes', () => {
  let target: ScimTarget;
  let served: string[];
  beforeAll(async () => {
    target = await createScimTarget({ store: 'memory:' });
    served = [
      ...routesOf(target.scimRouter),
      ...routesOf(target.oauthRouter, '/oauth'),
      ...routesOf(target.adminRouter, '/admin'),
      ...routesOf(target.eventsRouter, '/events'),
    ];
  });
  afterAll(() => target?.close());

  test('are not empty', () => {
    expect(served.length).toBeGreaterThan(60);
  });

  test('hold nothing that openapi.yaml does not describe', () => {
    const known = new Set(described.flat());
    expect(served.filter((route) => !known.has(route))).toEqual([]);
  });

  test('hold everything that openapi.yaml describes', () => {
    const there = new Set(served);
    const missing = described.filter((names) => !names.some((name) => there.has(name)));
    expect(missing.map(([name]) => name)).toEqual([]);
  });
});
