/** The last line of `npm run demo:replay`: what the endpoint missed, and what it has in the end. */
export interface ReplaySummary {
  events: number;
  /** Deliveries that died while the endpoint was down. */
  dead: number;
  /** What the dry run counted. */
  planned: number;
  /** What the replay counted at its end. */
  sent: number;
  state: string;
  replayer_killed: boolean;
  seconds: number;
  /** Messages that the receiver accepted, each once, by `webhook-id`. */
  delivered: number;
  missing: number;
  /** Accepted again. */
  duplicates: number;
}

export interface ReplayCounted {
  events: number;
  dead: number;
  planned: number;
  sent: number;
  state: string;
  wasKilled: boolean;
  seconds: number;
  /** `webhook-id` of each message. */
  owed: ReadonlySet<string>;
  /** `webhook-id` of each request that was accepted. */
  accepted: readonly string[];
}

export function summaryOfReplay({
  owed,
  accepted,
  wasKilled,
  seconds,
  ...counted
}: ReplayCounted): ReplaySummary {
  const distinct = new Set(accepted);
  return {
    ...counted,
    replayer_killed: wasKilled,
    seconds: Math.round(seconds * 10) / 10,
    delivered: distinct.size,
    missing: owed.difference(distinct).size,
    duplicates: accepted.length - distinct.size,
  };
}

/** What makes the run a failure, each as a sentence; empty for a good one. */
export function complaintsAbout(summary: ReplaySummary): string[] {
  const { events, dead, planned, sent, state, replayer_killed, missing } = summary;
  const found: string[] = [];
  if (missing > 0) found.push(`${missing} messages have not arrived.`);
  if (dead !== events) found.push(`${dead} deliveries of ${events} events have died.`);
  if (planned !== dead) found.push(`The plan counted ${planned}, not the ${dead} that died.`);
  if (state !== 'completed') found.push(`The replay is ${state}.`);
  if (sent !== planned) found.push(`The replay counted ${sent}, its plan ${planned}.`);
  if (!replayer_killed)
    found.push('The replay was over before its replayer could be killed: ask for more events.');
  return found;
}
