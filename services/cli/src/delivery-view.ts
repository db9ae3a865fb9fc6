import { type Body, bodyLines } from './body-lines.ts';
import type { Colors } from './painting.ts';
import type { Terminal } from './terminal.ts';

/** As the API answers them: the fields that are shown. */
export interface DeliverySummary {
  delivery_id: string;
  endpoint_id: string;
  event_id: string;
  publication_id: string;
  event_type: string;
  cause: string;
  state: string;
  reason: string | null;
  attempts: number;
  last_outcome: string | null;
  last_status: number | null;
  next_attempt_at: string | null;
  occurred_at: string | null;
}

export interface Attempt {
  attempt_number: number;
  disposition: string;
  verdict: string;
  reason: string | null;
  outcome: string | null;
  error_message: string | null;
  next_attempt_at: string | null;
  request: ({ method: string; url: string; headers: Record<string, string> } & Body) | null;
  response: ({ status: number; headers: Record<string, string>; body_truncated: boolean } & Body) | null;
  started_at: string | null;
  duration_ms: number;
  first_byte_ms: number | null;
  dns_ms: number | null;
  connect_ms: number | null;
  tls_ms: number | null;
}

export interface DeliveryDetail extends DeliverySummary {
  /** Where the event is in Kafka. */
  origin: { topic: string; partition: number; offset: number } | null;
  history: Attempt[];
  history_left_out: number;
}

export function stateText({ state, reason }: DeliverySummary, colors: Colors): string {
  const text = reason ? `${state} (${reason})` : state;
  if (state === 'delivered') return colors.green(text);
  return state === 'dead' ? colors.red(text) : colors.yellow(text);
}

/** A delivery with everything that is on record of it. */
export function showDelivery(delivery: DeliveryDetail, { print, colors }: Terminal): void {
  print(`${colors.bold(delivery.delivery_id)}  ${stateText(delivery, colors)}`);
  print(`${delivery.event_type}  event ${delivery.event_id}  publication ${delivery.publication_id}`);
  print(`to ${delivery.endpoint_id}, cause ${delivery.cause}${originText(delivery)}`);
  if (delivery.next_attempt_at) print(`next attempt ${delivery.next_attempt_at}`);
  for (const attempt of delivery.history) {
    print('');
    showAttempt(attempt, { print, colors });
  }
  if (delivery.history_left_out > 0) {
    print('');
    print(colors.dim(`${delivery.history_left_out} more steps, between the first 100 and the newest`));
  }
}

export function showAttempt(attempt: Attempt, terminal: Pick<Terminal, 'print' | 'colors'>): void {
  const { print, colors } = terminal;
  const { request, response } = attempt;
  print(attemptTitle(attempt, colors));
  if (request) {
    print(colors.dim(`  ${request.method} ${request.url}`));
    const phases = phasesText(attempt);
    if (phases) print(colors.dim(`  ${phases}`));
    showMessage(request.headers, bodyLines(request, false), terminal);
  }
  if (response) {
    print(colors.dim(`  answered ${response.status}`));
    showMessage(response.headers, bodyLines(response, response.body_truncated), terminal);
  }
}

function showMessage(
  headers: Record<string, string>,
  body: ReturnType<typeof bodyLines>,
  { print, colors }: Pick<Terminal, 'print' | 'colors'>,
): void {
  for (const [name, value] of Object.entries(headers)) print(colors.dim(`  ${name}: ${value}`));
  for (const line of body.lines) print(`  ${line}`);
  if (body.remark) print(colors.dim(`  (${body.remark})`));
}

function attemptTitle(attempt: Attempt, colors: Colors): string {
  const what = attempt.attempt_number === 0 ? attempt.disposition : `attempt ${attempt.attempt_number}`;
  const outcome = attempt.response ? String(attempt.response.status) : (attempt.outcome ?? '');
  const paint = attempt.verdict === 'delivered' ? colors.green : colors.yellow;
  const verdict = paint(attempt.verdict);
  const next = attempt.next_attempt_at ? `next ${attempt.next_attempt_at}` : '';
  const why = attempt.error_message ?? attempt.reason ?? '';
  return [
    attempt.started_at,
    colors.bold(what),
    outcome,
    attempt.request ? `${attempt.duration_ms.toFixed(1)} ms` : '',
    attempt.attempt_number === 0 ? '' : verdict,
    why,
    next,
  ]
    .filter(Boolean)
    .join('  ');
}

function originText({ origin }: DeliveryDetail): string {
  return origin ? `, event at ${origin.topic}:${origin.partition}:${origin.offset}` : '';
}

/** What the time went into; a connection that was open already has no phases of its own. */
function phasesText({ dns_ms, connect_ms, tls_ms, first_byte_ms }: Attempt): string {
  const phases = { dns: dns_ms, connect: connect_ms, tls: tls_ms, 'first byte': first_byte_ms };
  return Object.entries(phases)
    .flatMap(([name, ms]) => (ms === null ? [] : `${name} ${ms.toFixed(1)} ms`))
    .join(', ');
}
