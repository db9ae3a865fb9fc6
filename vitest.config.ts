import { defineConfig } from 'vitest/config';

const ignored = ['**/node_modules/**', '**/.herald/**'];

/**
 * Three projects: `unit` is pure and instant; `integration` (`*.integration.test.ts`, beside the source) and
 * `e2e` (`test/`) run on one real stack that their global set-up starts on random ports.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{packages,services,deploy,test/load,test/docs}/**/*.test.ts'],
          exclude: [...ignored, '**/*.integration.test.ts'],
          // Hostile receivers and property tests on a busy machine.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['{packages,services,deploy}/**/*.integration.test.ts'],
          exclude: ignored,
          globalSetup: ['packages/testkit/src/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: ignored,
          globalSetup: ['packages/testkit/src/global-setup.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
