import type { PartitionProgress } from '@herald/kafka/group-progress';
import { expect, test } from 'vitest';
import { createHistoryCurrency } from './history-currency.ts';

test('the history is asked only when it has what Kafka had at the first question, whatever came since', async () => {
  const partition: PartitionProgress = {
    topic: 't',
    partition: 0,
    committedOffset: 5,
    completed: [],
    endOffset: 8,
  };
  let isAway = true;
  const currency = createHistoryCurrency({
    async read() {
      if (isAway) throw new Error('no brokers');
      return [{ ...partition }];
    },
  });
  await expect(currency.check()).rejects.toThrow('nobody says');
  isAway = false;
  await expect(currency.check()).rejects.toThrow('behind by 3 records');
  partition.endOffset = 100;
  partition.committedOffset = 7;
  await expect(currency.check()).rejects.toThrow('behind by 1 records');
  partition.committedOffset = 8;
  await currency.check();
  partition.committedOffset = 0;
  await currency.check();
});
