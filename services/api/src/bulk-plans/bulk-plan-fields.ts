import { PLAN_STATES } from '@herald/replay/bulk-plan';
import { z } from 'zod';
import { instant } from '../http/fields.ts';
import {
  NAMES_TOO_MANY,
  namesFewEnough,
  filter as replayFilter,
  source as replaySource,
  replayView,
} from '../replays/replay-fields.ts';

/** What an action on many deliveries is on the wire. */

/** Deliveries that have ended: what has not is going to be attempted anyway. */
export const ENDED_STATES = ['delivered', 'dead', 'cancelled'] as const;

const narrowing = {
  ...replayFilter.unwrap().shape,
  last_statuses: replaySource.shape.last_statuses,
  from: instant('the earliest time of the event').optional(),
  to: instant('the time before which the event happened').optional(),
};

/** What narrows nothing down is empty, whatever states are named: it would be all that there is. */
function isNarrowed({ states: _, ...narrowing }: Readonly<Record<string, unknown>>): boolean {
  return Object.values(narrowing).some((each) =>
    Array.isArray(each) ? each.length > 0 : each !== undefined,
  );
}

const EMPTY = {
  error: 'it is empty: that would be everything. Name at least a project, an endpoint, a reason or a time',
};

const isInOrder = ({ from, to }: { from?: number | undefined; to?: number | undefined }) =>
  from === undefined || to === undefined || from < to;
const BACKWARDS = { error: 'it is not after from', path: ['to'] };

const example = { endpoint_ids: ['ep_01890a5d'], from: '2026-03-15T14:30:00Z' };

const redeliverFilter = z
  .strictObject({
    ...narrowing,
    states: z
      .array(z.enum(ENDED_STATES, { error: 'it is no state in which a delivery has ended' }))
      .max(ENDED_STATES.length, 'it holds more than there are')
      .default([])
      .meta({
        description: `at most all of ${ENDED_STATES.join(', ')}, none for any`,
        examples: [['delivered']],
      }),
  })
  .refine(isNarrowed, EMPTY)
  .refine(isInOrder, BACKWARDS)
  .refine(namesFewEnough, NAMES_TOO_MANY)
  .meta({ description: 'what the deliveries have in common', examples: [example] });

const redriveFilter = z
  .strictObject(narrowing)
  .refine(isNarrowed, EMPTY)
  .refine(isInOrder, BACKWARDS)
  .refine(namesFewEnough, NAMES_TOO_MANY)
  .meta({ description: 'what the dead letters have in common', examples: [example] });

export function bulkPlanBody(maxPerSecond: number) {
  const per_second = z
    .int({ error: 'it is not a whole number' })
    .min(1, 'it is below 1')
    .max(maxPerSecond, `it is above ${maxPerSecond}`)
    .default(Math.min(100, maxPerSecond))
    .meta({ description: `deliveries a second, 1 to ${maxPerSecond}`, examples: [100] });
  const action = <A extends string>(only: A) =>
    z.literal(only).meta({
      description:
        'redeliver (what has ended, delivered or not) or redrive (dead letters that were not sent again since)',
      examples: [only],
    });
  return z
    .discriminatedUnion(
      'action',
      [
        z.strictObject({ action: action('redeliver'), filter: redeliverFilter, per_second }),
        z.strictObject({ action: action('redrive'), filter: redriveFilter, per_second }),
      ],
      { error: ({ code }) => (code === 'invalid_union' ? 'it is neither redeliver nor redrive' : undefined) },
    )
    .meta({ description: 'a JSON object with action and filter' });
}

export const bulkPlanParams = z.strictObject({
  plan_id: z
    .string()
    .regex(/^bp_[0-9a-f]{32}$/, 'it is no id of a bulk plan')
    .meta({
      description: 'the id of a bulk plan, bp_ and 32 hexadecimal digits',
      examples: ['bp_01890a5d01890a5d01890a5d01890a5d'],
    }),
});

const { shape } = replayView;

export const bulkPlanView = z
  .object({
    plan_id: z.string().meta({ description: 'also the id of the replay that does it' }),
    action: z.enum(['redeliver', 'redrive']),
    state: z.enum(PLAN_STATES).meta({
      description:
        'ready: it may be run until expires_at. count_unavailable: narrow the range, and make another. From running on, what GET /v1/replays/{plan_id} says in full',
    }),
    filter: z.record(z.string(), z.unknown()),
    as_of: z.string().nullable().meta({
      description: 'deliveries count as they stood then; a request that was under way counts as not made',
    }),
    deliveries: z
      .number()
      .nullable()
      .meta({ description: 'how many it sends, exactly; null until they are counted' }),
    skipped: z
      .record(z.string(), z.number())
      .meta({ description: 'how many of the filter it leaves out, by reason' }),
    sent: z.number(),
    endpoints: shape.endpoints,
    held_endpoints: shape.held_endpoints,
    samples: shape.samples,
    per_second: z.number(),
    estimate_seconds: z.number().nullable(),
    waiting_for: z.string().nullable(),
    error: z.string().nullable(),
    expires_at: z.string().nullable().meta({ description: 'null until it is ready' }),
    created_at: z.string().nullable(),
  })
  .meta({ id: 'BulkPlan' });
