import { expect, test } from 'vitest';
import { type Explanation, showExplanation } from './explain-view.ts';
import { createTerminal } from './terminal.ts';

function shown(explanation: Explanation): string {
  let text = '';
  const write = (chunk: string | Uint8Array) => {
    text += chunk;
    return true;
  };
  showExplanation(explanation, createTerminal({ stdout: { write }, stderr: { write }, env: {} }));
  return text;
}

const accepted = {
  step: 'accepted',
  result: 'yes',
  at: '2026-01-15T12:00:00Z',
  detail: 'Kafka took it.',
} as const;

test('an endpoint that did not get an event shows the condition that failed, and what to do', () => {
  const text = shown({
    event_id: 'evt_1',
    as_of: '2026-01-15T12:01:00Z',
    steps: [accepted],
    ended: null,
    endpoints: [
      {
        endpoint_id: 'ep_1',
        name: 'shop',
        verdict: 'no_match',
        because: 'At revision 9 the endpoint did not want it.',
        remedy: 'Change the subscription.',
        steps: [
          {
            step: 'matched',
            result: 'no',
            at: null,
            detail: 'It did not want it.',
            checks: [
              { check: 'project', passed: true, wanted: 'p', found: 'p' },
              { check: 'channel', passed: false, wanted: 'ch_2', found: 'ch_1' },
            ],
          },
        ],
      },
    ],
    endpoints_left_out: 3,
  });
  expect(text).toContain('evt_1  as of 2026-01-15T12:01:00Z');
  expect(text).toContain('✓ accepted  2026-01-15T12:00:00Z  Kafka took it.');
  expect(text).toContain('ep_1 shop');
  expect(text).toContain('✗ channel  wants ch_2; has ch_1');
  expect(text).toContain('no match: At revision 9');
  expect(text).toContain('→ Change the subscription.');
  expect(text).toContain('3 more endpoints');
});

test('an event that ended before any endpoint says where, once and not for each of them', () => {
  const text = shown({
    event_id: 'evt_1',
    as_of: null,
    steps: [{ step: 'accepted', result: 'unknown', at: null, detail: 'Not on record.' }],
    ended: { verdict: 'not_on_record', because: 'Not on record.', remedy: null },
    endpoints: ['ep_1', 'ep_2'].map((endpoint_id) => ({
      endpoint_id,
      name: null,
      verdict: 'not_on_record',
      because: 'Not on record.',
      remedy: null,
      steps: [],
    })),
    endpoints_left_out: 3,
  });
  expect(text).not.toMatch(/ep_|endpoints/);
  expect(text).toContain('how far the history is, is not known');
  expect(text).toContain('not on record: Not on record.');
});

test('an endpoint that was sent an event whose routing is not on record is shown beside that', () => {
  const ended = { verdict: 'not_routed', because: 'It was not routed.', remedy: null };
  const endpoint = { name: null, steps: [], remedy: null };
  const text = shown({
    event_id: 'evt_1',
    as_of: null,
    steps: [accepted],
    ended,
    endpoints: [
      { ...endpoint, endpoint_id: 'ep_1', verdict: 'delivered', because: 'It was accepted with 200.' },
      { ...endpoint, endpoint_id: 'ep_2', verdict: 'not_routed', because: 'It was not routed.' },
    ],
    endpoints_left_out: 0,
  });
  expect(text).toContain('not routed: It was not routed.');
  expect(text).toContain('ep_1\n  delivered: It was accepted with 200.');
  expect(text).not.toContain('ep_2');
});
