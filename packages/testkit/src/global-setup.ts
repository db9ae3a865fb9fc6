import { readFile } from 'node:fs/promises';
import { type StackCoordinates, startStack } from '@herald/local-stack/stack';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the test run's Kafka, schema registry and ClickHouse are. */
    stack: StackCoordinates;
  }
}

/**
 * Vitest's global set-up: one stack for the whole run, on random ports, with data that goes when it ends. With
 * `HERALD_TEST_STACK` naming the `stack.json` of a running `npm run stack` that one is used, so that a single test
 * against real servers starts at once.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const running = process.env.HERALD_TEST_STACK;
  if (running) {
    project.provide('stack', JSON.parse(await readFile(running, 'utf8')) as StackCoordinates);
    return async () => {};
  }
  const stack = await startStack({ onProgress: (line) => console.error(`stack: ${line}`) });
  const { brokers, registryUrl, clickhouseUrl, clickhouseDatabase } = stack;
  project.provide('stack', { brokers, registryUrl, clickhouseUrl, clickhouseDatabase });
  return () => stack.stop();
}
