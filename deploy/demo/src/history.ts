import { eventually } from '@herald/testkit/eventually';
import type { HeraldApi } from '@herald/testkit/herald-api';
import type { Colors, Screen } from './screen.ts';

/** A delivery as the API answers it: the fields that are shown. */
export interface Detail {
  delivery_id: string;
  state: string;
  event_type: string;
  publication_id: string;
  history: {
    attempt_number: number;
    disposition: string;
    outcome: string | null;
    response: { status: number; body: string } | null;
    started_at: string;
    duration_ms: number;
    verdict: string;
    next_attempt_at: string | null;
    error_message: string | null;
  }[];
}

/** A delivery as ClickHouse has it; waits until the logger has brought its last attempt there. */
export function readDelivered(api: HeraldApi, deliveryId: string): Promise<Detail> {
  return eventually(async () => {
    const delivery = await api.get<Detail>(`/v1/deliveries/${deliveryId}`);
    if (delivery.state !== 'delivered')
      throw new Error(`Delivery ${deliveryId} is ${delivery.state} in the history`);
    return delivery;
  });
}

export function showHistory(screen: Screen, endpointName: string, delivery: Detail): void {
  const { colors } = screen;
  screen.line(
    `${delivery.event_type} of ${delivery.publication_id} to ${colors.bold(endpointName)}, delivery ${delivery.delivery_id}`,
  );
  screen.table(
    ['attempt', 'at', 'outcome', 'took', 'verdict', 'next'],
    delivery.history.map((attempt) => [
      attempt.attempt_number === 0 ? attempt.disposition : String(attempt.attempt_number),
      timeOf(attempt.started_at),
      attempt.response ? `${attempt.response.status} ${attempt.response.body}` : (attempt.outcome ?? ''),
      attempt.attempt_number === 0 ? '' : `${attempt.duration_ms.toFixed(1)} ms`,
      verdictText(attempt.verdict, colors),
      attempt.next_attempt_at ? timeOf(attempt.next_attempt_at) : '',
    ]),
  );
}

function verdictText(verdict: string, colors: Colors): string {
  if (verdict === 'none') return '';
  return verdict === 'delivered' ? colors.green(verdict) : colors.yellow(verdict);
}

function timeOf(iso: string): string {
  return iso.slice(11, 23);
}
