import { expect, test } from 'vitest';
import { createEventWriter } from './event-writer.ts';

const nobody = { brokers: ['127.0.0.1:1'], registry: 'http://127.0.0.1:1' };

test('a bound above what is routed is refused before anything is connected to', async () => {
  for (const maxEventBytes of [512 * 1024 + 1, Number.NaN]) {
    await expect(createEventWriter({ ...nobody, maxEventBytes })).rejects.toThrow(
      `maxEventBytes is ${maxEventBytes}: give at most 524288`,
    );
  }
});
