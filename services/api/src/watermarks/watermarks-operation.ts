import { z } from 'zod';
import { isoTime, isoTimeOrNull } from '../http/fields.ts';
import { type Answer, type AnyOperation, operation } from '../http/operation.ts';
import type { ReadHistory } from '../http/read-history.ts';
import type { ReadWatermarks } from './read-watermarks.ts';

export const watermarksView = z
  .object({
    asked_at: z.string().nullable(),
    complete_until: z.string().nullable().meta({
      description:
        'all that Kafka had taken by then is in the history; null where that is not known: the logger is behind and ClickHouse is away, or no ledger was ever counted',
    }),
    is_level: z.boolean().meta({ description: 'whether nothing is behind' }),
  })
  .meta({ id: 'Watermarks' });

export function watermarksOperation(readWatermarks: ReadWatermarks, readHistory: ReadHistory): AnyOperation {
  return operation({
    method: 'get',
    path: '/v1/watermarks',
    operationId: 'getWatermarks',
    tag: 'ledger',
    summary: 'How fresh the history is: how far the logger has read, and until when everything is on record.',
    role: 'read',
    params: z.strictObject({}),
    query: z.strictObject({}),
    body: undefined,
    answers: watermarksView,
    problems: ['503 watermarks_unavailable'],
    async handle({ account }) {
      const read = await readWatermarks();
      if (read.kind === 'unavailable') return unavailable;
      // No counts: topics are of all accounts, and what others send is nobody else's business.
      const { askedAtMs, isLevel } = read;
      const view = (completeUntilMs: number | undefined): Answer => ({
        status: 200,
        body: {
          asked_at: isoTime(askedAtMs),
          complete_until: isoTimeOrNull(completeUntilMs),
          is_level: isLevel,
        },
      });
      if (isLevel) return view(askedAtMs);
      // Behind, it is complete up to the last moment that the ledger found to be.
      const answer = await readHistory(() => account.ledger.asOf(), view);
      return 'problem' in answer ? view(undefined) : answer;
    },
  });
}

const unavailable: Answer = {
  headers: { 'retry-after': '2' },
  problem: {
    status: 503,
    code: 'watermarks_unavailable',
    title: 'It is not known how fresh the history is',
    detail:
      'Kafka gives no answer. What the history has can be read meanwhile; try again after the time in Retry-After.',
  },
};
