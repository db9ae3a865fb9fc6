/**
 * A made-up past, as SQL: of an event's number follow its account, project, endpoints, texts and what became of its
 * deliveries, always the same. One account has 60 % of the traffic; endpoints share an account's by Zipf's law.
 */

/** Of each account: its share of the events, its endpoints and its projects. 1,000 endpoints in all. */
const ACCOUNTS = [
  { share: 0.6, endpoints: 500, projects: 50 },
  { share: 0.2, endpoints: 200, projects: 20 },
  { share: 0.1, endpoints: 100, projects: 10 },
  { share: 0.05, endpoints: 50, projects: 5 },
  { share: 0.03, endpoints: 50, projects: 5 },
  ...Array.from({ length: 20 }, () => ({ share: 0.001, endpoints: 5, projects: 1 })),
] as const;

export const LARGEST_ACCOUNT = 'account-1';
export const SMALLEST_ACCOUNT = `account-${ACCOUNTS.length}`;

export const DAYS = 14;
export const PARTITIONS = 12;

/** Attempts that an event comes to, on average: 1.7 endpoints, and retries. Measured; a little low, to fill enough. */
export const ATTEMPTS_PER_EVENT = 1.9;

/** Texts that a search can look for: how often they are in a payload. */
export const COMMON_WORD = 'publication';
export const RARE_WORD = 'xylophone';
export const RARE_WORD_ONE_IN = 100_000;

/** Seconds after the first attempt that each further one is due: the default schedule. */
const SCHEDULE_S = [0, 5, 35, 155, 755, 2_555, 6_155, 16_955, 38_555, 81_755, 168_155, 254_555];
const TIERS = ['5s', '30s', '2m', '10m', '30m', '1h', '3h', '6h', '12h', '24h', '24h', ''];
export const LAST_STEP = SCHEDULE_S.length - 1;

/** A number from 0 to 1 that depends on the event and on what it is drawn for. */
export function chance(what: string, of = 'n'): string {
  return `(cityHash64(${of}, '${what}') / 18446744073709551616.)`;
}

/** One of `count`, from 0; the first most often, the k-th about 1/k as often. */
export function zipf(count: string | number, drawn: string): string {
  return `toUInt32(least(exp(${drawn} * log(${count} + 1)) - 1, ${count} - 1))`;
}

export function oneOf(values: readonly string[], drawn: string): string {
  return `[${values.map((value) => `'${value}'`).join(', ')}][1 + toUInt32(${drawn} * ${values.length})]`;
}

/**
 * The events from number `from`, `count` of them, of `total` over the days before `untilMs`: `n` and all that an
 * event, its route record and its attempts have in common.
 */
export function eventsFrom(from: number, count: number, { total, untilMs }: Past): string {
  const stepMs = (DAYS * 86_400_000) / total;
  const startMs = untilMs - DAYS * 86_400_000;
  return `
    SELECT
      number AS n,
      toInt64(${startMs} + number * ${stepMs}) AS at_ms,
      fromUnixTimestamp64Milli(at_ms, 'UTC') AS occurred_at,
      toInt32(n % ${PARTITIONS}) AS partition,
      toInt64(intDiv(n, ${PARTITIONS})) AS offset,
      1 + toUInt32(arrayFirstIndex(upTo -> upTo > ${chance('account')}, ${list(sharesUpTo())}) - 1) AS account,
      concat('account-', toString(account)) AS account_id,
      ${list(ACCOUNTS.map(({ endpoints }) => endpoints))}[account] AS account_endpoints,
      ${list(ACCOUNTS.map(({ projects }) => projects))}[account] AS account_projects,
      ${zipf('account_endpoints', chance('endpoint'))} AS first_endpoint,
      first_endpoint % account_projects AS project,
      concat('project-', toString(account), '-', toString(project)) AS project_id,
      toUInt32(${chance('channel')} * 3) AS channel,
      concat('channel-', toString(account), '-', toString(project), '-', toString(channel)) AS channel_id,
      ['instagram', 'tiktok', 'youtube'][1 + channel] AS channel_type,
      lower(hex(sipHash128(intDiv(n, 2), 'publication'))) AS publication_id,
      toString(reinterpretAsUUID(sipHash128(n, 'event'))) AS event_id,
      multiIf(${chance('type')} < 0.88, 'published', ${chance('type')} < 0.98, 'failed', 'deleted') AS type,
      concat('publication.', type) AS event_type,
      multiIf(${chance('fan-out')} < 0.5, 1, ${chance('fan-out')} < 0.8, 2, 3) AS fan_out,
      arrayDistinct(arrayMap(i -> (first_endpoint + i * account_projects) % account_endpoints, range(fan_out))) AS endpoints,
      arrayMap(e -> concat('endpoint-', toString(account), '-', toString(e)), endpoints) AS endpoint_ids,
      arrayMap(e -> reinterpretAsUUID(sipHash128(n, e)), endpoints) AS delivery_ids
    FROM numbers(${from}, ${count})`;
}

export interface Past {
  /** Events in all. */
  total: number;
  /** When it ends, epoch milliseconds. */
  untilMs: number;
}

/**
 * How an endpoint does, of `account` and `endpoint`: most fail now and then, some often; 1 % have answered nothing
 * for the last week, 0.5 % are paused since two days.
 */
export const ENDPOINT_DRAWN = chance('health', 'account, endpoint');
export const HELD_DAYS = 2;
export const DOWN_DAYS = 7;

export function failureChance(untilMs: number): string {
  const downSinceMs = untilMs - DOWN_DAYS * 86_400_000;
  return `multiIf(${ENDPOINT_DRAWN} < 0.85, 0.01, ${ENDPOINT_DRAWN} < 0.95, 0.2, ${ENDPOINT_DRAWN} < 0.985, 0.6,
    ${ENDPOINT_DRAWN} < 0.995 AND at_ms > ${downSinceMs}, 0.9999, 0.01)`;
}

export function isHeld(untilMs: number): string {
  return `(${ENDPOINT_DRAWN} >= 0.995 AND at_ms > ${untilMs - HELD_DAYS * 86_400_000})`;
}

export const SCHEDULE_MS = list(SCHEDULE_S.map((seconds) => seconds * 1_000));
export const TIER_NAMES = list(TIERS.map((tier) => `'${tier}'`));

function list(values: ReadonlyArray<string | number>): string {
  return `[${values.join(', ')}]`;
}

function sharesUpTo(): number[] {
  const shares: number[] = [];
  for (const { share } of ACCOUNTS) shares.push((shares.at(-1) ?? 0) + share);
  // The last takes what rounding left.
  return [...shares.slice(0, -1), 1];
}
