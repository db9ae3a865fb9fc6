import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/**
 * Tests start services as processes over and over, and half of such a start is to compile: what one has compiled, the
 * next one reads. One that is killed leaves nothing there.
 */
const env = { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules', '.cache', 'node-compile') };

const ignored = ['**/node_modules/**', '**/.herald/**'];

/**
 * Three projects: `unit` is pure or on loopback sockets; `integration` (`*.integration.test.ts`, beside the source)
 * runs on one real stack that its global set-up starts on random ports; in `e2e` each file has a stack and services
 * of its own, since topics and consumer groups have fixed names. Most of their time they wait: for sessions, tiers and
 * starts, so there are more workers than cores.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{packages,services,deploy,test/load,test/history,test/docs,test/chaos,test/hostile,test/contract}/**/*.test.ts',
          ],
          exclude: [...ignored, '**/*.integration.test.ts', '**/*.e2e.test.ts'],
          // Half of the time of a file of its own is to start and to load what the one before had loaded. No module
          // has state, so files have nothing to find of each other, if each gives the clock back.
          isolate: false,
          maxWorkers: 2,
          // Before the others, which have other workers.
          sequence: { groupOrder: 0 },
          // Hostile receivers and property tests on a busy machine.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['{packages,services,deploy}/**/*.integration.test.ts'],
          exclude: ignored,
          env,
          globalSetup: ['packages/testkit/src/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'e2e',
          env,
          include: ['test/e2e/**/*.test.ts', 'test/chaos/*.e2e.test.ts'],
          exclude: ignored,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
