import { type Dispatcher, Pool } from 'undici';
import { eventInputOf } from '../load-event.ts';
import type { LoadSender } from '../load-sender.ts';
import type { Watched } from '../usage.ts';

export interface HttpSenderOptions {
  /** Takes one event as JSON in each POST. */
  publishUrl: string;
  /** Of the `authorization` field, where one is needed. */
  authorization: string | undefined;
  /** The sender's processes, where they are known. */
  watched: readonly Watched[];
}

/** Requests under way at once; more wait for a connection. */
const MAX_CONNECTIONS = 50;

/** A sender that runs elsewhere on this machine and takes events by HTTP. Its endpoints are made beforehand. */
export function connectHttpSender({ publishUrl, authorization, watched }: HttpSenderOptions): LoadSender {
  const { origin, pathname, search } = new URL(publishUrl);
  const pool = new Pool(origin, { connections: MAX_CONNECTIONS });
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (authorization !== undefined) headers.authorization = authorization;

  async function publishOne(body: string): Promise<void> {
    const request: Dispatcher.RequestOptions = { method: 'POST', path: pathname + search, headers, body };
    const { statusCode, body: answer } = await pool.request(request);
    const text = await answer.text();
    if (statusCode >= 300) throw new Error(`${publishUrl} answered ${statusCode}: ${text.slice(0, 500)}`);
  }

  return {
    name: origin,
    processes: () => [...watched],
    async subscribe() {},
    async publish(events) {
      const occurredAt = new Date();
      await Promise.all(events.map((event) => publishOne(JSON.stringify(eventInputOf(event, occurredAt)))));
    },
    insight: undefined,
    close: () => pool.close(),
  };
}
