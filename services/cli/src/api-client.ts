import { CommandFailure } from './failure.ts';

export interface ApiClient {
  get<T>(path: string, query?: Readonly<Record<string, string | undefined>>): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  /** With undefined where nothing is left to say. */
  delete<T>(path: string): Promise<T>;
}

export interface ApiClientOptions {
  /** Without a path. */
  url: string;
  key: string;
  fetcher?: typeof fetch;
  timeoutMs?: number;
}

/** Herald's API as a person with a key sees it: a problem it answers is a CommandFailure with the problem's text. */
export function connectApi({ url, key, fetcher = fetch, timeoutMs = 30_000 }: ApiClientOptions): ApiClient {
  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetcher(new URL(path, url), {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((error: Error) => {
      const why = error.cause instanceof Error ? error.cause.message : error.message;
      throw new CommandFailure(`The API at ${url} cannot be reached: ${why}. Does it run there?`);
    });
    const text = await response.text();
    if (!response.ok) throw new CommandFailure(problemText(response.status, text));
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
  return {
    get(path, query = {}) {
      const given = Object.entries(query).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      );
      return call('GET', given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`);
    },
    post: (path, body) => call('POST', path, body),
    delete: (path) => call('DELETE', path),
  };
}

/** The title and detail of a problem+json answer; what is not one, as it is. */
export function problemText(status: number, text: string): string {
  try {
    const { title, detail } = JSON.parse(text) as { title?: string; detail?: string };
    if (title !== undefined) return `${title} (${status}). ${detail ?? ''}`.trim();
  } catch {
    // Something else than Herald answers at this address.
  }
  return `The API answered ${status}: ${text.slice(0, 500)}`;
}
