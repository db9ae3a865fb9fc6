import { refusalOf } from './api-client.ts';
import { ApiAway, CommandFailure } from './failure.ts';

export interface StreamEvent {
  event: string;
  data: string;
}

export interface FollowOptions {
  url: URL;
  key: string;
  /** The id to begin behind; without it, with what comes now. */
  after: string | undefined;
  onEvent: (event: StreamEvent) => void;
  /** The connection is lost, or the server is busy: it is tried again after `waitMs`. */
  onLost: (why: string, waitMs: number) => void;
  /** A connection on which nothing came for so long is lost; the server says something far more often. */
  silenceMs: number;
  waitMs: number;
  /** Ends the following. */
  signal: AbortSignal;
}

const MAX_EVENT_CHARS = 1024 * 1024;

/**
 * Follows server-sent events, and comes back with the last id whenever the connection is lost. Resolves with the last
 * id when `signal` is aborted; rejects with a CommandFailure when the server refuses.
 */
export async function followEvents(options: FollowOptions): Promise<string | undefined> {
  const { signal, waitMs, onLost } = options;
  let lastId = options.after;
  while (!signal.aborted) {
    const why = await followOnce(options, lastId, (id) => {
      lastId = id;
    });
    if (signal.aborted) break;
    onLost(why, waitMs);
    await pause(waitMs, signal);
  }
  return lastId;
}

/** Resolves with the reason when the connection has ended. */
async function followOnce(
  { url, key, onEvent, silenceMs, signal }: FollowOptions,
  lastId: string | undefined,
  onId: (id: string) => void,
): Promise<string> {
  const silent = new AbortController();
  const timer = setTimeout(() => silent.abort(), silenceMs);
  try {
    const response = await fetch(url, {
      headers: {
        accept: 'text/event-stream',
        authorization: `Bearer ${key}`,
        ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
      },
      signal: AbortSignal.any([signal, silent.signal]),
    });
    if (response.status !== 200 || !response.body) {
      const refusal = refusalOf(response.status, await response.text());
      if (refusal instanceof ApiAway) return refusal.message;
      throw refusal;
    }
    const parser = createParser(onEvent, onId);
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      timer.refresh();
      parser(chunk);
    }
    return 'the server has ended the stream';
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    if (silent.signal.aborted) return `nothing came for ${silenceMs / 1_000} s`;
    const { cause, message } = error as Error;
    return cause instanceof Error ? cause.message : message;
  } finally {
    clearTimeout(timer);
  }
}

/** Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
function createParser(
  onEvent: (event: StreamEvent) => void,
  onId: (id: string) => void,
): (text: string) => void {
  let rest = '';
  let fields: Record<string, string> = {};

  function readLine(line: string): void {
    if (line !== '') {
      const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
      fields[name] = name === 'data' && fields.data !== undefined ? `${fields.data}\n${value}` : value;
      return;
    }
    const { id, event = 'message', data } = fields;
    fields = {};
    // The event first: one that could not be shown is asked for again.
    if (data !== undefined) onEvent({ event, data });
    if (id !== undefined) onId(id);
  }

  return (text) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop()!;
    if (rest.length > MAX_EVENT_CHARS) throw new Error(`a line is longer than ${MAX_EVENT_CHARS} characters`);
    for (const line of lines) readLine(line);
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    }
  });
}
