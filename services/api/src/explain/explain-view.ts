import type { DispositionOnRecord, EventOnRecord } from '@herald/clickhouse/read/explain-evidence';
import type { Check } from '@herald/domain/explain/checks';
import type { EndpointEvidence } from '@herald/domain/explain/evidence';
import { explainEndpoint, explainEvent } from '@herald/domain/explain/explain';
import type { Explanation, Step } from '@herald/domain/explain/explanation';
import type { DecisiveComparison } from '@herald/domain/filter/evidence';
import type { FieldValue, Scalar } from '@herald/domain/filter/filter';
import type { z } from 'zod';
import { viewDelivery } from '../deliveries/delivery-view.ts';
import { isoTime, isoTimeOrNull } from '../http/fields.ts';
import type { explainView } from './explain-fields.ts';
import type { Gathered } from './gather.ts';

const MAX_FOUND_CHARS = 500;
const MAX_FOUND_ITEMS = 20;

type View = z.output<typeof explainView>;
type EndpointView = View['endpoints'][number];

/** @param isDetailed one endpoint was asked for */
export function viewExplanation(
  { event, endpoints, leftOut }: Gathered,
  found: EventOnRecord,
  isDetailed: boolean,
): View {
  const { steps, ended } = explainEvent(event);
  return {
    event_id: event.eventId,
    as_of: isoTimeOrNull(event.asOfMs),
    steps: steps.map(viewStep),
    ended: ended ? viewTold(ended) : null,
    endpoints: endpoints.map((endpoint) => ({
      ...viewEndpoint(endpoint, explainEndpoint(event, endpoint), found),
      ...(isDetailed && {
        dispositions: found.dispositions.map(viewDisposition),
        dispositions_left_out: found.dispositionsLeftOut,
      }),
    })),
    endpoints_left_out: leftOut,
  };
}

function viewEndpoint(
  { endpointId, current, asRouted }: EndpointEvidence,
  explanation: Explanation,
  { deliveries }: EventOnRecord,
): EndpointView {
  return {
    endpoint_id: endpointId,
    name: current?.endpoint.name ?? null,
    ...viewTold(explanation),
    revisions: {
      as_routed: asRouted.kind === 'known' ? asRouted.revision : null,
      current: current?.revision ?? null,
    },
    steps: explanation.steps.filter(({ step }) => step === 'matched' || step === 'delivery').map(viewStep),
    deliveries: deliveries.filter((delivery) => delivery.endpointId === endpointId).map(viewDelivery),
  };
}

function viewTold({
  verdict,
  because,
  remedy,
}: Omit<Explanation, 'steps'>): Pick<EndpointView, 'verdict' | 'because' | 'remedy'> {
  return { verdict, because, remedy: remedy ?? null };
}

function viewStep({ step, result, atMs, detail, checks }: Step): View['steps'][number] {
  return { step, result, at: isoTimeOrNull(atMs), detail, ...(checks && { checks: checks.map(viewCheck) }) };
}

type CheckView = NonNullable<View['steps'][number]['checks']>[number];

function viewCheck({ comparisons, ...check }: Check): CheckView {
  return comparisons ? { ...check, comparisons: comparisons.map(viewComparison) } : check;
}

function viewComparison({
  at,
  comparison,
  found,
  held,
}: DecisiveComparison): NonNullable<CheckView['comparisons']>[number] {
  return {
    at,
    field: comparison.field,
    op: comparison.op,
    value: comparison.op === 'exists' ? null : mutable(comparison.value),
    found: found === undefined ? null : shownFound(found),
    held,
  };
}

/** A caption may have thousands of characters. */
function shownFound(found: FieldValue): string | number | string[] {
  if (typeof found === 'number') return found;
  if (typeof found === 'string') return found.slice(0, MAX_FOUND_CHARS);
  return found.slice(0, MAX_FOUND_ITEMS).map((item) => item.slice(0, MAX_FOUND_CHARS));
}

function mutable(value: Scalar | readonly Scalar[]): Scalar | Scalar[] {
  return typeof value === 'object' ? [...value] : value;
}

function viewDisposition(on: DispositionOnRecord): NonNullable<EndpointView['dispositions']>[number] {
  return {
    at: isoTime(on.startedAtMs),
    delivery_id: on.deliveryId,
    step: on.step,
    attempt_number: on.attemptNumber,
    disposition: on.disposition.toLowerCase(),
    verdict: on.verdict.toLowerCase(),
    reason: on.reason ?? null,
    outcome: on.outcome ?? null,
    status: on.status ?? null,
    error_message: on.errorMessage ?? null,
    next_attempt_at: isoTimeOrNull(on.nextAttemptAtMs),
    retry_tier: on.retryTier ?? null,
    duration_ms: on.durationMs,
    config_revision: on.configRevision,
    read_from: on.readFrom,
  };
}
