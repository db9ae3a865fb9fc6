import type { AddressPolicy } from './address-policy.ts';
import { MAX_KEPT_BODY_BYTES } from './bounded-body.ts';
import { NO_PHASES } from './connection-phases.ts';
import { ConnectionPool } from './connection-pool.ts';
import { Deadlines } from './deadlines.ts';
import { type Exchange, ExchangeInFlight } from './exchange.ts';
import { createGuardedConnect, type Guard } from './guard.ts';
import { createResolver, type Resolver } from './resolver.ts';
import { decideUrl, type UrlDecision } from './url.ts';

export interface SendRequest {
  url: string;
  /** Names in lower case. `host`, `connection` and `content-length` are the sender's own. */
  headers: Readonly<Record<string, string>>;
  body: Buffer;
  /** One hard deadline over name resolution, connecting, header fields and body. */
  timeoutMs: number;
}

export interface Sender {
  /**
   * Makes one POST: no redirect is followed, nothing is decompressed, nothing is tried again. Never rejects: what
   * happens on the wire, and a URL that may not be asked, is the outcome.
   */
  send(request: SendRequest): Promise<Exchange>;
  /** Ends what is under way as `aborted` and closes all connections. */
  close(): void;
}

export interface SenderOptions extends Pick<Guard, 'onRefused'> {
  policy: AddressPolicy;
  resolver?: Resolver;
  /** PEM of further certificate authorities, trusted along with Node's own. */
  ca?: readonly string[];
  /** Bytes kept of a response body. */
  maxResponseBodyBytes?: number;
  maxIdleConnections?: number;
}

/** As many endpoints as one dispatcher is built for; a decision is a few hundred bytes. */
const MAX_DECIDED_URLS = 10_000;
const MAX_TLS_SESSIONS = 1_000;
/** Of one response; as Node's own server takes of a request. */
const MAX_HEADER_BYTES = 16 * 1024;
/** Long enough for the next of a steady trickle of events, short enough that most servers have not closed before. */
const IDLE_MS = 15_000;

/**
 * The one way out to receivers. A connection that the server closes between two requests is noticed before the next
 * is written, and another is made. If it closes in the very moment that a request is on its way, the outcome is
 * `reset`, and the schedule tries again: Herald cannot know whether the receiver has acted, and a second POST that
 * the log does not show would break "an attempt is one POST".
 */
export function createSender(options: SenderOptions): Sender {
  const { policy, onRefused, maxResponseBodyBytes = MAX_KEPT_BODY_BYTES } = options;
  const resolver = options.resolver ?? createResolver({ localNames: policy.allowedNetworks.length > 0 });
  const connect = createGuardedConnect({
    policy,
    resolver,
    onRefused,
    ca: options.ca ?? [],
    maxTlsSessions: MAX_TLS_SESSIONS,
  });
  const pool = new ConnectionPool(connect, {
    maxHeaderBytes: MAX_HEADER_BYTES,
    maxIdleConnections: options.maxIdleConnections ?? 1_000,
    idleMs: IDLE_MS,
  });
  const deadlines = new Deadlines<ExchangeInFlight>();
  const decided = new Map<string, UrlDecision>();
  let closed = false;

  return {
    send({ url, headers, body, timeoutMs }) {
      if (closed) return Promise.resolve(notSent('aborted', 'the sender is closed'));
      const decision = decide(url);
      if (decision.kind === 'blocked') {
        if (decision.reason === 'address') onRefused?.(decision.refused);
        const error = decision.reason === 'malformed' ? 'invalid_url' : 'blocked_address';
        return Promise.resolve(notSent(error, decision.message));
      }
      const { origin, path } = decision.destination;
      return new Promise((resolve) => {
        const connection = pool.acquire(origin);
        const inFlight = new ExchangeInFlight(
          { pool, deadlines, connection, timeoutMs, maxResponseBodyBytes },
          resolve,
        );
        deadlines.add(inFlight);
        connection.dispatch({ method: 'POST', path, headers, body }, inFlight);
      });
    },
    close() {
      closed = true;
      for (const inFlight of deadlines.all()) inFlight.abort();
      pool.close();
    },
  };

  /** Remembered by URL: endpoints are few and deliveries many. The policy does not change while the sender lives. */
  function decide(url: string): UrlDecision {
    const known = decided.get(url);
    if (known) return known;
    if (decided.size >= MAX_DECIDED_URLS) decided.clear();
    const decision = decideUrl(url, policy);
    decided.set(url, decision);
    return decision;
  }
}

function notSent(error: 'aborted' | 'invalid_url' | 'blocked_address', message: string): Exchange {
  return {
    outcome: { kind: 'error', error, message },
    startedAtMs: Date.now(),
    durationMs: 0,
    firstByteMs: undefined,
    phases: NO_PHASES,
    remoteAddress: undefined,
  };
}
