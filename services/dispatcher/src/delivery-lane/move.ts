import type { DeadReason, HoldReason } from '@herald/domain/verdict';
import type { ParkReason } from './overflow.ts';

/** Its owner does not want what is held, or the replay that it is of, or the event, which could not be seen before. */
export type CancelReason = 'purged' | 'replay_cancelled' | 'not_wanted';

/** A disposition without a request. `revision` is that of the configuration it was taken by, -1 where there is none. */
export type Move =
  | { kind: 'park'; dueAtMs: number; turnAtMs?: number; reason: ParkReason; revision: number }
  | { kind: 'cancel'; reason: CancelReason; revision: number }
  | { kind: 'hold'; reason: HoldReason; detail?: string; revision: number }
  | { kind: 'dead'; reason: DeadReason; detail?: string; revision: number };
