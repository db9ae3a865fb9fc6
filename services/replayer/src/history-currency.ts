import type { GroupProgress } from '@herald/kafka/group-progress';
import { MustWait } from './source/source.ts';

/** Whether the history has what Kafka had at one moment. */
export interface HistoryCurrency {
  /** The first call sets the moment. Rejects with MustWait while the history is behind it, or nobody can say. */
  check(): Promise<void>;
}

/**
 * A history that is late knows of no delivery that was made meanwhile, and has no words for that: to ask it too soon is
 * to be told "not delivered". The group of the log lanes tells how far it is.
 */
export function createHistoryCurrency(loggers: Pick<GroupProgress, 'read'>): HistoryCurrency {
  const ends = new Map<string, number>();
  let isSet = false;
  let isReached = false;
  return {
    async check() {
      if (isReached) return;
      const partitions = await loggers.read().catch((error: unknown) => {
        throw new MustWait('nobody says how far the history is', { cause: error });
      });
      if (!isSet) for (const each of partitions) ends.set(placeOf(each), each.endOffset);
      isSet = true;
      const missing = partitions.reduce(
        (sum, each) => sum + Math.max(0, (ends.get(placeOf(each)) ?? 0) - each.committedOffset),
        0,
      );
      if (missing > 0) throw new MustWait(`the history is behind by ${missing} records`);
      isReached = true;
    },
  };
}

function placeOf({ topic, partition }: { topic: string; partition: number }): string {
  return `${topic}:${partition}`;
}
