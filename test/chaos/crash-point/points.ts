import { retryTopic, TOPICS } from '@herald/contracts/topics';

/** What a process is about to send: a Kafka request, or the beginning of anything else. */
export type Outgoing = { kind: 'kafka'; apiKey: number; body: Buffer } | { kind: 'other'; head: string };

type Matcher = (outgoing: Outgoing) => boolean;

/** A moment between two steps of a service, told by what it says to Kafka and ClickHouse. */
export interface CrashPoint {
  /** A Kafka request that has to be answered first. */
  after?: Matcher;
  /** What is not sent any more. */
  before: Matcher;
  /** The process dies of it, or goes on and waits for an answer in vain. */
  effect: 'die' | 'withhold';
}

/** https://kafka.apache.org/protocol#protocol_api_keys */
const PRODUCE = 0;
const FETCH = 1;
const OFFSET_COMMIT = 8;

export const CRASH_POINTS = {
  'before route produce': { before: names(PRODUCE, TOPICS.deliveries), effect: 'die' },
  'before route commit': {
    after: names(PRODUCE, TOPICS.routes),
    before: names(OFFSET_COMMIT, 'herald.route'),
    effect: 'die',
  },
  'before attempt record': { before: names(PRODUCE, TOPICS.attempts), effect: 'die' },
  'before delivery commit, after a retry record': {
    after: names(PRODUCE, retryTopic('5s')),
    before: names(OFFSET_COMMIT, 'herald.delivery'),
    effect: 'die',
  },
  'before retry commit': {
    after: names(PRODUCE, TOPICS.deliveries),
    before: names(OFFSET_COMMIT, 'herald.retry'),
    effect: 'die',
  },
  'before insert': { before: insertsInto('attempts'), effect: 'die' },
  'before log commit': { before: names(OFFSET_COMMIT, 'herald.log'), effect: 'die' },
  'no configuration': { before: names(FETCH, TOPICS.endpoints), effect: 'withhold' },
} satisfies Record<string, CrashPoint>;

export type CrashPointName = keyof typeof CRASH_POINTS;

export function findCrashPoint(name: string): CrashPoint | undefined {
  return Object.hasOwn(CRASH_POINTS, name) ? CRASH_POINTS[name as CrashPointName] : undefined;
}

/** The request names a topic or a group, which the protocol writes as its length in two bytes and its letters. */
function names(apiKey: number, text: string): Matcher {
  const written = Buffer.concat([Buffer.from([0, text.length]), Buffer.from(text)]);
  return (outgoing) =>
    outgoing.kind === 'kafka' && outgoing.apiKey === apiKey && outgoing.body.includes(written);
}

function insertsInto(table: string): Matcher {
  return (outgoing) =>
    outgoing.kind === 'other' &&
    /^POST /.test(outgoing.head) &&
    outgoing.head.includes(`INSERT+INTO+${table}`);
}
