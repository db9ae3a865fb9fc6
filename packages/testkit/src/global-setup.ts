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
 * Vitest's global set-up: one stack for the whole run, shared by its projects, on random ports, with data that goes
 * when it ends. `HERALD_STACK=containers` takes the servers from Docker. `HERALD_TEST_STACK=FILE` uses the running
 * `npm run stack` that wrote FILE, so that one test against real servers takes seconds.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const root = project.vitest.getRootProject();
  if ('stack' in root.getProvidedContext()) return async () => {};
  const { coordinates, stop } = await openStack(process.env);
  root.provide('stack', coordinates);
  return stop;
}

async function openStack(
  env: NodeJS.ProcessEnv,
): Promise<{ coordinates: StackCoordinates; stop(): Promise<void> }> {
  if (env.HERALD_TEST_STACK) {
    const coordinates = JSON.parse(await readFile(env.HERALD_TEST_STACK, 'utf8')) as StackCoordinates;
    return { coordinates, stop: async () => {} };
  }
  if (env.HERALD_STACK === 'containers') {
    const { startContainers } = await import('./containers.ts'); // it brings a Docker client with it
    return startContainers();
  }
  const stack = await startStack({ onProgress: (line) => console.error(`stack: ${line}`) });
  const { brokers, registryUrl, clickhouseUrl, clickhouseDatabase } = stack;
  return {
    coordinates: { brokers, registryUrl, clickhouseUrl, clickhouseDatabase },
    stop: stack.stop,
  };
}
