import { expect, test } from 'vitest';
import { growthOf, type MemorySample, nodeMemoryOf } from './memory.ts';

const MIB = 1024 * 1024;
const RUN_MS = 600_000;

function samplesOf(mibAt: (minute: number) => number): MemorySample[] {
  return Array.from({ length: 120 }, (_, n) => ({ atMs: n * 5_000, rssBytes: mibAt(n / 12) * MIB }));
}

test('what a start brings in the first two of ten minutes is no growth', () => {
  expect(
    growthOf(
      samplesOf((minute) => Math.min(100 + minute * 100, 300)),
      RUN_MS,
    ).grownBytes,
  ).toBe(0);
});

test('a leak shows, however much single samples jump', () => {
  const leaking = samplesOf((minute) => 200 + minute * 20 + (Math.round(minute * 12) % 3) * 25);
  expect(growthOf(leaking, RUN_MS).grownBytes / MIB).toBeGreaterThan(100);
});

test('a jump that comes back is no growth', () => {
  expect(
    growthOf(
      samplesOf((minute) => (minute > 5 && minute < 6 ? 400 : 200)),
      RUN_MS,
    ).grownBytes,
  ).toBe(0);
});

test("a process' own account is read from its metrics", () => {
  const metrics =
    '# HELP x\nnodejs_heap_size_used_bytes{service="dispatcher"} 1024\nnodejs_external_memory_bytes 7\n';
  expect(nodeMemoryOf(metrics)).toEqual({ heapBytes: 1024, externalBytes: 7 });
});

test('a run without samples proves nothing', () => {
  expect(() => growthOf([], RUN_MS)).toThrow('too few');
});
