/** What a crash may cause to be sent again, counted at the receivers. */
export interface Exposure {
  /** Requests that were open when the process died. */
  inFlight: number;
  /** Requests that had ended so shortly before that their completion may not have been committed. */
  justEnded: number;
  /** How shortly. */
  windowMs: number;
  /** How long before the death the oldest request had ended that was made again; undefined where none was. */
  oldestRepeatMs: number | undefined;
}

export interface Request {
  webhookId: string;
  arrivedAtMs: number;
  /** Undefined while the request is open. */
  endedAtMs: number | undefined;
  status: number | undefined;
}

/** The guarantee's time from a completion to its commit. */
const COMMIT_INTERVAL_MS = 100;

/**
 * @param acknowledgementMs how long Kafka took to acknowledge a record at that time: complete is what is on record, and
 *   committed what is acknowledged after that, so it counts twice
 */
export function exposureAt(
  diedAtMs: number,
  requests: readonly Request[],
  acknowledgementMs: number,
): Exposure {
  const windowMs = COMMIT_INTERVAL_MS + 2 * acknowledgementMs;
  const before = requests.filter(({ arrivedAtMs }) => arrivedAtMs <= diedAtMs);
  const endedFor = ({ endedAtMs = Number.POSITIVE_INFINITY }: Request) => diedAtMs - endedAtMs;
  const ended = before.filter((request) => endedFor(request) >= 0);
  return {
    inFlight: before.length - ended.length,
    justEnded: ended.filter((request) => endedFor(request) < windowMs).length,
    windowMs,
    oldestRepeatMs: oldestRepeat(),
  };

  function oldestRepeat(): number | undefined {
    const after = requests.filter(({ arrivedAtMs }) => arrivedAtMs > diedAtMs);
    const again = new Set(after.map(({ webhookId }) => webhookId));
    const repeated = ended.filter(({ webhookId, status }) => status === 200 && again.has(webhookId));
    return repeated.length === 0 ? undefined : Math.max(...repeated.map(endedFor));
  }
}
