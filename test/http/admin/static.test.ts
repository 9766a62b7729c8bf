import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import express, { type Express } from 'express';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { staticPage } from '../../../src/http/admin/static.js';

const PAGE = '<!doctype html><title>admin</title>';
let folder: string;
let app: Express;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'scim-target-page-'));
  mkdirSync(path.join(folder, 'assets'));
  writeFileSync(path.join(folder, 'index.html'), PAGE);
  writeFileSync(path.join(folder, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(path.join(folder, 'assets', 'main-1a2b3c.js'), 'export {};');
  app = express().use('/admin', staticPage(folder));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const get = (address: string) => supertest(app).get(address);

describe('the admin page', () => {
  test.each(['/admin', '/admin/', '/admin/signin', '/admin/tenants/acme', '/admin/tenants/a.b'])(
    'is at %s, and is asked for again each time',
    async (address) => {
      const { status, text, headers } = await get(address);
      expect([status, text]).toEqual([200, PAGE]);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(headers['cache-control']).toBe('no-cache');
    },
  );

  test('has files that may be kept for ever, since their names change with what is in them', async () => {
    const { status, headers } = await get('/admin/assets/main-1a2b3c.js');
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^text\/javascript/);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  test('has no HTML in place of a file that is gone', async () => {
    const { status, text, headers } = await get('/admin/assets/main-old.js');
    expect(status).toBe(404);
    expect(headers['content-type']).toMatch(/^text\/plain/);
    expect(headers['cache-control']).toBeUndefined();
    expect(text).not.toContain('<');
  });

  test('other files of the build are asked for again, too', async () => {
    const { status, headers } = await get('/admin/icon.svg');
    expect([status, headers['cache-control']]).toEqual([200, 'no-cache']);
  });

  test.each(['/admin', '/admin/icon.svg', '/admin/assets/main-1a2b3c.js', '/admin/assets/none.js'])(
    '%s allows nothing inline, nothing from elsewhere, no frames',
    async (address) => {
      const { headers } = await get(address);
      expect(headers['content-security-policy']).toBe(
        "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;font-src 'self' data:;" +
          "connect-src 'self';base-uri 'none';form-action 'self';frame-ancestors 'none'",
      );
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['x-frame-options']).toBe('DENY');
      expect(headers['strict-transport-security']).not.toContain('includeSubDomains');
    },
  );

  test('leads out of its folder by no address', async () => {
    for (const address of [
      '/admin/..%2f..%2fpackage.json',
      '/admin/assets/..%2f..%2f..%2fetc%2fpasswd',
      '/admin/.env',
    ]) {
      const { text } = await get(address);
      expect(text === PAGE || /no such file|Error/i.test(text), address).toBe(true);
    }
  });

  test('is for reading alone', async () => {
    const { status, headers } = await supertest(app).post('/admin/');
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  test('says how to build it where that was not done', async () => {
    const unbuilt = express().use('/admin', staticPage(path.join(folder, 'nothing')));
    const { status, text, headers } = await supertest(unbuilt).get('/admin/');
    expect(status).toBe(503);
    expect(headers['content-type']).toMatch(/^text\/plain/);
    expect(text).toContain('npm run build');
  });
});
