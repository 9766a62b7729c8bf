/** Builds the admin page. scripts/build.mjs says where to; `npx vite -c src/admin-ui/vite.config.ts` serves it while it is written. */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/admin/',
  cacheDir: fileURLToPath(new URL('../../.tmp/vite', import.meta.url)),
  plugins: [react()],
  build: {
    target: 'es2022',
    outDir: '../../dist/admin-ui',
    // Under the policy of the page a file is what may be loaded, and nothing that stands in another.
    assetsInlineLimit: 0,
    license: { fileName: 'licenses.md' },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/admin/api': { target: process.env.SCIM_TARGET_DEV_URL ?? 'http://127.0.0.1:8080' } },
  },
});
