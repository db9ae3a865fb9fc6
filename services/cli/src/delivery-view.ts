import type { Colors, Terminal } from './terminal.ts';

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
  occurred_at: string;
}

export interface Attempt {
  attempt_number: number;
  disposition: string;
  verdict: string;
  reason: string | null;
  outcome: string | null;
  error_message: string | null;
  next_attempt_at: string | null;
  request: { method: string; url: string; headers: Record<string, string>; body: string } | null;
  response: { status: number; headers: Record<string, string>; body: string; body_truncated: boolean } | null;
  started_at: string;
  duration_ms: number;
  first_byte_ms: number | null;
  dns_ms: number | null;
  connect_ms: number | null;
  tls_ms: number | null;
}

export interface DeliveryDetail extends DeliverySummary {
  history: Attempt[];
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
  print(`to ${delivery.endpoint_id}, cause ${delivery.cause}`);
  for (const attempt of delivery.history) {
    print('');
    showAttempt(attempt, { print, colors });
  }
}

export function showAttempt(attempt: Attempt, { print, colors }: Pick<Terminal, 'print' | 'colors'>): void {
  print(attemptTitle(attempt, colors));
  if (attempt.request) {
    print(colors.dim(`  ${attempt.request.method} ${attempt.request.url}`));
    const phases = phasesText(attempt);
    if (phases) print(colors.dim(`  ${phases}`));
    print(fields(attempt.request.headers, colors));
    print(indented(attempt.request.body));
  }
  if (attempt.response) {
    print(colors.dim(`  ${attempt.response.status}`));
    print(fields(attempt.response.headers, colors));
    const cut = attempt.response.body_truncated ? colors.dim(' … (cut)') : '';
    print(`${indented(attempt.response.body)}${cut}`);
  }
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
    `${attempt.duration_ms.toFixed(1)} ms`,
    verdict,
    why,
    next,
  ]
    .filter(Boolean)
    .join('  ');
}

/** What the time went into; a connection that was open already has no phases of its own. */
function phasesText({ dns_ms, connect_ms, tls_ms, first_byte_ms }: Attempt): string {
  const phases = { dns: dns_ms, connect: connect_ms, tls: tls_ms, 'first byte': first_byte_ms };
  return Object.entries(phases)
    .flatMap(([name, ms]) => (ms === null ? [] : `${name} ${ms.toFixed(1)} ms`))
    .join(', ');
}

function fields(headers: Record<string, string>, colors: Colors): string {
  return Object.entries(headers)
    .map(([name, value]) => colors.dim(`  ${name}: ${value}`))
    .join('\n');
}

function indented(text: string): string {
  return `  ${text.replaceAll('\n', '\n  ')}`;
}
