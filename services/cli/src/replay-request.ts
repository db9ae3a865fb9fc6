import { integer, list } from '@herald/service-kit/config';
import { z } from 'zod';
import { UsageFailure } from './failure.ts';

const OFFSETS = /^(\d{1,9}):(\d{1,15})-(\d{1,15})?$/;

/** `partition:from-to`, half open; without `to`, to the end. */
const offsets = list()
  .refine((each) => each.every((text) => OFFSETS.test(text)), 'not every item is partition:from-to')
  .transform((each) =>
    each.map((text) => {
      const [, partition, from, to] = OFFSETS.exec(text) as RegExpExecArray;
      return { partition: Number(partition), from: Number(from), ...(to && { to: Number(to) }) };
    }),
  );

const statuses = list()
  .refine((each) => each.every((text) => /^(0|\d{3})$/.test(text)), 'not every item is an HTTP status, or 0')
  .transform((each) => each.map(Number));

/** What a replay can be asked for; the API says what else is wrong with it. */
export const REPLAY_OPTIONS = {
  topic: z.string().optional(),
  offsets: offsets.optional(),
  everything: z.boolean().optional(),
  history: z.boolean().optional(),
  states: list().optional(),
  statuses: statuses.optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  project: z.string().optional(),
  endpoints: list().optional(),
  channels: list().optional(),
  types: list().optional(),
  publications: list().optional(),
  events: list().optional(),
  reasons: list().optional(),
  target: z.string().optional(),
  includeDelivered: z.boolean().optional(),
  rate: integer({ min: 1, max: 100_000 }).optional(),
};

export type ReplayOptions = z.output<z.ZodObject<typeof REPLAY_OPTIONS>>;

/** The body of POST /v1/replays. @throws UsageFailure */
export function replayRequest(options: ReplayOptions, dryRun: boolean): unknown {
  const missing = missingIn(options);
  if (missing) throw new UsageFailure([missing]);
  return {
    source: {
      kind: options.history ? 'history' : 'topic',
      topic: options.topic,
      ranges: options.offsets,
      everything: options.everything,
      states: options.states,
      last_statuses: options.statuses,
      from: options.from,
      to: options.to,
    },
    filter: {
      project_id: options.project,
      endpoint_ids: options.endpoints,
      channel_ids: options.channels,
      event_types: options.types,
      publication_ids: options.publications,
      event_ids: options.events,
      reasons: options.reasons,
    },
    target_endpoint_id: options.target,
    skip_delivered: !options.includeDelivered,
    per_second: options.rate,
    dry_run: dryRun,
  };
}

/** The API says the same of its fields. */
function missingIn({ history, topic, offsets, everything, from, to }: ReplayOptions): string | undefined {
  if (history) return undefined;
  if (topic === undefined) {
    return 'say what is replayed: --topic <name>, or --history for deliveries by how they stand now';
  }
  if (offsets || everything || from !== undefined || to !== undefined) return undefined;
  return `say what of ${topic}: --offsets, --from and --to, or --everything`;
}
