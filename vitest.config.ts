import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Tests that compare the memory or the handles of their process, or replace a module: each in a process of its own. */
const MEASURING = [
  'test/audit/*.test.ts',
  'test/integration/**/{slow-reader,sse-slow-reader,sse-lifetime,unread-answers,memory,sockets-hostile}.test.ts',
];

export default defineConfig({
  // One copy of graphql for all, the one Node itself would load: its classes know only their own instances.
  resolve: { alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }] },
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
    // Most of a test's time is spent waiting for polls and processes: more files than cores fit beside each other.
    maxWorkers: 4,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    projects: [
      {
        extends: true,
        test: {
          name: 'gateway',
          include: [
            'src/**/*.test.ts',
            'packages/*/src/**/*.test.ts',
            'simulator/**/*.test.ts',
            'test/**/*.test.ts',
          ],
          exclude: [
            'test/acceptance/**',
            'test/browser/**',
            'test/chaos/**',
            ...MEASURING,
            '**/node_modules/**',
          ],
          // A process runs one file after another: to load the gateway anew for each takes a quarter of the time.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'memory', include: MEASURING } },
      {
        extends: true,
        test: {
          // Needs Chromium: `npm run test:browser`. Two browsers at a time, which may have to wait for a processor.
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          maxWorkers: 2,
          testTimeout: 120_000,
          expect: { poll: { timeout: 15_000 } },
        },
      },
      {
        extends: true,
        test: {
          name: 'acceptance',
          include: ['test/acceptance/**/*.test.ts'],
          globalSetup: ['test/support/acceptance-server.ts'],
        },
      },
    ],
  },
});
