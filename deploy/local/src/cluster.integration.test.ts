import { expect, test } from 'vitest';
import { consumeAll, createTopic, inSync, produce, startForTest } from './stack-fixtures.ts';

test('three brokers go on without one that was killed with -9, and take it back with what it missed', async () => {
  const stack = await startForTest({ brokers: 3, components: ['kafka'] });
  await createTopic(stack.brokers, 3);
  await produce(stack.brokers, 'all alive');

  await stack.broker(1).kill9();
  await produce(stack.brokers, 'one dead');

  await stack.broker(1).start();
  await inSync(stack.brokers, 3);
  await stack.broker(0).kill9();
  await produce(stack.brokers, 'another dead');
  expect(await consumeAll(stack.brokers, 3)).toEqual(['all alive', 'one dead', 'another dead']);
}, 240_000);
