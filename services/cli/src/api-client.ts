import { ApiAway, CommandFailure, RefusedRequest } from './failure.ts';

export interface ApiClient {
  get<T>(path: string, query?: Readonly<Record<string, string | undefined>>): Promise<T>;
  post<T>(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<T>;
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

/** The API that the settings of a command name. */
export function apiOf(settings: { HERALD_API_URL: string; HERALD_API_KEY: string }): ApiClient {
  return connectApi({ url: settings.HERALD_API_URL, key: settings.HERALD_API_KEY });
}

/** Herald's API as a person with a key sees it: what it refuses is thrown as `refusalOf` has it. */
export function connectApi({ url, key, fetcher = fetch, timeoutMs = 30_000 }: ApiClientOptions): ApiClient {
  async function call<T>(method: string, path: string, body?: unknown, headers = {}): Promise<T> {
    const answer = await ask(method, path, body, headers).catch((error: Error) => {
      throw new ApiAway(`The API at ${url} cannot be reached: ${whyOf(error)}. Does it run there?`);
    });
    if (answer.status < 200 || answer.status > 299) throw refusalOf(answer.status, answer.text);
    if (answer.text === '') return undefined as T;
    try {
      return JSON.parse(answer.text) as T;
    } catch {
      throw new CommandFailure(`What answers at ${url} is not Herald's API: ${answer.text.slice(0, 200)}`);
    }
  }

  async function ask(method: string, path: string, body: unknown, headers: object) {
    const response = await fetcher(new URL(path, url), {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, text: await response.text() };
  }

  function whyOf({ name, message, cause }: Error): string {
    if (name === 'TimeoutError') return `it gave no answer in ${timeoutMs / 1_000} s`;
    return cause instanceof Error ? cause.message : message;
  }

  return {
    get(path, query = {}) {
      const given = Object.entries(query).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      );
      return call('GET', given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`);
    },
    post: (path, body, headers) => call('POST', path, body, headers),
    delete: (path) => call('DELETE', path),
  };
}

/** Worth another try: the server is busy, starting or stopping. */
const PASSING = new Set([429, 502, 503, 504]);

/** What an answer that is no success means for the command. */
export function refusalOf(status: number, text: string): CommandFailure {
  const { title, detail, errors } = problemOf(text);
  const words =
    title === undefined
      ? `The API answered ${status}: ${text.slice(0, 500)}`
      : `${title} (${status}). ${detail ?? ''}`.trim();
  if (PASSING.has(status)) return new ApiAway(words);
  if (status === 400 && errors && errors.length > 0) return new RefusedRequest(words, errors);
  return new CommandFailure(words);
}

type ProblemFields = { title?: string; detail?: string; errors?: RefusedRequest['mistakes'] };

/** Nothing where something else than Herald answers. */
function problemOf(text: string): ProblemFields {
  try {
    return (JSON.parse(text) as ProblemFields | null) ?? {};
  } catch {
    return {};
  }
}
