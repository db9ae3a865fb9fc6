import { expect, test } from 'vitest';
import { createMetrics } from './metrics.ts';

test('two services in one process have metrics of their own', async () => {
  const [one, two] = ['one', 'two'].map((service) => createMetrics({ service }));
  const described = { name: 'herald_test_events_total', help: 'Rises with each event.' };
  one?.counter(described).inc();
  two?.counter(described);
  expect(await one?.registry.metrics()).toContain('herald_test_events_total{service="one"} 1');
  expect(await two?.registry.metrics()).toContain('herald_test_events_total{service="two"} 0');
});

test.each(['events_total', 'herald_total', 'herald_events_total', 'herald_Route_events_total'])(
  'a metric that does not say room, noun and unit is refused: %s',
  (name) => {
    expect(() => createMetrics({ service: 'one' }).counter({ name, help: '' })).toThrow(name);
  },
);
