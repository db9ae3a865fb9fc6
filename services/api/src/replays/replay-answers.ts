import type { PlanNotStarted } from '@herald/registry/replay-jobs';
import type { WantedState } from '@herald/replay/job';
import { isFinished, type ReplayState } from '@herald/replay/progress';
import type { Account, ReplayAsked, ReplayTold } from '../account/account.ts';
import type { Answer, ProblemCode } from '../http/operation.ts';
import { notFound, scopeTooNarrow } from '../http/problems.ts';
import { type Replay, viewReplay } from './replay-view.ts';

/** Refused, and why. */
type Refusal = Exclude<ReplayAsked | ReplayTold, { job: unknown }>;

export const REFUSED_REPLAYS: readonly ProblemCode[] = [
  '404 not_found',
  '409 replay_over',
  '409 too_many_replays',
  '503 replay_unconfirmed',
];

export const REFUSED_STARTS: readonly ProblemCode[] = [
  '409 plan_not_ready',
  '409 plan_expired',
  '409 count_unavailable',
  ...REFUSED_REPLAYS,
];

export function refusedReplay(replayId: string, refusal: Refusal): Answer {
  switch (refusal.kind) {
    case 'missing':
      return { problem: notFound('replay', replayId) };
    case 'not_admitted':
      return {
        problem: scopeTooNarrow(
          'The replay would reach beyond the projects or channels of the session. Name in its filter one project_id and, where the session is limited to channels, some of its channel_ids; and name endpoints of the session as target_endpoint_id or endpoint_ids. GET /v1/me lists projects and channels.',
        ),
      };
    case 'cancelled':
      return replayIsOver(replayId, 'cancelled');
    case 'plan_not_started':
      return NOT_STARTED[refusal.reason];
    case 'too_many':
      return tooManyReplays(refusal);
    case 'unavailable':
      return {
        headers: { 'retry-after': '2' },
        problem: {
          status: 503,
          code: 'replay_unconfirmed',
          title: 'It is not known whether the replay was changed',
          detail: `Kafka has not confirmed it (${refusal.detail}). List the replays, and ask again after the time in Retry-After; with the same Idempotency-Key it is one replay.`,
        },
      };
  }
}

const NOT_STARTED: Readonly<Record<PlanNotStarted['reason'], Answer>> = {
  paused: {
    problem: {
      status: 409,
      code: 'plan_not_ready',
      title: 'The plan was paused before it was counted',
      detail:
        'Resume it (POST /v1/replays/{plan_id}/resume), get it until it is ready, look at what it would do, and run it then.',
    },
  },
  counting: {
    headers: { 'retry-after': '1' },
    problem: {
      status: 409,
      code: 'plan_not_ready',
      title: 'The plan is still being counted',
      detail: 'Get it again after the time in Retry-After, look at what it would do, and run it then.',
    },
  },
  expired: {
    problem: {
      status: 409,
      code: 'plan_expired',
      title: 'The plan has expired',
      detail: 'What was counted may stand otherwise by now. Make another plan with the same filter.',
    },
  },
  count_unavailable: {
    problem: {
      status: 409,
      code: 'count_unavailable',
      title: 'Count unavailable, narrow the range',
      detail:
        'The deliveries of the filter could not be counted, so nothing is done. Make another plan of a shorter time.',
    },
  },
};

function tooManyReplays({ limit, open, others }: Extract<Refusal, { kind: 'too_many' }>): Answer {
  const beyond = others === 0 ? [] : [`${others} beyond the projects or channels of the session`];
  return {
    problem: {
      status: 409,
      code: 'too_many_replays',
      title: 'The account has as many replays at once as it may',
      detail: `At most ${limit} replays of an account are open at once, and these are: ${[...open, ...beyond].join(', ')}. Wait until one is completed, or cancel one.`,
      max_replays: limit,
      open_replay_ids: open,
      other_open_replays: others,
    },
  };
}

export function replayIsOver(replayId: string, state: ReplayState): Answer {
  return {
    problem: {
      status: 409,
      code: 'replay_over',
      title: 'The replay is over',
      detail: `${replayId} is ${state} and stays so. Create another one for what it has not sent.`,
      state,
    },
  };
}

/** Undefined where it may be changed. What is completed or failed can still be cancelled: what it sent may be waiting. */
export function whyNotChanged(account: Account, replayId: string, wanted?: WantedState): Answer | undefined {
  const replay = account.replays.get(replayId);
  if (!replay) return { problem: notFound('replay', replayId) };
  const { progress } = replay;
  if (!progress || !isFinished(progress)) return undefined;
  if (progress.state !== 'cancelled' && wanted === 'cancelled') return undefined;
  return replayIsOver(replayId, progress.state);
}

export function otherReplay(replayId: string): Answer {
  return {
    problem: {
      status: 409,
      code: 'idempotency_key_conflict',
      title: 'The Idempotency-Key was used for another replay',
      detail: `${replayId} was asked for with this key and another body. Use a new key for a new replay.`,
      replay_id: replayId,
    },
  };
}

/** What was asked for as a plan is not run by asking for it anew: who has seen it says so. */
export function planNotRun(replayId: string): Answer {
  return {
    problem: {
      status: 409,
      code: 'idempotency_key_conflict',
      title: 'The Idempotency-Key was used for a plan that was not started',
      detail: `${replayId} was asked for with this key and "dry_run": true. Start it with POST /v1/replays/${replayId}/start, or use a new key for another replay.`,
      replay_id: replayId,
    },
  };
}

export function answerReplay(account: Account, status: 200 | 201, replay: Replay): Answer {
  return { status, body: viewReplay(replay, account.endpoints) };
}
