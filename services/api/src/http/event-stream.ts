import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** One event; without `data` it only moves the id that a client comes back with, and nobody hears of it. */
export interface StreamEvent {
  event?: string;
  id?: string;
  data?: unknown;
}

/** What a stream is answered with before its first event. */
export const STREAM_HEAD = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // nginx would hold events back to fill its buffer.
  'x-accel-buffering': 'no',
};

/**
 * Server-sent events on a response, bounded: what a slow client has not taken yet is never more than
 * `maxBufferedBytes` and one event.
 *
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #maxBufferedBytes: number;
  readonly #now: () => number;
  #takenBytes = 0;
  #takenAtMs: number;

  /** Sends the head. `reconnectMs` is how long a client waits before it comes back. */
  constructor(
    response: ServerResponse,
    options: { maxBufferedBytes: number; reconnectMs: number; now: () => number },
  ) {
    this.#response = response;
    this.#maxBufferedBytes = options.maxBufferedBytes;
    this.#now = options.now;
    this.#takenAtMs = options.now();
    response.writeHead(200, STREAM_HEAD);
    this.#write(`retry: ${options.reconnectMs}\n\n`);
  }

  get isClosed(): boolean {
    return this.#response.destroyed || this.#response.writableEnded;
  }

  get hasRoom(): boolean {
    return this.#response.writableLength < this.#maxBufferedBytes;
  }

  /**
   * How long the client has taken nothing of what waits for it, as far as can be told from the last time that this was
   * asked. One that reads slowly is not stalled, though it never takes all.
   */
  stalledMs(): number {
    const { socket, writableNeedDrain } = this.#response;
    const takenBytes = socket ? socket.bytesWritten - socket.writableLength : 0;
    if (!writableNeedDrain || takenBytes > this.#takenBytes) {
      this.#takenBytes = takenBytes;
      this.#takenAtMs = this.#now();
    }
    return this.#now() - this.#takenAtMs;
  }

  /** False when there is no room: nothing is sent. */
  send({ event, id, data }: StreamEvent): boolean {
    if (this.isClosed || !this.hasRoom) return false;
    const lines = [];
    if (id !== undefined) lines.push(`id: ${id}`);
    if (event !== undefined) lines.push(`event: ${event}`);
    if (data !== undefined) lines.push(`data: ${JSON.stringify(data)}`);
    this.#write(`${lines.join('\n')}\n\n`);
    return true;
  }

  /** A line that no client looks at: it keeps the connection from looking idle. */
  comment(text: string): void {
    if (!this.isClosed && this.hasRoom) this.#write(`: ${text}\n\n`);
  }

  /** Resolves when the client has taken what waits for it, or is gone. */
  async drained(): Promise<void> {
    if (this.isClosed || !this.#response.writableNeedDrain) return;
    const waiting = new AbortController();
    const { signal } = waiting;
    await Promise.race([
      once(this.#response, 'drain', { signal }),
      once(this.#response, 'close', { signal }),
    ]);
    waiting.abort();
  }

  onDrain(listener: () => void): void {
    this.#response.on('drain', listener);
  }

  onClose(listener: () => void): void {
    this.#response.once('close', listener);
    if (this.#response.destroyed) listener();
  }

  end(): void {
    this.#response.end();
  }

  /** Without waiting for what the client has not taken. */
  drop(): void {
    this.#response.destroy();
  }

  #write(text: string): void {
    this.#response.write(text);
  }
}
