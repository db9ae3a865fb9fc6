import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { Delivery } from '@herald/domain/delivery';
import type { Endpoint } from '@herald/domain/endpoint';
import { match } from '@herald/domain/subscription';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import { assembleChatMessage } from '@herald/webhook/chat/chat-message';
import { renderChat } from '@herald/webhook/chat/render-chat';
import { assembleMessage, type Message } from '@herald/webhook/message';
import type { RecordedParts } from '@herald/webhook/redaction';
import { createRenderer } from '@herald/webhook/render';
import { routableOf } from '../route-lane/plan.ts';
import type { ChatAddressing } from './chat-addresses.ts';
import type { Move } from './move.ts';
import type { SigningKeys } from './signing-keys.ts';

export type Prepared =
  | { kind: 'ready'; message: Message }
  | Extract<Move, { kind: 'hold' | 'dead' | 'cancel' }>;

export interface Preparation {
  delivery: Delivery;
  configured: ConfiguredEndpoint;
  event: PublicationEvent;
  nowMs: number;
}

export interface PreparationOptions {
  keysOf: (configured: ConfiguredEndpoint) => SigningKeys;
  /** Of chats: where to post. */
  addressOf: (configured: ConfiguredEndpoint) => ChatAddressing;
  recordedOf: (endpoint: Endpoint) => RecordedParts;
  /** Herald's, for the user agent. */
  version: string;
}

/** The render and sign steps: the request of an attempt, or why none can be made. */
export function createPreparation(options: PreparationOptions): (given: Preparation) => Prepared {
  const { keysOf, addressOf, recordedOf, version } = options;
  const render = createRenderer();
  return (given) => {
    if (isUnwanted(given))
      return { kind: 'cancel', reason: 'not_wanted', revision: given.configured.revision };
    return given.configured.endpoint.kind === 'webhook' ? toWebhook(given) : toChat(given);
  };

  function toWebhook({ delivery, configured, event, nowMs }: Preparation): Prepared {
    const { endpoint, revision } = configured;
    const keys = keysOf(configured);
    if (keys.kind === 'unreadable') return unreadable(keys.detail, revision);
    const rendered = render(event, endpoint.format);
    if (rendered.kind === 'not_representable') return unsayable(rendered.reason, revision);
    const { signers } = keys;
    const recorded = recordedOf(endpoint);
    return {
      kind: 'ready',
      message: assembleMessage({ endpoint, delivery, rendered, recorded, signers, version, nowMs }),
    };
  }

  function toChat({ delivery, configured, event }: Preparation): Prepared {
    const { endpoint, revision } = configured;
    const addressing = addressOf(configured);
    if (addressing.kind === 'unreadable') return unreadable(addressing.detail, revision);
    const rendered = renderChat(event, endpoint, delivery.cause);
    if (rendered.kind === 'not_representable') return unsayable(rendered.reason, revision);
    const { address } = addressing;
    return { kind: 'ready', message: assembleChatMessage({ endpoint, address, rendered, version }) };
  }
}

/** That its endpoint wants the event could not be seen when it was routed. */
function isUnwanted({ delivery, configured, event }: Preparation): boolean {
  if (!delivery.isUndecided) return false;
  const routable = routableOf(event);
  return routable === undefined || !match(configured.endpoint, routable).matched;
}

/** Never given up for it: the keys may come back. */
function unreadable(detail: string, revision: number): Prepared {
  return { kind: 'hold', reason: 'secret_unreadable', detail, revision };
}

function unsayable(detail: string, revision: number): Prepared {
  return { kind: 'dead', reason: 'not_representable', detail, revision };
}
