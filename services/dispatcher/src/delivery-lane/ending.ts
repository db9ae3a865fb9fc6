import type { Verdict } from '@herald/domain/verdict';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import type { Append, CatchUp } from '../catch-up/catch-up.ts';
import type { Decided, Holds } from './holds.ts';
import { isHeldRecord, isInOrder } from './look-up.ts';
import type { DeliveryTask } from './task.ts';

/** What comes between the record of a step and its completion. */
export interface Ending {
  /** What was decided about the endpoint goes on record. */
  decided?: Decided;
  /** The delivery is in webhook.held, and its endpoint's status says so. */
  append?: Append | undefined;
  /** It is not complete: it keeps its place in webhook.held. */
  instead?: () => void;
}

/**
 * What the verdict on an attempt means for webhook.held, and for those that wait there behind the delivery. In force
 * at once: a head that is given up holds its endpoint before its successor is released.
 */
export function endingOf(
  task: DeliveryTask,
  configured: ConfiguredEndpoint,
  verdict: Verdict,
  { held, holds }: { held: Pick<CatchUp, 'append' | 'keepHead'>; holds: Pick<Holds, 'statusOf' | 'decide'> },
): Ending {
  const { endpointId, step, attempts } = task.delivery;
  const isHead = isHeldRecord(task) && isInOrder(task, configured);
  if (isHead && (verdict.kind === 'retry' || verdict.kind === 'hold')) {
    // Anywhere else it would be behind its successors.
    const dueAtMs = verdict.kind === 'retry' ? verdict.dueAtMs : 0;
    return { instead: () => held.keepHead(task, { step: step + 1, attempts: attempts + 1, dueAtMs }) };
  }
  if (verdict.kind === 'hold') return { append: held.append(configured, verdict.reason) };
  if (isHead && verdict.kind === 'dead' && configured.endpoint.onDeadHead === 'hold') {
    const failing = holds.statusOf(endpointId)?.failing;
    return { decided: holds.decide(configured, { hold: 'head_dead', failing }) };
  }
  return {};
}
