import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDueHeap } from './due-heap.ts';

function drain(heap: ReturnType<typeof createDueHeap<number>>, nowMs: number): number[] {
  const popped: number[] = [];
  for (let item = heap.popDue(nowMs); item !== undefined; item = heap.popDue(nowMs)) popped.push(item);
  return popped;
}

test('items come out in the order of their due times, and none before its own', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1_000)), fc.nat(1_000), (dues, nowMs) => {
      const heap = createDueHeap<number>();
      for (const due of dues) heap.push(due, due);
      expect(drain(heap, nowMs)).toEqual(dues.filter((due) => due <= nowMs).sort((a, b) => a - b));
      expect(heap.size).toBe(dues.filter((due) => due > nowMs).length);
      expect(heap.nextDueMs).toBe(dues.filter((due) => due > nowMs).sort((a, b) => a - b)[0]);
    }),
  );
});

test('what is not retained never comes out, and the rest keeps its order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1_000)), (dues) => {
      const heap = createDueHeap<number>();
      for (const due of dues) heap.push(due, due);
      heap.retain((due) => due % 2 === 0);
      expect(drain(heap, 1_000)).toEqual(dues.filter((due) => due % 2 === 0).sort((a, b) => a - b));
    }),
  );
});

test('what is hastened comes out as if it had been due then from the beginning, and what is out already not again', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ dueMs: fc.nat(1_000), soonerMs: fc.nat(1_000) })),
      fc.nat(1_000),
      (items, nowMs) => {
        const heap = createDueHeap<number>();
        const places = items.map(({ dueMs }, item) => ({ place: heap.push(dueMs, item), item }));
        const out = new Set(drain(heap, nowMs));
        for (const { place, item } of places) heap.hasten(place, items[item]!.soonerMs);
        heap.retain((item) => item % 3 !== 0);
        const left = items
          .map(({ dueMs, soonerMs }, item) => ({ item, dueMs: Math.min(dueMs, soonerMs) }))
          .filter(({ item }) => !out.has(item) && item % 3 !== 0);
        const dues = drain(heap, 1_000).map((item) => left.find((one) => one.item === item)?.dueMs);
        expect(dues).toEqual(left.map(({ dueMs }) => dueMs).sort((a, b) => a - b));
      },
    ),
  );
});
