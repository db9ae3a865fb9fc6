import { type Check, checksOf } from './checks.ts';
import type { EndpointEvidence, EventEvidence, RouteEvidence } from './evidence.ts';
import type { ExplainVerdict, Explanation, Step } from './explanation.ts';
import { iso } from './fate.ts';

const REPLAY = 'Replay the event to the endpoint.';

/** A new endpoint is routed to at the latest this long after its creation was answered: the bound of the route lane. */
const NEW_ENDPOINT_MS = 2_000;

type Unmatched = Omit<Explanation, 'steps'> & { step: Step };

/** Routed, and not to this endpoint: what its subscription said at that revision. */
export function unmatched(
  evidence: EventEvidence,
  route: RouteEvidence,
  endpoint: EndpointEvidence,
): Unmatched {
  const { routable } = evidence;
  const { asRouted, endpointId } = endpoint;
  const at = `at revision ${route.revision}`;
  if (route.endpointIds.includes(endpointId)) {
    const because = 'The route record names the endpoint, and no delivery to it is on record yet.';
    return {
      verdict: 'pending',
      because,
      remedy: undefined,
      step: { step: 'matched', result: 'yes', atMs: route.atMs, detail: because },
    };
  }
  if (asRouted.kind === 'deleted') {
    return no(
      'deleted',
      route,
      `The endpoint was deleted by revision ${asRouted.revision}, before the event was routed.`,
      REPLAY,
    );
  }
  if (asRouted.kind !== 'known') return withoutConfiguration(asRouted.kind, evidence, route, endpoint);
  const checks = routable && checksOf(asRouted.endpoint, routable);
  const failed = checks?.filter(({ passed }) => !passed) ?? [];
  if (failed.length === 0 && routable && !routable.readField && asRouted.endpoint.subscription.filter) {
    const why = `It met every other condition ${at}, so it was the filter; what the event says is not on record yet.`;
    return no('no_match', route, why, 'Look again for what it compared.', checks);
  }
  if (failed.length === 0) {
    return no(
      'unexplained',
      route,
      `${capital(at)} the endpoint wanted the event, and yet it was not routed to it.`,
      'Tell the operator of Herald, and replay the event.',
      checks,
    );
  }
  const why = failed.map(
    ({ check, wanted, found }) => `${check}: it wants ${wanted}, the event has ${found}`,
  );
  return no(
    'no_match',
    route,
    `${capital(at)} the endpoint did not want it. ${capital(why.join('; '))}.`,
    remedyOf(failed),
    checks,
  );
}

const CHANGE_SUBSCRIPTION = 'Change the subscription for what comes, and replay the event if it is wanted.';

/** What to do about a condition that failed, the hardest first: what cannot be had makes the others idle. */
const REMEDIES: readonly (readonly [Check['check'], string])[] = [
  [
    'itself',
    'An endpoint is not told about its own failures: make another one that asks for this type of event.',
  ],
  [
    'project',
    'The project of an endpoint stays: make one of the event’s project, or of all projects, and replay the event to it.',
  ],
  [
    'format',
    'The format has no words for this type of event: choose another format, or make an endpoint that has one, and replay the event.',
  ],
  ['off', 'Switch the endpoint on, then replay the event if it is wanted.'],
];

function remedyOf(failed: readonly Check[]): string {
  const isFailed = (check: Check['check']) => failed.some((one) => one.check === check);
  return REMEDIES.find(([check]) => isFailed(check))?.[1] ?? CHANGE_SUBSCRIPTION;
}

/** What the endpoint was is not to be had: only what it is can be told. */
function withoutConfiguration(
  kind: 'forgotten' | 'unread',
  { routable }: EventEvidence,
  route: RouteEvidence,
  { current }: EndpointEvidence,
): Unmatched {
  if (!current) {
    return no('deleted', route, 'The endpoint is not there any more, nor is what it was.', REPLAY);
  }
  const { endpoint, revision } = current;
  if (endpoint.createdAtMs > route.atMs - NEW_ENDPOINT_MS) {
    const because = `The endpoint was created at ${iso(endpoint.createdAtMs)}, and the event was routed at ${iso(route.atMs)}.`;
    return no('created_later', route, because, REPLAY);
  }
  const checks = routable && checksOf(endpoint, routable);
  const was = kind === 'forgotten' ? 'is no longer on record' : 'cannot be read now';
  const isFilterUnknown = endpoint.subscription.filter !== undefined && !routable?.readField;
  const meets = checks?.every(({ passed }) => passed) ? 'would match' : 'would not match';
  const would = isFilterUnknown && meets === 'would match' ? 'may match' : meets;
  return no(
    'changed_since',
    route,
    `The endpoint was changed since (revision ${revision}), and what it was at revision ${route.revision} ${was}. As it is now it ${would}.`,
    REPLAY,
    checks,
  );
}

function no(
  verdict: ExplainVerdict,
  route: RouteEvidence,
  because: string,
  remedy: string,
  checks?: readonly Check[],
): Unmatched {
  const step: Step = {
    step: 'matched',
    result: 'no',
    atMs: route.atMs,
    detail: because,
    ...(checks && { checks }),
  };
  return { verdict, because, remedy, step };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
