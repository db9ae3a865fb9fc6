import type { ServerResponse } from 'node:http';
import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import { TOPIC_SPECS, TOPICS } from '@herald/contracts/topics';
import type { Caller } from '../access/caller.ts';
import { EventStream } from '../http/event-stream.ts';
import type { AttemptSource } from './attempt-source.ts';
import type { TailFilter } from './disposition.ts';
import { parsePosition } from './position.ts';
import { type TailBounds, TailStream } from './tail-stream.ts';

export interface TailRequest {
  filter: TailFilter;
  /** The id of the last event that the client has; undefined begins with what comes now. */
  after: string | undefined;
  caller: Pick<Caller, 'actor' | 'isAdmitted'>;
}

/** Whose streams are as many as they may be. */
export type StreamOwner = 'who asks' | 'the account' | 'this process';

export type TailOpening =
  /** To be answered with: it sends the head, and goes on until the client leaves. */
  | { kind: 'open'; stream: (response: ServerResponse) => void }
  | { kind: 'refused_position' }
  | { kind: 'too_many'; streams: number; of: StreamOwner };

/** What of all dispositions a client may be told. */
export interface Seen {
  accountId: string;
  /** Asked of each disposition of the account as it comes. */
  sees(attempt: DeliveryAttempt): boolean;
}

/** The dispositions of one account as they are made, to many clients at once. Needs Kafka, not ClickHouse. */
export interface Tail {
  open(seen: Seen, request: TailRequest): TailOpening;
  /** How many clients there are. */
  readonly streams: number;
  /** Ends all streams: their clients come back, to another process perhaps. */
  close(): Promise<void>;
}

export interface TailLimits extends TailBounds {
  maxStreams: number;
  maxStreamsPerActor: number;
  /** So that one account, by many keys and sessions, does not take the streams of all. */
  maxStreamsPerAccount: number;
  /** Of one client. */
  maxBufferedBytes: number;
}

export interface TailOptions extends TailLimits {
  source: AttemptSource;
  onSkipped: (count: number) => void;
  onFailure: (error: unknown) => void;
  now: () => number;
}

export const TAIL_LIMITS: TailLimits = {
  maxStreams: 200,
  maxStreamsPerActor: 10,
  maxStreamsPerAccount: 50,
  maxBufferedBytes: 512 * 1024,
  maxResumeRecords: 50_000,
  heartbeatMs: 15_000,
  maxStallMs: 60_000,
};

const RECONNECT_MS = 2_000;
const PARTITIONS = TOPIC_SPECS.find(({ name }) => name === TOPICS.attempts)!.partitions;

export function createTail(options: TailOptions): Tail {
  const { source, maxStreams, maxStreamsPerActor, maxStreamsPerAccount, maxBufferedBytes, now } = options;
  const ofActors = new Map<string, number>();
  const ofAccounts = new Map<string, number>();
  let streams = 0;
  let closing = false;

  function count(accountId: string, actorId: string, change: 1 | -1): void {
    streams += change;
    add(ofActors, actorId, change);
    add(ofAccounts, accountId, change);
  }

  function fullOne(accountId: string, actorId: string): { streams: number; of: StreamOwner } | undefined {
    const ofActor = ofActors.get(actorId) ?? 0;
    if (ofActor >= maxStreamsPerActor) return { streams: ofActor, of: 'who asks' };
    const ofAccount = ofAccounts.get(accountId) ?? 0;
    if (ofAccount >= maxStreamsPerAccount) return { streams: ofAccount, of: 'the account' };
    return streams >= maxStreams ? { streams, of: 'this process' } : undefined;
  }

  return {
    open({ accountId, sees }, { filter, after, caller }) {
      const position = after === undefined ? undefined : parsePosition(after, PARTITIONS);
      if (after !== undefined && !position) return { kind: 'refused_position' };
      const full = fullOne(accountId, caller.actor.id);
      if (full) return { kind: 'too_many', ...full };
      return {
        kind: 'open',
        stream(response) {
          const events = new EventStream(response, { maxBufferedBytes, reconnectMs: RECONNECT_MS, now });
          count(accountId, caller.actor.id, 1);
          events.onClose(() => count(accountId, caller.actor.id, -1));
          if (closing) return events.end();
          new TailStream({
            source,
            accountId,
            sees,
            filter,
            after: position,
            events,
            isAdmitted: () => caller.isAdmitted(),
            bounds: options,
            onSkipped: options.onSkipped,
          })
            .start()
            .catch(options.onFailure);
        },
      };
    },
    get streams() {
      return streams;
    },
    async close() {
      closing = true;
      await source.close();
    },
  };
}

function add(counts: Map<string, number>, id: string, change: 1 | -1): void {
  const count = (counts.get(id) ?? 0) + change;
  if (count === 0) counts.delete(id);
  else counts.set(id, count);
}
