import { z } from 'zod';
import type { Account } from '../account/account.ts';
import { type Answer, type AnyOperation, operation } from '../http/operation.ts';
import type { ReadHistory } from '../http/read-history.ts';
import { REFUSED_REPLAYS, refusedReplay } from '../replays/replay-answers.ts';
import { type Replay, viewReplay } from '../replays/replay-view.ts';
import { redriveBody, redriveView, usualPerSecond } from './dead-letter-fields.ts';
import { readGround, redriveAll } from './redrive.ts';
import { placeOfRedrive, type RedriveAsked, redriveOf } from './redrive-replay.ts';

const none = z.strictObject({});

export interface RedriveOptions {
  readHistory: ReadHistory;
  /** Deliveries a second that one replay may ask for. */
  maxPerSecond: number;
  now: () => number;
}

export function redriveOperation({ readHistory, maxPerSecond, now }: RedriveOptions): AnyOperation {
  return operation({
    method: 'post',
    path: '/v1/dead-letters/redrive',
    operationId: 'redriveDeadLetters',
    tag: 'dead-letters',
    summary:
      'Send dead letters again, as their endpoints are configured now: some by their ids at once, or by a filter as a replay. Asking twice is asking once.',
    role: 'write',
    params: none,
    query: none,
    body: redriveBody(maxPerSecond),
    answers: redriveView,
    statuses: [200, 201],
    problems: ['503 history_unavailable', ...REFUSED_REPLAYS],
    handle({ account, body }) {
      const { filter, delivery_ids: given = [], dry_run, per_second = usualPerSecond(maxPerSecond) } = body;
      if (filter) return redriveByFilter(account, { filter, dry_run, per_second }, now());
      const ids = [...new Set(given.map((id) => id.toLowerCase()))];
      return readHistory(
        () => readGround(account, ids, now()),
        async (ground) => ({
          status: 200,
          body: { replay: null, items: await redriveAll(account, ids, ground) },
        }),
      );
    },
  });
}

async function redriveByFilter(account: Account, asked: RedriveAsked, nowMs: number): Promise<Answer> {
  const redrive = redriveOf(asked);
  const place = placeOfRedrive(account.id, redrive, account.replays.list(), nowMs);
  if (place.kind === 'asked_before') return shown(account, 200, place.replay);
  const created = await account.replays.create({ ...redrive, id: place.replayId });
  if (created.kind !== 'created' && created.kind !== 'exists') return refusedReplay(place.replayId, created);
  const progress = account.replays.get(place.replayId)?.progress;
  return shown(account, created.kind === 'created' ? 201 : 200, { job: created.job, progress });
}

function shown(account: Account, status: 200 | 201, replay: Replay): Answer {
  return { status, body: { replay: viewReplay(replay, account.endpoints), items: [] } };
}
