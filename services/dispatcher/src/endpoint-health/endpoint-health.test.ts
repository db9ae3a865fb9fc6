import { createDecoder, encoderWithId } from '@herald/contracts/codec';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { Outcome } from '@herald/domain/outcome';
import type { Verdict } from '@herald/domain/verdict';
import type { EndpointStatus } from '@herald/registry/endpoint-status';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { endpointOf } from '../../test-support/fakes.ts';
import { createStatusBook } from '../catch-up/status-book.ts';
import { createHolds, type Holds } from '../delivery-lane/holds.ts';
import { SUBJECTS } from '../subjects.ts';
import { createEndpointHealth, type EndpointHealth } from './endpoint-health.ts';

const HOUR_MS = 3_600_000;
const POLICY = { warnAfterMs: [24 * HOUR_MS, 72 * HOUR_MS], disableAfterMs: 120 * HOUR_MS };
const START_MS = 1_700_000_000_000;
const OK: Extract<Outcome, { kind: 'response' }> = {
  kind: 'response',
  status: 200,
  headers: {},
  body: Buffer.alloc(0),
  bodyTruncated: false,
};
const RETRY: Verdict = { kind: 'retry', dueAtMs: 0, tier: '5s', reason: 'schedule' };
const decoder = createDecoder<PublicationEvent>({
  source: {
    schemaById: async () => ({ kind: 'schema', schema: SUBJECTS.events.schema }),
    idOf: async () => 1,
  },
  subjectSchema: SUBJECTS.events,
});

/** One dispatcher after the other over the same topics: what is not on record is lost with the process. */
class Town {
  nowMs = START_MS;
  revision = 5;
  readonly table = new Map<string, EndpointStatus>();
  readonly statusWrites: EndpointStatus[] = [];
  readonly events: PublicationEvent[] = [];
  holds!: Holds;
  health!: EndpointHealth;

  constructor() {
    this.restart();
  }

  restart(): void {
    let hear: (id: string, now: EndpointStatus | undefined) => void = () => {};
    const book = createStatusBook({
      statuses: {
        get: (id) => this.table.get(id),
        onChange(listener) {
          hear = listener;
          return () => {};
        },
      },
      writer: {
        put: async (status) => {
          this.statusWrites.push(status);
          this.table.set(status.endpointId, status);
          hear(status.endpointId, status);
        },
        async delete() {},
      },
      onFatal: (error) => {
        throw error;
      },
    });
    this.holds = createHolds(book, () => this.nowMs);
    this.health = createEndpointHealth({
      holds: this.holds,
      policy: POLICY,
      encoder: encoderWithId<PublicationEvent>(1, SUBJECTS.events),
      onNotice: () => {},
    });
  }

  get configured() {
    return { endpoint: endpointOf(), revision: this.revision };
  }

  get state() {
    return this.holds.stateOf(this.configured);
  }

  get isHeld(): boolean {
    return this.state.state === 'held';
  }

  /** An attempt, by a dispatcher that is killed at some point of what follows, or not at all. */
  async attempt(status: number, killed?: 'before the event' | 'before the status'): Promise<Verdict> {
    const verdict: Verdict =
      status < 300 ? { kind: 'delivered' } : status === 410 ? { kind: 'hold', reason: 'gone' } : RETRY;
    const judged = this.health.judged(this.configured, { outcome: { ...OK, status } }, verdict, this.nowMs);
    if (killed === 'before the event') this.restart();
    else {
      if (judged.notice) {
        const decoded = await decoder.decode(judged.notice.value);
        if (decoded.ok) this.events.push(decoded.value);
      }
      if (killed === 'before the status') this.restart();
      else await judged.decided?.persist();
    }
    return judged.verdict;
  }

  /** An attempt each hour. */
  async fails(hours: number, status = 503): Promise<void> {
    for (let hour = 0; hour < hours; hour++) {
      await this.attempt(status);
      this.nowMs += HOUR_MS;
    }
  }

  told(): string[] {
    return this.events.map(({ event_type, endpoint }) => `${event_type} ${endpoint?.reason}`);
  }
}

let town: Town;
beforeEach(() => {
  town = new Town();
});

describe('an endpoint that fails without a success', () => {
  test('is warned of after one day and three, and held after five', async () => {
    await town.fails(24);
    expect(town.told()).toEqual([]);
    await town.fails(1);
    expect(town.told()).toEqual(['ENDPOINT_FAILING failing']);
    await town.fails(48);
    expect(town.told()).toHaveLength(2);
    await town.fails(47);
    expect([town.told().length, town.state]).toEqual([2, { state: 'active' }]);
    expect(await town.attempt(503)).toEqual({ kind: 'hold', reason: 'failing' });
    expect(town.told()[2]).toBe('ENDPOINT_DISABLED failing');
    expect(town.state).toEqual({ state: 'held', reason: 'failing' });
    expect(town.events[2]?.endpoint).toMatchObject({
      endpoint_id: 'ep1',
      failing_since: START_MS,
      consecutive_failures: 121,
      last_outcome: '503',
    });
  });

  test('writes its status at the first failure, the warnings and the hold, not at each attempt', async () => {
    await town.fails(121);
    expect(
      town.statusWrites.map(({ state, failing }) => [state, (failing?.warnedMs ?? 0) / HOUR_MS]),
    ).toEqual([
      ['active', 0],
      ['active', 24],
      ['active', 72],
      ['held', 72],
    ]);
  });

  test('goes on failing through restarts', async () => {
    await town.fails(30);
    town.restart();
    await town.fails(90);
    town.restart();
    await town.attempt(503);
    expect(town.told()).toHaveLength(3);
    expect(town.events[2]?.endpoint).toMatchObject({ failing_since: START_MS, consecutive_failures: 1 });
  });

  test('and succeeds once begins anew with its next failure', async () => {
    await town.fails(119);
    await town.attempt(200);
    expect(town.table.get('ep1')?.failing).toBeUndefined();
    town.restart();
    await town.fails(30);
    expect(town.state).toEqual({ state: 'active' });
    expect(town.told()).toEqual(Array.from({ length: 3 }, () => 'ENDPOINT_FAILING failing'));
    expect(new Set(town.events.map(({ event_id }) => event_id)).size).toBe(3);
  });

  test('and is enabled by its owner begins anew, and is told of again', async () => {
    await town.fails(121);
    town.revision = 6;
    expect(town.state).toEqual({ state: 'active' });
    await town.fails(121);
    expect(town.told()).toEqual([...town.told().slice(0, 3), ...town.told().slice(0, 3)]);
    expect(new Set(town.events.map(({ event_id }) => event_id)).size).toBe(6);
  });

  test('is given no second hold by attempts that were under way together', async () => {
    await town.fails(120);
    const verdicts = await Promise.all([town.attempt(503), town.attempt(503), town.attempt(410)]);
    expect(verdicts).toEqual([{ kind: 'hold', reason: 'failing' }, RETRY, { kind: 'hold', reason: 'gone' }]);
    expect(town.told()).toHaveLength(3);
  });

  test('keeps its last delivery too when it is held: nothing dies of the decision', async () => {
    await town.fails(120);
    const dead: Verdict = { kind: 'dead', reason: 'exhausted' };
    const judged = town.health.judged(town.configured, { outcome: { ...OK, status: 503 } }, dead, town.nowMs);
    expect(judged.verdict).toEqual({ kind: 'hold', reason: 'failing' });
  });
});

test('410 holds at once, and its owner is told', async () => {
  expect(await town.attempt(410)).toEqual({ kind: 'hold', reason: 'gone' });
  expect(town.told()).toEqual(['ENDPOINT_DISABLED gone']);
  expect(town.state).toEqual({ state: 'held', reason: 'gone' });
});

test('an endpoint that fails now and then writes its status at most every minute', async () => {
  for (let second = 0; second < 600; second++) {
    await town.attempt(second % 2 === 0 ? 503 : 200);
    town.nowMs += 1_000;
  }
  expect(town.statusWrites.length).toBeLessThanOrEqual(20);
  await town.attempt(200);
  expect(town.table.get('ep1')?.failing).toBeUndefined();
});

test('however often its status is written for other reasons, its first failure is on record', async () => {
  await town.holds.decide(town.configured, { failing: undefined }).persist();
  await town.attempt(503);
  expect(town.table.get('ep1')?.failing).toMatchObject({ sinceMs: START_MS });
});

test('a success that comes after the hold does not lift it: its owner does', async () => {
  await town.attempt(410);
  await town.attempt(200);
  expect(town.state).toEqual({ state: 'held', reason: 'gone' });
});

test('through any outcomes, edits and kills, each occasion is told by one id and no hold goes untold', async () => {
  const step = fc.record({
    status: fc.constantFrom(503, 503, 503, 503, 503, 503, 503, 200, 410),
    hours: fc.integer({ min: 0, max: 60 }),
    killed: fc.constantFrom(undefined, undefined, 'before the event' as const, 'before the status' as const),
    isEdited: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      town = new Town();
      let failingSinceMs: number | undefined;
      for (const { status, hours, killed, isEdited } of steps) {
        town.nowMs += hours * HOUR_MS;
        if (isEdited && town.isHeld) {
          town.revision += 1;
          failingSinceMs = undefined;
        }
        if (town.isHeld) continue;
        // A run of failures begins where its first failure is on record, or in the memory of who goes on.
        if (status === 200) failingSinceMs = undefined;
        else failingSinceMs ??= town.nowMs;
        const before = town.events.length;
        const verdict = await town.attempt(status, killed);
        if (verdict.kind === 'hold' && verdict.reason === 'failing') {
          expect(town.nowMs - (failingSinceMs as number)).toBeGreaterThanOrEqual(POLICY.disableAfterMs);
        }
        if (town.isHeld) {
          expect(town.events.slice(before).map(({ event_type }) => event_type)).toEqual([
            'ENDPOINT_DISABLED',
          ]);
        }
        // A delivery whose step was cut short is attempted again: what it meant is decided again.
        if (killed && status === 200) {
          await town.attempt(200);
        }
      }
      const disabled = town.events.filter(({ event_type }) => event_type === 'ENDPOINT_DISABLED');
      expect(new Set(disabled.map(({ event_id }) => event_id)).size).toBeLessThanOrEqual(town.revision - 4);
      const warned = town.events.filter(({ event_type }) => event_type === 'ENDPOINT_FAILING');
      const perRun = Map.groupBy(warned, ({ endpoint }) => endpoint?.failing_since);
      for (const [, ofRun] of perRun) {
        expect(new Set(ofRun.map(({ event_id }) => event_id)).size).toBeLessThanOrEqual(2);
      }
    }),
  );
});
