import type { Outcome } from '@herald/domain/outcome';
import type { Dispatcher } from 'undici';
import { BoundedBody } from './bounded-body.ts';
import type { ConnectionPhases } from './connection-phases.ts';
import type { Connection, ConnectionPool } from './connection-pool.ts';
import type { Deadlines, Expiring } from './deadlines.ts';
import { isAnsweredCredential, REDACTED } from './redaction.ts';
import { nameWireError } from './wire-error.ts';

/** One request and what came of it. */
export interface Exchange {
  outcome: Outcome;
  startedAtMs: number;
  /** From start to the end of the answer, as far as it was read. */
  durationMs: number;
  /** From start to the answer's header fields; undefined where none came. */
  firstByteMs: number | undefined;
  /** Of the connection, where one was opened for the request. */
  phases: ConnectionPhases;
  /** Address that was connected to; undefined where no connection was made. */
  remoteAddress: string | undefined;
}

/**
 * Beyond what is kept, a body is read on to here, so that the connection can be used again (an error page is seldom
 * longer); a longer body is cut by closing the connection.
 */
const MAX_DRAINED_BYTES = 64 * 1024;

export interface ExchangeOptions {
  pool: ConnectionPool;
  deadlines: Deadlines<ExchangeInFlight>;
  connection: Connection;
  timeoutMs: number;
  maxResponseBodyBytes: number;
}

/** A request under way: undici's handler. Settles once, by whatever comes first, and then gives up its connection. */
export class ExchangeInFlight implements Dispatcher.DispatchHandler, Expiring {
  readonly deadlineMs: number;
  deadlineSlot = -1;
  readonly #options: ExchangeOptions;
  readonly #resolve: (exchange: Exchange) => void;
  readonly #startedAtMs = Date.now();
  readonly #startMs = performance.now();
  readonly #body: BoundedBody;
  #status: number | undefined;
  #headers: Record<string, string> = {};
  #firstByteMs: number | undefined;
  #settled = false;

  constructor(options: ExchangeOptions, resolve: (exchange: Exchange) => void) {
    this.#options = options;
    this.#resolve = resolve;
    this.#body = new BoundedBody(options.maxResponseBodyBytes);
    this.deadlineMs = this.#startMs + options.timeoutMs;
  }

  onRequestStart(): void {}

  onResponseStart(_: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    // Interim answers (1xx) come before the one that counts.
    if (status < 200) return;
    this.#status = status;
    this.#headers = recordable(headers);
    this.#firstByteMs = performance.now() - this.#startMs;
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.#body.add(chunk);
    if (this.#body.receivedBytes > this.#options.maxResponseBodyBytes + MAX_DRAINED_BYTES) {
      this.#giveUp(this.#response());
    }
  }

  onResponseEnd(): void {
    if (this.#settled) return;
    const { pool, connection } = this.#options;
    this.#settle(this.#response());
    pool.release(connection);
  }

  onResponseError(_: unknown, error: Error): void {
    this.#giveUp({ kind: 'error', ...nameWireError(error) });
  }

  /** The deadline has passed. A body that is known to be longer than what is kept has told all it can. */
  expire(): void {
    const message = `${this.#progress()} in ${this.#options.timeoutMs} ms`;
    this.#giveUp(this.#body.truncated ? this.#response() : { kind: 'error', error: 'timeout', message });
  }

  /** The sender closes. */
  abort(): void {
    this.#giveUp({
      kind: 'error',
      error: 'aborted',
      message: `Herald closed the connection: ${this.#progress()}`,
    });
  }

  #response(): Outcome {
    const body = this.#body.bytes();
    return {
      kind: 'response',
      status: this.#status as number,
      headers: this.#headers,
      body,
      bodyTruncated: this.#body.truncated,
    };
  }

  #progress(): string {
    if (this.#status !== undefined) {
      return `status ${this.#status} and ${this.#body.receivedBytes} bytes of the body came, but not its end`;
    }
    return this.#options.connection.remoteAddress
      ? 'connected, but no answer came'
      : 'no connection was made';
  }

  /** After anything but a clean end, bytes of this exchange may still come: the connection is good for nothing else. */
  #giveUp(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settle(outcome);
    this.#options.connection.destroy();
  }

  #settle(outcome: Outcome): void {
    this.#settled = true;
    this.#options.deadlines.delete(this);
    this.#resolve({
      outcome,
      startedAtMs: this.#startedAtMs,
      durationMs: performance.now() - this.#startMs,
      firstByteMs: this.#firstByteMs,
      phases: this.#options.connection.phases,
      remoteAddress: this.#options.connection.remoteAddress,
    });
  }
}

/**
 * undici gives a list where a field is repeated; the object is this request's own, so it is changed in place. A cookie
 * that the receiver sets is nobody's business but its own.
 */
function recordable(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (isAnsweredCredential(name)) headers[name] = REDACTED;
    else if (Array.isArray(value)) headers[name] = value.join(', ');
  }
  return headers as Record<string, string>;
}
