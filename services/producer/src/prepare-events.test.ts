import type { Preparation } from '@herald/publisher/prepare-event';
import { expect, test, vi } from 'vitest';
import { prepareAll } from './prepare-events.ts';

const mistake = { field: 'project_id', value: undefined, problem: 'it is missing', remedy: 'Give it.' };

test('once there are more errors than are shown, no further event is looked at', () => {
  const prepare = vi.fn((): Preparation => ({ ok: false, problems: [mistake, mistake] }));
  const items = Array.from({ length: 1_000 }, (_, index) => ({ input: {}, place: { index }, problems: [] }));
  const prepared = prepareAll(items, {
    accountId: 'acme',
    traceparent: undefined,
    newEventId: () => 'e',
    prepare,
  });
  expect(prepared).toMatchObject({ ok: false, errors: { length: 102 } });
  expect(prepare).toHaveBeenCalledTimes(51);
});
