import { UsageFailure } from './failure.ts';

/** What `endpoints add` is told, in the command's words. */
export interface NewEndpointOptions {
  kind: 'webhook' | 'telegram' | 'slack';
  project: string;
  name: string;
  url?: string | undefined;
  chatId?: string | undefined;
  token?: string | undefined;
  format?: string | undefined;
  types?: readonly string[] | undefined;
  channels?: readonly string[] | undefined;
  filter?: unknown;
  retry?: readonly string[] | undefined;
  timeoutMs?: number | undefined;
  concurrency?: number | undefined;
  ratePerSecond?: number | undefined;
}

/** Stands for standard input. */
export const FROM_INPUT = '-';

/** The flag of a secret, where one was given: all of it is read from standard input. @throws UsageFailure */
export function secretFlag({ kind, url, token }: NewEndpointOptions): 'url' | 'token' | undefined {
  const mistakes: string[] = [];
  if (kind === 'webhook' && !url) mistakes.push('--url is missing: name the URL to POST to');
  if (kind === 'slack' && url !== FROM_INPUT) mistakes.push(seen('--url', 'the URL of the incoming webhook'));
  if (token !== undefined && token !== FROM_INPUT) mistakes.push(seen('--token', 'the token of the bot'));
  if (mistakes.length > 0) throw new UsageFailure(mistakes);
  if (kind === 'slack') return 'url';
  return token === undefined ? undefined : 'token';
}

function seen(flag: string, what: string): string {
  return `${flag}: write ${flag} - and give ${what} on standard input; others see a command line, and the shell keeps it`;
}

/** The body of `POST /v1/endpoints`. What was not said is left out, and what does not fit the kind the API refuses. */
export function endpointRequest(options: NewEndpointOptions, secret: string | undefined): object {
  const flag = secretFlag(options);
  return {
    project_id: options.project,
    kind: options.kind,
    url: flag === 'url' ? secret : options.url,
    chat_id: options.chatId,
    token: flag === 'token' ? secret : undefined,
    name: options.name,
    subscription: {
      event_types: options.types ?? [],
      channel_ids: options.channels ?? [],
      filter: options.filter,
    },
    format: options.format,
    retry_schedule: options.retry,
    timeout_ms: options.timeoutMs,
    max_concurrency: options.concurrency,
    rate_limit_per_second: options.ratePerSecond,
  };
}
