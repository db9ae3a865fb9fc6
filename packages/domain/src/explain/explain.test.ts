import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALL_PROJECTS, type Endpoint } from '../endpoint.ts';
import { EVENT_TYPES } from '../event-type.ts';
import type { Filter } from '../filter/filter.ts';
import { anyFilter } from '../filter/testing/any-filter.ts';
import { match } from '../subscription.ts';
import { checksOf } from './checks.ts';
import type { DeliveryEvidence, EndpointEvidence, EventEvidence } from './evidence.ts';
import { explainEndpoint, explainEvent } from './explain.ts';
import { aDelivery, anEndpoint, DAY_MS, endpoint, event, NOON_MS, routable } from './testing/evidence.ts';

const subscribed = (channels: string[], types: string[]) =>
  anEndpoint({ subscription: { channelIds: new Set(channels), eventTypes: new Set(types) as never } });

const filtered = (filter: Filter) =>
  anEndpoint({ subscription: { channelIds: new Set(), eventTypes: new Set(), filter } });

describe('an event that did not get as far as endpoints', () => {
  it('is told not to be on record as of a moment, and never that it was not accepted', () => {
    const { steps, ended } = explainEvent(
      event({ accepted: undefined, route: undefined, routable: undefined }),
    );
    expect(ended).toMatchObject({ verdict: 'not_on_record' });
    expect(ended?.because).toContain('as of 2026-01-15T12:01:00.000Z');
    expect(steps).toMatchObject([{ step: 'accepted', result: 'unknown' }]);
    const unknown = explainEvent(event({ accepted: undefined, route: undefined, asOfMs: undefined }));
    expect(unknown.ended?.because).toContain('how far the history is, is not known');
  });

  it('is told that it may be too old, or was erased, with the times that decide it', () => {
    const nothing = { accepted: undefined, route: undefined, routable: undefined };
    const kept = { erased: undefined, accountErasedAtMs: undefined, keptDays: 30 };
    const told = (forgotten: EventEvidence['forgotten']) =>
      explainEndpoint(event({ ...nothing, forgotten }), endpoint());
    expect(told(kept)).toMatchObject({ verdict: 'not_on_record' });
    expect(told(kept).because).toContain('History is kept for 30 days.');
    const accountErased = told({ ...kept, accountErasedAtMs: NOON_MS });
    expect(accountErased.verdict).toBe('not_on_record');
    expect(accountErased.because).toContain('accepted before 2026-01-15T12:00:00.000Z was erased');
    const erased = told({ ...kept, erased: { atMs: NOON_MS } });
    expect(erased.verdict).toBe('erased');
    expect(erased.because).toContain('was erased at 2026-01-15T12:00:00.000Z');
    expect(erased.remedy).not.toContain('producer');
  });

  it('is poison with its reason', () => {
    const poison = { reason: 'unknown_event_type', detail: 'newer' };
    const { verdict, because, steps } = explainEndpoint(event({ poison, route: undefined }), endpoint());
    expect(verdict).toBe('poison');
    expect(because).toContain('unknown_event_type (newer)');
    expect(steps.map(({ step, result }) => `${step} ${result}`)).toEqual(['accepted yes', 'decoded no']);
  });

  it('is not routed, and it is told whether the record is past it', () => {
    const late = explainEndpoint(event({ route: undefined }), endpoint());
    expect(late).toMatchObject({ verdict: 'not_routed' });
    expect(late.because).toContain('was not routed by 2026-01-15T12:01:00.000Z');
    const fresh = explainEndpoint(event({ route: undefined, asOfMs: NOON_MS - 1 }), endpoint());
    expect(fresh.because).toContain('not on record yet');
  });
});

describe('an event that was not routed to the endpoint', () => {
  it.each([
    [subscribed(['ch_2', 'ch_3'], []), 'channel: it wants ch_2, ch_3, the event has ch_1'],
    [
      subscribed([], ['publication.failed']),
      'type: it wants publication.failed, the event has publication.published',
    ],
    [anEndpoint({ projectId: 'prj_2' }), 'project: it wants prj_2, the event has prj_1'],
    [anEndpoint({ state: 'off' }), 'off: it wants nothing, it is switched off'],
    [
      filtered({ not: { field: 'channel.type', op: 'eq', value: 'tiktok' } }),
      'filter: it wants not (channel.type eq "tiktok"), the event has channel.type "tiktok"',
    ],
    [
      filtered({ field: 'content.title', op: 'starts_with', value: 'Spring' }),
      'filter: it wants content.title starts_with "Spring", the event has content.title with nothing',
    ],
  ])('says which of its conditions failed, with what it wanted and what was found', (as, why) => {
    const { verdict, because, steps } = explainEndpoint(
      event(),
      endpoint({ asRouted: { kind: 'known', endpoint: as, revision: 4 } }),
    );
    expect(verdict).toBe('no_match');
    expect(because.toLowerCase()).toContain(why.toLowerCase());
    expect(steps.at(-1)?.checks?.filter(({ passed }) => !passed)).toHaveLength(1);
  });

  it.each<[string, Endpoint, Partial<typeof routable>, string]>([
    [
      'a type that it does not ask for',
      subscribed([], ['publication.failed']),
      {},
      'Change the subscription',
    ],
    ['another project', anEndpoint({ projectId: 'prj_2' }), {}, 'of all projects'],
    ['being off', anEndpoint({ state: 'off' }), {}, 'Switch the endpoint on'],
    [
      'its format',
      anEndpoint({ format: 'upload-post' }),
      { eventType: 'publication.deleted' },
      'choose another format',
    ],
    [
      'being about itself',
      subscribed([], ['endpoint.failing']),
      { eventType: 'endpoint.failing', aboutEndpointId: anEndpoint({}).id },
      'make another one',
    ],
  ])('for %s has a remedy that helps', (_, as, over, remedy) => {
    const told = explainEndpoint(
      event({ routable: { ...routable, ...over } }),
      endpoint({ asRouted: { kind: 'known', endpoint: as, revision: 4 } }),
    );
    expect(told.verdict).toBe('no_match');
    expect(told.remedy).toContain(remedy);
  });

  it('is told by elimination that it was the filter, while what its message says is not on record', () => {
    const as = filtered({ field: 'channel.type', op: 'eq', value: 'x' });
    const { verdict, because } = explainEndpoint(
      event({ routable: { ...routable, readField: undefined } }),
      endpoint({ asRouted: { kind: 'known', endpoint: as, revision: 4 } }),
    );
    expect(verdict).toBe('no_match');
    expect(because).toContain('so it was the filter; what the event says is not on record yet');
  });

  it('goes by what the subscription said then, not by what it says now', () => {
    const then = subscribed(['ch_2'], []);
    const { verdict } = explainEndpoint(
      event(),
      endpoint({ asRouted: { kind: 'known', endpoint: then, revision: 4 } }),
    );
    expect(verdict).toBe('no_match');
  });

  it('says that the endpoint was created later', () => {
    const current = {
      endpoint: anEndpoint({ createdAtMs: NOON_MS + 1_000 }),
      revision: 12,
      state: { state: 'active' } as const,
    };
    const { verdict, because } = explainEndpoint(
      event(),
      endpoint({ current, asRouted: { kind: 'forgotten' } }),
    );
    expect(verdict).toBe('created_later');
    expect(because).toContain('created at 2026-01-15T12:00:01.000Z');
  });

  it('admits that what the endpoint was is no longer on record, and says whether it would match as it is', () => {
    const changed = (now: Endpoint, kind: 'forgotten' | 'unread' = 'forgotten') =>
      explainEndpoint(
        event(),
        endpoint({
          current: { endpoint: now, revision: 12, state: { state: 'active' } },
          asRouted: { kind },
        }),
      );
    expect(changed(anEndpoint())).toMatchObject({ verdict: 'changed_since' });
    expect(changed(anEndpoint()).because).toContain('no longer on record. As it is now it would match.');
    expect(changed(subscribed(['ch_2'], [])).because).toContain('it would not match.');
    expect(changed(anEndpoint(), 'unread').because).toContain('cannot be read now');
  });

  it.each([
    [{ kind: 'deleted', revision: 7 } as const, 'revision 7'],
    [{ kind: 'forgotten' } as const, 'not there any more'],
  ])('says that the endpoint was deleted', (asRouted, why) => {
    const { verdict, because } = explainEndpoint(event(), endpoint({ current: undefined, asRouted }));
    expect(verdict).toBe('deleted');
    expect(because).toContain(why);
  });

  it('does not explain away a record that contradicts itself', () => {
    expect(explainEndpoint(event(), endpoint()).verdict).toBe('unexplained');
  });
});

describe('an event that was routed to the endpoint', () => {
  const routed = event({ route: { atMs: NOON_MS + 10, revision: 9, endpointIds: ['ep_1', 'ep_2'] } });
  const told = (changes: Partial<DeliveryEvidence>, more: Partial<EndpointEvidence> = {}) =>
    explainEndpoint(routed, endpoint({ deliveries: [aDelivery(changes)], ...more }));

  it('has all its steps, with the conditions that it met', () => {
    const { verdict, steps } = told({});
    expect(verdict).toBe('delivered');
    expect(steps.map(({ step, result }) => `${step} ${result}`)).toEqual([
      'accepted yes',
      'decoded yes',
      'routed yes',
      'matched yes',
      'delivery yes',
    ]);
    expect(steps[3]?.checks?.map(({ check, passed }) => `${check} ${passed}`)).toEqual([
      'project true',
      'channel true',
      'type true',
    ]);
  });

  it('is under way while nothing is on record of its delivery', () => {
    expect(explainEndpoint(routed, endpoint())).toMatchObject({ verdict: 'pending', remedy: undefined });
  });

  it('waits, and it is told what for, for how long and which attempt is next', () => {
    const dueAtMs = NOON_MS + 120_000;
    const { verdict, because, remedy } = told({
      state: 'waiting',
      reason: 'schedule',
      attempts: 2,
      lastStatus: 503,
      nextAttemptAtMs: dueAtMs,
    });
    expect(verdict).toBe('waiting');
    expect(because).toContain('Attempt 2 ended in status 503');
    expect(because).toContain('Attempt 3 of 12 is due at 2026-01-15T12:02:00.000Z');
    expect(remedy).toBeUndefined();
    expect(told({ state: 'waiting', reason: 'breaker_open', nextAttemptAtMs: dueAtMs }).because).toContain(
      'circuit breaker',
    );
  });

  it('that is due and has nothing on record since is told to be late', () => {
    const { because, remedy } = told({
      state: 'waiting',
      reason: 'schedule',
      nextAttemptAtMs: NOON_MS + 5_000,
    });
    expect(because).toContain('by 2026-01-15T12:01:00.000Z nothing was on record');
    expect(remedy).toContain('late');
  });

  it('is held for a reason, until a time, and no longer when the hold has ended', () => {
    const held = { state: 'held', reason: 'paused', heldUntilMs: NOON_MS + 13 * DAY_MS } as const;
    const paused = {
      current: {
        endpoint: anEndpoint({ state: 'paused' }),
        revision: 4,
        state: { state: 'held', reason: 'paused' },
      },
    } as const;
    expect(told(held, paused)).toMatchObject({ verdict: 'held', remedy: 'Resume the endpoint.' });
    expect(told(held, paused).because).toContain('kept until 2026-01-28T12:00:00.000Z');
    expect(told(held).because).toContain('the hold has ended');
  });

  it.each([
    ['exhausted', 'All 12 attempts'],
    ['endpoint_deleted', 'deleted'],
    ['expired', 'longer than held deliveries are kept'],
    ['not_representable', 'format'],
    ['event_undecodable', 'decoded'],
    ['cancelled', 'called that off'],
    ['of a newer version', 'given up (of a newer version)'],
  ])('is dead, and says why and what to do: %s', (reason, why) => {
    const { verdict, because, remedy } = told({ state: 'dead', reason, attempts: 12, lastStatus: 500 });
    expect(verdict).toBe('dead');
    expect(because).toContain(why);
    expect(remedy).toBeTruthy();
  });

  it.each([
    ['purged', 'resumed without'],
    ['replay_cancelled', 'replay that it was of'],
    ['not_wanted', 'could not be read when'],
  ])('is cancelled, and says by what: %s', (reason, why) => {
    const { verdict, because } = told({ state: 'cancelled', reason, cause: 'replay:r1' });
    expect(verdict).toBe('cancelled');
    expect(because).toContain(why);
  });

  it('is not said to have been wanted where that could only be seen later, and it was not', () => {
    const deliveries = [aDelivery({ state: 'cancelled', reason: 'not_wanted' })];
    const { steps } = explainEndpoint(routed, endpoint({ deliveries }));
    expect(steps.find(({ step }) => step === 'matched')).toMatchObject({ result: 'no' });
  });

  it('counts as delivered when a replay brought it, though the first delivery is dead', () => {
    const deliveries = [
      aDelivery({ state: 'dead', reason: 'exhausted', updatedAtMs: NOON_MS + 900_000 }),
      aDelivery({ cause: 'replay:r1', updatedAtMs: NOON_MS + 500_000 }),
    ];
    expect(explainEndpoint(routed, endpoint({ deliveries })).verdict).toBe('delivered');
    // Though it was routed to nobody.
    expect(explainEndpoint(event(), endpoint({ deliveries })).steps[3]).toMatchObject({
      step: 'matched',
      result: 'unknown',
    });
  });
});

it('all conditions pass exactly where the route lane matches', () => {
  const ids = fc.constantFrom('a', 'b');
  fc.assert(
    fc.property(
      fc.subarray(['a', 'b']),
      fc.subarray([...EVENT_TYPES]),
      fc.constantFrom('publication', 'upload-post'),
      ids,
      ids,
      fc.constantFrom(...EVENT_TYPES),
      fc.option(fc.constantFrom('ep_1', 'ep_2'), { nil: undefined }),
      fc.record({
        projectId: fc.constantFrom('a', ALL_PROJECTS),
        state: fc.constantFrom('active', 'paused', 'disabled', 'off'),
      }),
      fc.option(anyFilter, { nil: undefined }),
      (channels, types, format, projectId, channelId, eventType, aboutEndpointId, over, filter) => {
        const plain = subscribed(channels, types);
        const subscriber = {
          ...plain,
          ...over,
          subscription: { ...plain.subscription, filter },
          format: format as Endpoint['format'],
        };
        const found = { ...routable, projectId, channelId, eventType, aboutEndpointId };
        expect(checksOf(subscriber, found).every(({ passed }) => passed)).toBe(
          match(subscriber, found).matched,
        );
      },
    ),
  );
});
