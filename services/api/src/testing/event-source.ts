/** One event of a stream as a client sees it. */
export interface ReceivedEvent {
  event: string;
  /** The id to come back with, as of this event. */
  id: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into data of many shapes.
  data: any;
}

/** A client of server-sent events that does what a browser's does, but for coming back by itself. */
export interface EventSource {
  received: ReceivedEvent[];
  /** The last id, of events without data too. */
  readonly lastId: string;
  ended: Promise<void>;
  close(): Promise<void>;
}

/** Resolves when the stream has begun. Rejects with the status of any other answer. */
export async function openEventSource(
  url: string,
  options: {
    credentials: Record<string, string>;
    lastId?: string;
    onEvent?: (event: ReceivedEvent) => Promise<void> | void;
  },
): Promise<EventSource> {
  const leaving = new AbortController();
  const response = await fetch(url, {
    headers: {
      ...options.credentials,
      ...(options.lastId === undefined ? {} : { 'last-event-id': options.lastId }),
    },
    signal: leaving.signal,
  });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  const received: ReceivedEvent[] = [];
  let lastId = options.lastId ?? '';

  async function take(): Promise<void> {
    let rest = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop()!;
      for (const block of blocks) await dispatch(block);
    }
  }

  async function dispatch(block: string): Promise<void> {
    const fields = Object.fromEntries(
      block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    );
    lastId = fields.id ?? lastId;
    if (fields.data === undefined) return;
    const event = { event: fields.event ?? 'message', id: lastId, data: JSON.parse(fields.data) };
    received.push(event);
    await options.onEvent?.(event);
  }

  const ended = take().catch((error) => {
    if (!leaving.signal.aborted) throw error;
  });
  ended.catch(() => {});
  return {
    received,
    get lastId() {
      return lastId;
    },
    ended,
    async close() {
      leaving.abort();
      await ended;
    },
  };
}
