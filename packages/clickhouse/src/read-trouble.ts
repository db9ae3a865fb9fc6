import { ClickHouseError } from '@clickhouse/client';
import { TooManyReads } from './read-turns.ts';

/**
 * Why a read gave nothing. `away`: nobody is answered now, and the same read may be answered later. `slow`: it took
 * longer than it may. `refused`: ClickHouse will not do this one, and says so again however often it is asked.
 * `too_many`: it was not asked, since the account asks for too much at once.
 */
export type ReadTrouble = 'away' | 'slow' | 'refused' | 'too_many';

/** Of what the server refuses whatever it is asked: it has too much to do, is going down, or is not set up. */
const AWAY_CODES: ReadonlySet<string> = new Set([
  '81', // UNKNOWN_DATABASE
  '202', // TOO_MANY_SIMULTANEOUS_QUERIES
  '203', // NO_FREE_CONNECTION
  '209', // SOCKET_TIMEOUT
  '210', // NETWORK_ERROR
  '236', // ABORTED
  '394', // QUERY_WAS_CANCELLED: by its operator, or since it goes down
  '439', // CANNOT_SCHEDULE_TASK: it has no thread left
  '516', // AUTHENTICATION_FAILED
]);
const MEMORY_LIMIT_EXCEEDED = '241';
const SLOW_CODES: ReadonlySet<string> = new Set(['159', '160']); // TIMEOUT_EXCEEDED, TOO_SLOW

/** Of the error of a read. Undefined for one that is not ClickHouse's: a bug. */
export function readTroubleOf(error: unknown): ReadTrouble | undefined {
  if (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError) {
    return undefined;
  }
  if (error instanceof TooManyReads) return 'too_many';
  const code = codeOf(error);
  // What has no code comes from the way to ClickHouse, or from what stands before it.
  if (code === undefined || AWAY_CODES.has(code)) return 'away';
  if (SLOW_CODES.has(code)) return 'slow';
  if (code === MEMORY_LIMIT_EXCEEDED) return isOfQuery(error as Error) ? 'refused' : 'away';
  return 'refused';
}

/** Errors of its HTTP interface have a number in their text and nowhere else. */
function codeOf(error: unknown): string | undefined {
  if (error instanceof ClickHouseError) return error.code;
  return error instanceof Error ? /^Poco::Exception\. Code: (\d+)/.exec(error.message)?.[1] : undefined;
}

/** Its own limit of memory, and not that of the server or of its user, which others have a part in. */
function isOfQuery({ message }: Error): boolean {
  return /^query memory limit|\(for query\)/i.test(message);
}
