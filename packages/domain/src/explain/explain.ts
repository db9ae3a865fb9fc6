import { checksOf } from './checks.ts';
import type { DeliveryEvidence, EndpointEvidence, EventEvidence, RouteEvidence } from './evidence.ts';
import type { EventExplanation, Explanation, Step } from './explanation.ts';
import { fateOf, iso } from './fate.ts';
import { withoutRecord } from './forgotten.ts';
import { unmatched } from './unmatched.ts';

export function explainEvent(evidence: EventEvidence): EventExplanation {
  const { accepted, poison, route, asOfMs } = evidence;
  if (!accepted && !route) return withoutRecord(evidence);
  const steps: Step[] = [acceptedStep(accepted)];
  if (poison) {
    const because = `The event is on record, but could not be acted on: ${poison.reason} (${poison.detail}).`;
    steps.push({ step: 'decoded', result: 'no', atMs: undefined, detail: because });
    return {
      steps,
      ended: { verdict: 'poison', because, remedy: 'Mend the producer and send the event again.' },
    };
  }
  steps.push({ step: 'decoded', result: 'yes', atMs: undefined, detail: 'It could be read.' });
  if (route) return { steps: [...steps, routedStep(route)], ended: undefined };
  const because =
    asOfMs !== undefined && accepted && accepted.atMs < asOfMs
      ? `It was accepted at ${iso(accepted.atMs)} and was not routed by ${iso(asOfMs)}.`
      : 'It was accepted; that it was routed is not on record yet.';
  steps.push({ step: 'routed', result: 'unknown', atMs: undefined, detail: because });
  return {
    steps,
    ended: { verdict: 'not_routed', because, remedy: 'Look again; if it lasts, see the ledger for a gap.' },
  };
}

export function explainEndpoint(evidence: EventEvidence, endpoint: EndpointEvidence): Explanation {
  const { steps, ended } = explainEvent(evidence);
  const told = decisive(endpoint.deliveries);
  // A test or a replay needs no route of its own.
  if (told) return delivered(evidence, steps, endpoint, told);
  if (ended) return { ...ended, steps };
  const { step, ...verdict } = unmatched(evidence, evidence.route as RouteEvidence, endpoint);
  return { ...verdict, steps: [...steps, step] };
}

/** The one that reached it; else what happened last. */
function decisive(deliveries: readonly DeliveryEvidence[]): DeliveryEvidence | undefined {
  const rank = ({ state }: DeliveryEvidence) => (state === 'delivered' ? 1 : 0);
  return [...deliveries].sort((a, b) => rank(b) - rank(a) || b.updatedAtMs - a.updatedAtMs)[0];
}

function delivered(
  evidence: EventEvidence,
  steps: readonly Step[],
  endpoint: EndpointEvidence,
  delivery: DeliveryEvidence,
): Explanation {
  const { because, remedy } = fateOf(delivery, endpoint.current, evidence.asOfMs);
  const isRouted = evidence.route?.endpointIds.includes(endpoint.endpointId) ?? false;
  const { asRouted } = endpoint;
  const checks =
    isRouted && evidence.routable && asRouted.kind === 'known'
      ? checksOf(asRouted.endpoint, evidence.routable)
      : undefined;
  const matched: Step = {
    step: 'matched',
    result: isRouted ? (delivery.reason === 'not_wanted' ? 'no' : 'yes') : 'unknown',
    atMs: evidence.route?.atMs,
    detail: isRouted
      ? delivery.reason === 'not_wanted'
        ? 'It could not be seen whether the endpoint wanted it, which was asked later.'
        : 'The endpoint wanted it.'
      : `It was not asked for by the subscription: the cause of the delivery is ${delivery.cause}.`,
    ...(checks && { checks }),
  };
  const last: Step = {
    step: 'delivery',
    result:
      delivery.state === 'delivered'
        ? 'yes'
        : delivery.state === 'dead' || delivery.state === 'cancelled'
          ? 'no'
          : 'unknown',
    atMs: delivery.updatedAtMs,
    detail: because,
  };
  return { verdict: delivery.state, because, remedy, steps: [...steps, matched, last] };
}

function acceptedStep(accepted: EventEvidence['accepted']): Step {
  if (!accepted) {
    const detail = 'It was routed, so it was accepted; the record of it is not there yet.';
    return { step: 'accepted', result: 'yes', atMs: undefined, detail };
  }
  const { topic, partition, offset } = accepted.origin;
  const detail = `Kafka took it as ${topic}:${partition}:${offset}.`;
  return { step: 'accepted', result: 'yes', atMs: accepted.atMs, detail };
}

function routedStep({ atMs, revision, endpointIds }: RouteEvidence): Step {
  const to = endpointIds.length === 1 ? 'one endpoint' : `${endpointIds.length} endpoints`;
  return {
    step: 'routed',
    result: 'yes',
    atMs,
    detail: `It was matched with the endpoints of revision ${revision}, and went to ${endpointIds.length === 0 ? 'none of them' : to}.`,
  };
}
