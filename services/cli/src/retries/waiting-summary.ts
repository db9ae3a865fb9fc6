import type { RetryTierName } from '@herald/domain/retry-tiers';
import type { WaitingRecord } from './waiting-records.ts';

/** What waits of one endpoint in one tier. Times are epoch milliseconds. */
export interface WaitingGroup {
  tier: RetryTierName;
  endpointId: string;
  waiting: number;
  firstDueMs: number;
  lastDueMs: number;
  /** Since when the one waits here that has waited longest. */
  oldestMs: number;
}

/** Counts, however many there are, in memory for each endpoint and tier. */
export async function summarize(records: AsyncIterable<WaitingRecord>): Promise<WaitingGroup[]> {
  const groups = new Map<string, WaitingGroup>();
  for await (const { tier, appendedAtMs, delivery } of records) {
    const { endpointId } = delivery;
    const dueMs = dueOf(delivery);
    const key = `${tier} ${endpointId}`;
    const group = groups.get(key);
    if (!group) {
      groups.set(key, {
        tier,
        endpointId,
        waiting: 1,
        firstDueMs: dueMs,
        lastDueMs: dueMs,
        oldestMs: appendedAtMs,
      });
      continue;
    }
    group.waiting += 1;
    group.firstDueMs = Math.min(group.firstDueMs, dueMs);
    group.lastDueMs = Math.max(group.lastDueMs, dueMs);
    group.oldestMs = Math.min(group.oldestMs, appendedAtMs);
  }
  return [...groups.values()];
}

/** When it is attempted: one that is parked looks in before its turn. */
export function dueOf({ dueAtMs, turnAtMs }: WaitingRecord['delivery']): number {
  return turnAtMs ?? dueAtMs;
}

/** The first `count` by the time that they are due, each as `keep` gives it: a record is not there any more after its turn. */
export async function firstDue<T>(
  records: AsyncIterable<WaitingRecord>,
  count: number,
  keep: (record: WaitingRecord) => T,
): Promise<T[]> {
  const first: { dueMs: number; kept: T }[] = [];
  for await (const record of records) {
    const dueMs = dueOf(record.delivery);
    const last = first.at(-1);
    if (first.length === count && last && dueMs >= last.dueMs) continue;
    const behind = first.findIndex((one) => one.dueMs > dueMs);
    first.splice(behind < 0 ? first.length : behind, 0, { dueMs, kept: keep(record) });
    if (first.length > count) first.pop();
  }
  return first.map(({ kept }) => kept);
}
