import type { Delivery } from '@herald/domain/delivery';
import type { Endpoint } from '@herald/domain/endpoint';
import { webhookId } from '@herald/domain/ids';
import type { Outcome } from '@herald/domain/outcome';
import { type Reading, readWebhook } from '@herald/domain/reading';
import { isReservedHeader } from './custom-headers.ts';
import type { RecordedParts } from './redaction.ts';
import type { Rendered } from './rendered.ts';
import type { SendRequest } from './sender.ts';
import { type Signer, signatureField } from './sign.ts';

export interface MessageParts {
  endpoint: Pick<Endpoint, 'id' | 'url' | 'timeoutMs' | 'headers'>;
  delivery: Pick<Delivery, 'eventId' | 'attempts' | 'cause' | 'traceparent'>;
  rendered: Extract<Rendered, { kind: 'rendered' }>;
  /** Of the endpoint, without its credentials. */
  recorded: RecordedParts;
  /** The endpoint's secrets; without one the message goes unsigned. */
  signers: readonly Signer[];
  /** Herald's, for the user agent. */
  version: string;
  nowMs: number;
}

export interface Message {
  request: SendRequest;
  /** The URL as the attempt record keeps it. */
  recordedUrl: string;
  /** Header fields as the attempt record keeps them. A signature is no secret; what the owner added may be one. */
  recordedHeaders: Readonly<Record<string, string>>;
  /** Texts that no record of the answer may have. */
  credentials: readonly string[];
  /** What the answer means. */
  read: (outcome: Outcome, nowMs: number) => Reading;
}

/** W3C Trace Context, version 00. */
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The request of a delivery's next attempt, signed for this moment, and what of it goes on record. */
export function assembleMessage(parts: MessageParts): Message {
  const { endpoint, rendered, recorded } = parts;
  const own = ownHeaders(parts);
  const { url, timeoutMs } = endpoint;
  const request = { url, headers: own, body: rendered.body, timeoutMs };
  const rest = { recordedUrl: recorded.url, credentials: recorded.credentials, read: readWebhook };
  const added = Object.entries(endpoint.headers).filter(([name]) => !isReservedHeader(name));
  if (added.length === 0) return { request, recordedHeaders: own, ...rest };
  return {
    request: { ...request, headers: { ...own, ...Object.fromEntries(added) } },
    recordedHeaders: { ...recorded.headers, ...own },
    ...rest,
  };
}

function ownHeaders({ endpoint, delivery, rendered, signers, version, nowMs }: MessageParts) {
  const id = webhookId(delivery.eventId, endpoint.id);
  const timestampSeconds = Math.floor(nowMs / 1_000);
  const signature = signatureField(signers, { id, timestampSeconds, body: rendered.body }, nowMs);
  const headers: Record<string, string> = {
    'content-type': rendered.contentType,
    'user-agent': `Herald/${version}`,
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'herald-cause': delivery.cause,
    'herald-attempt': String(delivery.attempts + 1),
  };
  if (signature !== undefined) headers['webhook-signature'] = signature;
  if (delivery.traceparent !== undefined && TRACEPARENT.test(delivery.traceparent)) {
    headers.traceparent = delivery.traceparent;
  }
  return headers;
}
