import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { Delivery } from '@herald/domain/delivery';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import { assembleMessage, type Message } from '@herald/webhook/message';
import type { RecordedParts } from '@herald/webhook/redaction';
import { render } from '@herald/webhook/render';
import type { Move } from './move.ts';
import type { SigningKeys } from './signing-keys.ts';

export type Prepared = { kind: 'ready'; message: Message } | Extract<Move, { kind: 'hold' | 'dead' }>;

export interface Preparation {
  delivery: Delivery;
  configured: ConfiguredEndpoint;
  event: PublicationEvent;
  keys: SigningKeys;
  recorded: RecordedParts;
  /** Herald's, for the user agent. */
  version: string;
  nowMs: number;
}

/** The render and sign steps: the request of an attempt, or why none can be made. */
export function prepare({
  delivery,
  configured,
  event,
  keys,
  recorded,
  version,
  nowMs,
}: Preparation): Prepared {
  const { endpoint, revision } = configured;
  if (keys.kind === 'unreadable') {
    return { kind: 'hold', reason: 'secret_unreadable', detail: keys.detail, revision };
  }
  const rendered = render(event, endpoint.format);
  if (rendered.kind === 'not_representable') {
    return { kind: 'dead', reason: 'not_representable', detail: rendered.reason, revision };
  }
  const { signers } = keys;
  return {
    kind: 'ready',
    message: assembleMessage({ endpoint, delivery, rendered, recorded, signers, version, nowMs }),
  };
}
