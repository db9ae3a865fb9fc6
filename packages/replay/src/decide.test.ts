import { covers, type Erasure } from '@herald/domain/erasure';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Candidate } from './candidate.ts';
import { count, MAX_ENDPOINTS_NAMED, MAX_SAMPLES } from './count.ts';
import { aimsOf, type Decision, decide, type Endpoints, type Known } from './decide.ts';
import { NO_FILTER, type ReplayFilter, type ReplayJob } from './job.ts';
import { newProgress } from './progress.ts';

const JOB: ReplayJob = {
  id: 'rp_1',
  accountId: 'acme',
  wanted: 'running',
  dryRun: false,
  source: { kind: 'topic', topic: 't', ranges: [], fromMs: undefined, toMs: undefined },
  filter: NO_FILTER,
  targetEndpointId: undefined,
  skipDelivered: true,
  perSecond: 100,
  createdAtMs: 0,
  updatedAtMs: 0,
};

const EVENT: Candidate = {
  event: {
    eventId: 'e1',
    publicationId: 'pub1',
    occurredAtMs: 5,
    eventType: 'publication.failed',
    accountId: 'acme',
    projectId: 'p1',
    channelId: 'c1',
    readField: () => undefined,
  },
  origin: { topic: 'publication.events', partition: 2, offset: 7 },
  traceparent: undefined,
  delivery: undefined,
  isGone: false,
};

const DEAD_LETTER: Candidate = {
  ...EVENT,
  delivery: { endpointId: 'a', cause: 'event', reason: 'exhausted' },
};

/** Endpoints a and b want everything; c is there and wants nothing, as does off. */
const ENDPOINTS: Endpoints = {
  exists: (id) => ['a', 'b', 'c', 'off'].includes(id),
  isOff: (id) => id === 'off',
  wanting: ({ projectId }) => (projectId === 'p1' ? ['a', 'b'] : []),
  isPlanned: () => true,
};

const NOTHING_KNOWN: Known = {
  deliveredBy: () => undefined,
  isRepeated: () => false,
  isErased: () => false,
  configRevision: 9,
};

function told(
  candidate: Candidate,
  over: Partial<ReplayJob> = {},
  known: Partial<Known> = {},
  endpoints = ENDPOINTS,
): string[] {
  const job = { ...JOB, ...over };
  return aimsOf(candidate, job, endpoints)
    .map((aim) => decide(aim, job, { ...NOTHING_KNOWN, ...known }))
    .map((decision) => {
      if (decision.kind === 'send') return `send ${decision.delivery.endpointId}`;
      return decision.kind === 'sent' ? `sent ${decision.endpointId}` : `skip ${decision.reason}`;
    });
}

const only = (filter: Partial<ReplayFilter>) => ({ filter: { ...NO_FILTER, ...filter } });

describe('a replay sends', () => {
  it.each<[string, Candidate, Partial<ReplayJob>, string[]]>([
    ['an event to whatever wants it now', EVENT, {}, ['send a', 'send b']],
    [
      'an event to the endpoints asked for, of those that want it',
      EVENT,
      only({ endpointIds: ['b', 'c'] }),
      ['send b'],
    ],
    ['an event to the target, whether it wants it or not', EVENT, { targetEndpointId: 'c' }, ['send c']],
    [
      'to the target what an endpoint wants that was asked for',
      EVENT,
      { targetEndpointId: 'c', ...only({ endpointIds: ['b'] }) },
      ['send c'],
    ],
    ['a dead letter to its own endpoint', DEAD_LETTER, {}, ['send a']],
    ['a dead letter to the target', DEAD_LETTER, { targetEndpointId: 'c' }, ['send c']],
    ['what was dead for the reason asked for', DEAD_LETTER, only({ reasons: ['exhausted'] }), ['send a']],
  ])('%s', (_, candidate, over, expected) => {
    expect(told(candidate, over)).toEqual(expected);
  });
});

describe('a replay leaves out, and says why,', () => {
  it.each<[string, Candidate, Partial<ReplayJob>, string[]]>([
    [
      'an event that nothing wants',
      { ...EVENT, event: { ...EVENT.event, projectId: 'p2' } },
      {},
      ['skip no_endpoint'],
    ],
    ['an event for a target that is off', EVENT, { targetEndpointId: 'off' }, ['skip endpoint_off']],
    [
      'a dead letter of an endpoint that is off',
      { ...EVENT, delivery: { endpointId: 'off', cause: 'event', reason: 'exhausted' } },
      {},
      ['skip endpoint_off'],
    ],
    [
      'a delivery whose endpoint is deleted',
      { ...EVENT, delivery: { endpointId: 'gone', cause: 'event', reason: undefined } },
      {},
      ['skip endpoint_deleted'],
    ],
    [
      'everything where its target is deleted',
      EVENT,
      { targetEndpointId: 'gone' },
      ['skip endpoint_deleted'],
    ],
    ['what Kafka does not keep', { ...DEAD_LETTER, isGone: true }, {}, ['skip expired']],
    [
      'a test of an endpoint',
      { ...EVENT, delivery: { endpointId: 'a', cause: 'test', reason: undefined } },
      {},
      ['skip test'],
    ],
  ])('%s', (_, candidate, over, expected) => {
    expect(told(candidate, over)).toEqual(expected);
  });

  it('what the endpoint has, and what it has sent itself', () => {
    const deliveredBy = (_: string, endpointId: string) => (endpointId === 'a' ? 'another' : undefined);
    expect(told(EVENT, {}, { deliveredBy })).toEqual(['skip already_delivered', 'send b']);
    expect(told(EVENT, {}, { isRepeated: () => true })).toEqual(['skip duplicate', 'skip duplicate']);
  });

  it('what was erased, by the place that its event came from, whatever is known of its delivery', () => {
    const erasure: Erasure = {
      accountId: 'acme',
      publicationId: 'pub1',
      erasedAtMs: 0,
      eventEnds: [0, 0, 8],
      erasedBy: '',
    };
    const isErased: Known['isErased'] = (recorded) => covers(erasure, recorded);
    expect(told(EVENT, {}, { isErased })).toEqual(['skip erased', 'skip erased']);
    expect(told(DEAD_LETTER, {}, { isErased, deliveredBy: () => 'itself' })).toEqual(['skip erased']);
    const later = { ...DEAD_LETTER, origin: { ...EVENT.origin, offset: 8 } };
    expect(told(later, {}, { isErased })).toEqual(['send a']);
  });

  it('what it sent before it was killed, and counts it as sent', () => {
    expect(told(DEAD_LETTER, {}, { deliveredBy: () => 'itself' })).toEqual(['sent a']);
  });
});

test('what is another account’s, or is not asked for, is not even counted', () => {
  const foreign = { ...EVENT, event: { ...EVENT.event, accountId: 'other' } };
  expect(told(foreign)).toEqual([]);
  for (const filter of [
    { projectId: 'p2' },
    { channelIds: ['c2'] },
    { eventTypes: ['publication.deleted' as const] },
    { publicationIds: ['pub2'] },
    { eventIds: ['e2'] },
    { reasons: ['expired'] },
    { endpointIds: ['c'] },
  ]) {
    expect(told(DEAD_LETTER, only(filter))).toEqual([]);
  }
});

test('to an endpoint that the plan did not know nothing goes, and what the plan counted is counted again', () => {
  const runWith = (over: Partial<ReplayJob>, ...planned: string[]) =>
    told(EVENT, over, {}, { ...ENDPOINTS, isPlanned: (id) => planned.includes(id) });
  expect(runWith({}, 'a')).toEqual(['skip not_planned', 'send a']);
  expect(runWith({}, 'c')).toEqual(['skip not_planned', 'skip not_planned', 'skip no_endpoint']);
  expect(runWith(only({ endpointIds: ['b'] }), 'a')).toEqual(['skip not_planned']);
  expect(runWith({ targetEndpointId: 'c' }, 'a')).toEqual(['send c']);
});

test('to a target goes nothing that only others than the endpoints asked for want', () => {
  expect(told(EVENT, { targetEndpointId: 'c', ...only({ endpointIds: ['c'] }) })).toEqual([]);
});

test('the same replay gives the same delivery the same id, another replay another', () => {
  const idOf = (id: string) => {
    const decision = decide({ kind: 'send', candidate: EVENT, endpointId: 'a' }, { id }, NOTHING_KNOWN);
    return decision.kind === 'send' ? decision.delivery : undefined;
  };
  expect(idOf('rp_1')).toEqual(idOf('rp_1'));
  expect(idOf('rp_1')).toMatchObject({ step: 0, attempts: 0, cause: 'replay:rp_1', configRevision: 9 });
  expect(idOf('rp_1')?.deliveryId).not.toBe(idOf('rp_2')?.deliveryId);
});

test('whatever is decided, every match is sent or skipped for a reason, and a record stays bounded', () => {
  const endpointId = fc.integer({ min: 0, max: 2_000 }).map((n) => `ep_${n}`);
  const decision: fc.Arbitrary<Decision> = fc.oneof(
    endpointId.map((id) => decide({ kind: 'send', candidate: EVENT, endpointId: id }, JOB, NOTHING_KNOWN)),
    endpointId.map((id) => ({ kind: 'sent' as const, deliveryId: 'd', endpointId: id })),
    fc.constantFrom('expired' as const, 'test' as const).map((reason) => ({
      kind: 'skip' as const,
      endpointId: undefined,
      reason,
    })),
  );
  fc.assert(
    fc.property(fc.array(fc.array(decision, { maxLength: 60 }), { maxLength: 60 }), (records) => {
      const progress = newProgress(JOB, 'o', 0);
      for (const decisions of records) count(progress, 'run', decisions, undefined);
      const { scanned, matched, sent, skipped } = progress.done;
      expect(scanned).toBe(records.length);
      expect(matched).toBe(records.flat().length);
      expect(sent + Object.values(skipped).reduce((sum, each) => sum + each, 0)).toBe(matched);
      expect(progress.endpoints.reduce((sum, each) => sum + each.sent, 0)).toBe(sent);
      expect(progress.endpoints.length).toBeLessThanOrEqual(MAX_ENDPOINTS_NAMED + 1);
      expect(progress.samples.length).toBeLessThanOrEqual(MAX_SAMPLES);
    }),
  );
});
