import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { Delivery } from '@herald/domain/delivery';
import type { Endpoint } from '@herald/domain/endpoint';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import { assembleMessage, type Message } from '@herald/webhook/message';
import type { RecordedParts } from '@herald/webhook/redaction';
import { createRenderer } from '@herald/webhook/render';
import type { Move } from './move.ts';
import type { SigningKeys } from './signing-keys.ts';

export type Prepared = { kind: 'ready'; message: Message } | Extract<Move, { kind: 'hold' | 'dead' }>;

export interface Preparation {
  delivery: Delivery;
  configured: ConfiguredEndpoint;
  event: PublicationEvent;
  nowMs: number;
}

export interface PreparationOptions {
  keysOf: (configured: ConfiguredEndpoint) => SigningKeys;
  recordedOf: (endpoint: Endpoint) => RecordedParts;
  /** Herald's, for the user agent. */
  version: string;
}

/** The render and sign steps: the request of an attempt, or why none can be made. */
export function createPreparation(options: PreparationOptions): (given: Preparation) => Prepared {
  const { keysOf, recordedOf, version } = options;
  const render = createRenderer();

  return ({ delivery, configured, event, nowMs }) => {
    const { endpoint, revision } = configured;
    const keys = keysOf(configured);
    if (keys.kind === 'unreadable') {
      return { kind: 'hold', reason: 'secret_unreadable', detail: keys.detail, revision };
    }
    const rendered = render(event, endpoint.format);
    if (rendered.kind === 'not_representable') {
      return { kind: 'dead', reason: 'not_representable', detail: rendered.reason, revision };
    }
    const { signers } = keys;
    const recorded = recordedOf(endpoint);
    return {
      kind: 'ready',
      message: assembleMessage({ endpoint, delivery, rendered, recorded, signers, version, nowMs }),
    };
  };
}
