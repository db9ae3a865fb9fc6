import type { Sample } from '@herald/replay/progress';
import { expect, test } from 'vitest';
import { samplesLeft } from './samples-left.ts';

const sampleOf = (publicationId: string): Sample => ({
  eventId: `event of ${publicationId}`,
  endpointId: 'a',
  publicationId,
  eventType: 'publication.failed',
  occurredAtMs: 5,
});

test('a plan does not show what was erased since it was begun', () => {
  const samples = ['kept', 'erased since', 'erased before, and produced again'].map(sampleOf);
  const times = new Map([
    ['erased since', 1_000],
    ['erased before, and produced again', 999],
  ]);
  const left = samplesLeft({ samples, startedAtMs: 1_000 }, (publicationId) => times.get(publicationId));
  expect(left).toEqual([samples[0], samples[2]]);
});
