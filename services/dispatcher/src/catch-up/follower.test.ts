import { TOPICS } from '@herald/contracts/topics';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { claimOn, deliveryOf, deliveryRecord } from '../../test-support/fakes.ts';
import { receiveDelivery } from '../delivery-lane/task.ts';
import { Follower, type HeldItem } from './follower.ts';

const claim = claimOn(TOPICS.held);
const IN_ALL = 60;

/** What can happen to the held deliveries of an endpoint, in any order. */
type Happening = { kind: 'look' | 'release' | 'rewind' | 'persist' | 'kill' } | Ended;

/** What becomes of one of those that are released. */
interface Ended {
  kind: 'complete' | 'put back' | 'keep';
  which: number;
}

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('look' as const, 'release' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('rewind' as const, 'persist' as const, 'kill' as const) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('complete' as const, 'put back' as const, 'keep' as const),
      which: fc.nat(IN_ALL),
    }),
  },
);

/** Plays the partition around a follower, and checks at each step what must never happen. */
class Play {
  readonly #offsets: readonly number[];
  readonly #end: number;
  readonly #isOrdered: boolean;
  readonly completed = new Set<number>();
  /** What this follower may not release again. */
  #done = new Set<number>();
  #released: HeldItem[] = [];
  #saved: ReturnType<typeof cursorOf>;
  #follower: Follower;

  constructor(offsets: readonly number[], isOrdered: boolean) {
    this.#offsets = offsets;
    this.#end = Math.max(-1, ...offsets) + 1;
    this.#isOrdered = isOrdered;
    this.#saved = { endpointId: 'ep1', releasedTo: 0, releasedBeyond: undefined, head: undefined };
    this.#follower = new Follower(this.#saved, { bytes: 0 });
  }

  happens(what: Happening): void {
    if ('which' in what) this.#ends(what);
    else if (what.kind === 'look') this.look();
    else if (what.kind === 'release') this.release();
    else if (what.kind === 'rewind') this.#follower.rewind();
    else if (what.kind === 'persist') this.#saved = cursorOf(this.#follower);
    else this.#kill();
    this.#checkCursor();
  }

  look(): void {
    for (const offset of this.#offsets) {
      if (offset < this.#follower.position) continue;
      if (!this.#follower.hasRoom) return;
      if (this.#follower.wants(offset)) this.#follower.take(itemAt(offset));
    }
    if (this.#follower.hasRoom) this.#follower.skipTo(this.#end);
  }

  release(): boolean {
    const limits = { atOnce: this.#isOrdered ? 1 : IN_ALL, perSecond: 1e9 };
    const item = this.#follower.release(limits, 1e15);
    if ('atMs' in item) return false;
    const { offset } = item.record;
    expect(this.#done).not.toContain(offset);
    expect(this.#released.map(({ record }) => record.offset)).not.toContain(offset);
    if (this.#isOrdered) expect(offset).toBe(this.#offsets.find((one) => !this.#done.has(one)));
    this.#released.push(item);
    return true;
  }

  complete(which: number): boolean {
    const [item] = this.#released.splice(which % Math.max(1, this.#released.length), 1);
    if (!item) return false;
    this.completed.add(item.record.offset);
    this.#done.add(item.record.offset);
    this.#follower.complete(item.record.offset);
    return true;
  }

  #ends(what: Ended): void {
    if (what.kind === 'complete') {
      this.complete(what.which);
      return;
    }
    if (what.kind === 'keep' && !this.#isOrdered) return;
    const [item] = this.#released.splice(what.which % Math.max(1, this.#released.length), 1);
    if (item?.kind !== 'delivery') return;
    const { offset } = item.record;
    const { delivery } = item.task;
    if (what.kind === 'put back') this.#follower.putBack(item, 0);
    else {
      const { deliveryId, step, attempts } = delivery;
      this.#follower.keep({ deliveryId, offset, step: step + 1, attempts: attempts + 1, dueAtMs: 5 });
    }
  }

  /** What was in flight may have been received; nobody knows any more what was done after the last record of it. */
  #kill(): void {
    this.#released = [];
    this.#follower = new Follower(this.#saved, { bytes: 0 });
    const { releasedTo, releasedBeyond } = this.#saved;
    const claimed = new Follower({ ...this.#saved, releasedTo, releasedBeyond }, { bytes: 0 });
    this.#done = new Set(this.#offsets.filter((one) => one < claimed.position || !claimed.wants(one)));
  }

  /** The cursor never says of anything that it is done that is not. */
  #checkCursor(): void {
    const claimed = new Follower(cursorOf(this.#follower), { bytes: 0 });
    for (const offset of this.#offsets) {
      const isClaimed = offset < claimed.position || !claimed.wants(offset);
      if (isClaimed) expect(this.completed).toContain(offset);
    }
  }
}

function cursorOf(follower: Follower) {
  return { endpointId: follower.endpointId, ...follower.cursor };
}

function itemAt(offset: number): HeldItem {
  const record = deliveryRecord(claim, offset, deliveryOf({ deliveryId: `d${offset}` }));
  const received = receiveDelivery(record);
  if (received.kind !== 'delivery') throw new Error('poison');
  return { kind: 'delivery', record, task: received.task, fate: { kind: 'deliver' } };
}

const log = fc
  .uniqueArray(fc.nat(500), { maxLength: IN_ALL })
  .map((offsets) => offsets.sort((a, b) => a - b));

test('whatever happens, a cursor passes no delivery that is not complete, none is released twice without a kill, and all are in the end', () => {
  fc.assert(
    fc.property(
      log,
      fc.boolean(),
      fc.array(happening, { maxLength: 200 }),
      (offsets, isOrdered, happenings) => {
        const play = new Play(offsets, isOrdered);
        for (const what of happenings) play.happens(what);
        for (let goesOn = true; goesOn; ) {
          while (play.complete(0));
          play.look();
          goesOn = play.release();
        }
        expect([...play.completed].sort((a, b) => a - b)).toEqual(offsets);
      },
    ),
    { numRuns: 400 },
  );
});

test('a head that was attempted is released again as it is by now, and not before it is due', () => {
  const taken = { bytes: 0 };
  const follower = new Follower(
    { endpointId: 'ep1', releasedTo: 0, releasedBeyond: undefined, head: undefined },
    taken,
  );
  const limits = { atOnce: 1, perSecond: 1_000 };
  const look = () => {
    for (const offset of [3, 4]) if (follower.wants(offset)) follower.take(itemAt(offset));
  };
  look();
  expect(follower.release(limits, 0)).toMatchObject({ record: { offset: 3 } });
  follower.keep({ deliveryId: 'd3', offset: 3, step: 1, attempts: 1, dueAtMs: 5_000 });
  expect(taken.bytes).toBe(0);

  const next = new Follower({ endpointId: 'ep1', ...follower.cursor }, taken);
  for (const one of [follower, next]) {
    for (const offset of [3, 4]) if (one.wants(offset)) one.take(itemAt(offset));
    expect(one.release(limits, 4_999)).toEqual({ atMs: 5_000 });
    expect(one.release(limits, 5_000)).toMatchObject({
      record: { offset: 3 },
      task: { delivery: { step: 1, attempts: 1 } },
    });
  }
});

test('releases keep to the set rate', () => {
  const follower = new Follower(
    { endpointId: 'ep1', releasedTo: 0, releasedBeyond: undefined, head: undefined },
    { bytes: 0 },
  );
  for (let offset = 0; offset < 200; offset++) if (follower.wants(offset)) follower.take(itemAt(offset));
  let released = 0;
  for (let nowMs = 1_000_000; nowMs <= 1_001_000; nowMs += 20) {
    while (!('atMs' in follower.release({ atOnce: 1_000, perSecond: 100 }, nowMs))) released += 1;
  }
  expect(released).toBeGreaterThanOrEqual(98);
  expect(released).toBeLessThanOrEqual(110);
});

test('a clock that is set back holds releases up for no longer than a turn', () => {
  const follower = new Follower(
    { endpointId: 'ep1', releasedTo: 0, releasedBeyond: undefined, head: undefined },
    { bytes: 0 },
  );
  for (const offset of [0, 1]) if (follower.wants(offset)) follower.take(itemAt(offset));
  const limits = { atOnce: 10, perSecond: 10 };
  expect(follower.release(limits, 3_600_000)).toMatchObject({ record: { offset: 0 } });
  expect(follower.release(limits, 1_000)).toEqual({ atMs: 1_100 });
  const next = follower.release(limits, 1_100);
  expect(next).toMatchObject({ record: { offset: 1 } });
  follower.putBack(next as HeldItem, 3_600_000);
  expect(follower.release(limits, 2_000)).toEqual({ atMs: 7_000 });
  expect(follower.release(limits, 7_000)).toMatchObject({ record: { offset: 1 } });
});
