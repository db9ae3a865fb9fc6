import { verificationKey } from './keys.ts';
import type { MessageOf } from './messages.ts';
import { isSigned } from './signature.ts';

export type {
  Channel,
  CloudEventMessage,
  EndpointNotice,
  MessageOf,
  Publication,
  PublicationMessage,
  UploadCompleted,
} from './messages.ts';

export type Format = keyof MessageOf;

export interface ReceiverOptions<F extends Format> {
  /** `whsec_…` of the endpoint, or `whpk_…` where it signs by Ed25519; two while one is rotated out. */
  secrets: string | readonly string[];
  /** The format that the endpoint has: it decides the type of the message. Default `publication`. */
  format?: F;
  /** How far the time of a message may be from now, seconds, so that an old one cannot be sent again. Default 300. */
  toleranceSeconds?: number;
  /** Epoch milliseconds. */
  now?: () => number;
}

/** A message that is surely from Herald: id, time and body are what it has signed. */
export interface Received<M> {
  ok: true;
  message: M;
  /** The `webhook-id`: the same on every attempt, redelivery and replay. Drop one whose work is done. */
  id: string;
  /** When this attempt was made. */
  sentAt: Date;
  /** From 1. Not signed: for logs, not for decisions. */
  attempt: number | undefined;
  /** `event`, `test`, or `replay:<id>`. Not signed. */
  cause: string | undefined;
}

/** A request that must not be believed. `status` is what to answer, `reason` for programs, `detail` for people. */
export interface Refused {
  ok: false;
  status: 400 | 401;
  reason: 'missing_header' | 'malformed_timestamp' | 'too_old' | 'too_new' | 'wrong_signature' | 'not_json';
  detail: string;
}

/** Header fields as Node, express, Fetch or a plain object have them; of a plain object the names are in lower case. */
export type HeaderFields =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Receiver<F extends Format = 'publication'> {
  /** `body` is the exact bytes (or text) of the request: parsed and written again they are others. */
  receive(headers: HeaderFields, body: Uint8Array | string): Received<MessageOf[F]> | Refused;
}

const DEFAULT_TOLERANCE_SECONDS = 300;

/**
 * Checks requests of Herald, or of any sender of Standard Webhooks.
 *
 * @throws TypeError when there is no secret, or one that is none, or a tolerance that tolerates everything
 */
export function createReceiver<F extends Format = 'publication'>(options: ReceiverOptions<F>): Receiver<F> {
  const { secrets, toleranceSeconds = DEFAULT_TOLERANCE_SECONDS, now = Date.now } = options;
  const keys = (typeof secrets === 'string' ? [secrets] : (secrets ?? [])).map(verificationKey);
  if (keys.length === 0) throw new TypeError('There is no secret to verify with: give at least one.');
  if (!(toleranceSeconds >= 0 && Number.isFinite(toleranceSeconds))) {
    throw new TypeError(`toleranceSeconds is ${toleranceSeconds}: give a number of seconds, 0 or more.`);
  }

  return {
    receive(headers, given) {
      if (typeof given !== 'string' && !(given instanceof Uint8Array)) {
        throw new TypeError(
          'The body is neither bytes nor text: hand over the request as it came, before a parser of bodies reads it.',
        );
      }
      const id = fieldOf(headers, 'webhook-id');
      const timestamp = fieldOf(headers, 'webhook-timestamp');
      const signature = fieldOf(headers, 'webhook-signature');
      const missing = Object.entries({
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': signature,
      }).flatMap(([name, value]) => (value ? [] : [name]));
      if (!id || !timestamp || !signature) {
        return refused('missing_header', `The request has no ${missing.join(', ')}: it is not of Herald.`);
      }
      if (!/^\d{1,12}$/.test(timestamp)) {
        return refused('malformed_timestamp', 'webhook-timestamp is no number of seconds.');
      }
      const ageSeconds = Math.floor(now() / 1_000) - Number(timestamp);
      if (ageSeconds > toleranceSeconds) {
        return refused(
          'too_old',
          `The message was sent ${ageSeconds} s ago; check the clock of this machine.`,
        );
      }
      if (ageSeconds < -toleranceSeconds) {
        return refused('too_new', `The message is ${-ageSeconds} s ahead; check the clock of this machine.`);
      }
      const body = typeof given === 'string' ? Buffer.from(given) : Buffer.from(given);
      if (!isSigned(signature, { id, timestamp, body }, keys)) {
        return refused(
          'wrong_signature',
          'No signature is of a secret given here. Check the secret, and that the body is as it was received.',
        );
      }
      const message = parseJson(body);
      if (message === undefined) return refused('not_json', 'The body is signed, but it is no JSON object.');
      return {
        ok: true,
        message: message as MessageOf[F],
        id,
        sentAt: new Date(Number(timestamp) * 1_000),
        attempt: attemptOf(fieldOf(headers, 'herald-attempt')),
        cause: fieldOf(headers, 'herald-cause'),
      };
    },
  };
}

function refused(reason: Refused['reason'], detail: string): Refused {
  return { ok: false, status: reason === 'wrong_signature' ? 401 : 400, reason, detail };
}

function fieldOf(headers: HeaderFields, name: string): string | undefined {
  const value =
    typeof headers.get === 'function'
      ? (headers.get as (name: string) => string | null)(name)
      : (headers as Readonly<Record<string, string | readonly string[] | undefined>>)[name];
  return typeof value === 'string' ? value : undefined;
}

function attemptOf(field: string | undefined): number | undefined {
  return field !== undefined && /^[1-9]\d{0,8}$/.test(field) ? Number(field) : undefined;
}

function parseJson(body: Buffer): object | undefined {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
