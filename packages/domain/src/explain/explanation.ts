import type { Check } from './checks.ts';
import type { DeliveryEvidence } from './evidence.ts';

/**
 * Why an event did, or did not, reach an endpoint. `not_on_record` is not "not accepted": what was not on record at a
 * moment may have come later. `erased`: it was, and its history was erased. `unexplained`: the record contradicts itself.
 */
export type ExplainVerdict =
  | 'not_on_record'
  | 'erased'
  | 'poison'
  | 'not_routed'
  | 'no_match'
  | 'created_later'
  | 'changed_since'
  | 'deleted'
  | 'unexplained'
  | DeliveryEvidence['state'];

/** One stage of an event's way to an endpoint, in order; what comes after the first `no` is left out. */
export interface Step {
  step: 'accepted' | 'decoded' | 'routed' | 'matched' | 'delivery';
  result: 'yes' | 'no' | 'unknown';
  atMs: number | undefined;
  detail: string;
  /** Of `matched`: each condition of the subscription. */
  checks?: readonly Check[];
}

export interface Explanation {
  verdict: ExplainVerdict;
  because: string;
  /** What somebody could do about it; undefined where nothing has to be done. */
  remedy: string | undefined;
  steps: readonly Step[];
}

/** The way to all endpoints alike: it ends before any of them where `ended` says so. */
export interface EventExplanation {
  steps: readonly Step[];
  ended: Omit<Explanation, 'steps'> | undefined;
}
