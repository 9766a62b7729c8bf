/**
 * The admin page as the build has left it: files with a hash in their names may be kept for ever, index.html never
 * without asking. Any other address below the page is one of the page's own, and answered with index.html.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type RequestHandler, type Router } from 'express';
import helmet, { type HelmetOptions } from 'helmet';

/** Nothing inline, nothing from elsewhere. Icons and fonts are part of the style sheets. */
const PAGE_POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  fontSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
};

const HEADERS: HelmetOptions = {
  contentSecurityPolicy: { useDefaults: false, directives: PAGE_POLICY },
  xFrameOptions: { action: 'deny' },
  referrerPolicy: { policy: 'same-origin' },
  // Other hosts of the vendor's domain are not ours to speak for.
  strictTransportSecurity: { includeSubDomains: false },
};

const NOT_BUILT = `The admin page has not been built. Build it, then load this address again:
  npm run build
`;

/** The same for dist/http/admin and for src/http/admin, which tests run from. */
function builtPage(): string {
  return path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../dist/admin-ui');
}

/** The page. @param folder where the build has left it */
export function staticPage(folder = builtPage()): Router {
  const router = express.Router();
  router.use(helmet(HEADERS));
  router.use(
    '/assets',
    express.static(path.join(folder, 'assets'), { index: false, redirect: false, immutable: true, maxAge: '1y' }),
    missing,
  );
  router.use(express.static(folder, { index: false, redirect: false, cacheControl: false, setHeaders: askAgain }));
  router.use(page(folder));
  return router;
}

/** An old page may ask for a file of the build before: it must not get HTML in place of a script. */
const missing: RequestHandler = (_request, response) => {
  response.status(404).type('text/plain').send('There is no such file; load the page again.\n');
};

function page(folder: string): RequestHandler {
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.status(405).set('Allow', 'GET, HEAD').type('text/plain').send('This address is for reading alone.\n');
      return;
    }
    askAgain(response);
    if (existsSync(path.join(folder, 'index.html')))
      response.sendFile('index.html', { root: folder, cacheControl: false });
    else response.status(503).type('text/plain').send(NOT_BUILT);
  };
}

function askAgain(response: { setHeader(name: string, value: string): unknown }): void {
  response.setHeader('Cache-Control', 'no-cache');
}
