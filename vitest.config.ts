import { defineConfig } from 'vitest/config';

/** Where to write the JSON report as well; the CI script counts from it. */
const report = process.env.SCIM_TARGET_TEST_REPORT;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/mongo/setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    teardownTimeout: 10_000,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
});
