import type { Decoder } from '@herald/contracts/codec';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { Terminal } from '../terminal.ts';
import { ago } from '../when.ts';
import type { WaitingRecord } from './waiting-records.ts';
import { dueOf } from './waiting-summary.ts';

/** A waiting delivery as it is shown, in memory of its own. */
export interface Peek {
  delivery_id: string;
  endpoint_id: string;
  event_id: string;
  cause: string;
  tier: string;
  due_at: string;
  attempts: number;
  step: number;
  waiting_since: string;
  read_from: { topic: string; partition: number; offset: number };
  headers: Record<string, string>;
  value: Buffer | null;
}

export function peekOf(record: WaitingRecord): Peek {
  const { delivery, headers, value, topic, partition, offset } = record;
  return {
    delivery_id: delivery.deliveryId,
    endpoint_id: delivery.endpointId,
    event_id: delivery.eventId,
    cause: delivery.cause,
    tier: record.tier,
    due_at: isoTime(dueOf(delivery)),
    attempts: delivery.attempts,
    step: delivery.step,
    waiting_since: isoTime(record.appendedAtMs),
    read_from: { topic, partition, offset },
    headers: Object.fromEntries(
      Object.entries(headers).flatMap(([name, bytes]) => (bytes ? [[name, bytes.toString()]] : [])),
    ),
    value: value && Buffer.from(value),
  };
}

export type PeekWithEvent = Omit<Peek, 'value'> & {
  /** Null where the registry does not answer or does not know the schema: then there is `raw`. */
  event: PublicationEvent | null;
  /** Base64. */
  raw?: string;
};

export async function withEvent(
  { value, ...peek }: Peek,
  decoder: Decoder<PublicationEvent>,
): Promise<PeekWithEvent> {
  const decoded = await Promise.resolve(decoder.decode(value)).catch(() => undefined);
  if (decoded?.ok) return { ...peek, event: decoded.value };
  return { ...peek, event: null, raw: value?.toString('base64') ?? '' };
}

export function showPeek(peek: PeekWithEvent, { print, colors }: Terminal, nowMs: number): void {
  print(`${colors.bold(peek.delivery_id)}  due ${peek.due_at} (${ago(Date.parse(peek.due_at), nowMs)})`);
  const { topic, partition, offset } = peek.read_from;
  print(
    `to ${peek.endpoint_id}, ${peek.attempts} ${peek.attempts === 1 ? 'attempt' : 'attempts'} made, in ${topic}:${partition}:${offset} since ${peek.waiting_since}`,
  );
  for (const [name, value] of Object.entries(peek.headers)) print(colors.dim(`  ${name}: ${value}`));
  print(`  ${peek.event ? JSON.stringify(peek.event) : `not decoded, base64: ${peek.raw}`}`);
}

function isoTime(atMs: number): string {
  return new Date(atMs).toISOString();
}
