/** A stretch of one partition that is to be read, `[from, to)`. */
export interface RebuildRange {
  topic: string;
  partition: number;
  from: number;
  to: number;
}

export interface PartitionBounds {
  topic: string;
  partition: number;
  lowOffset: number;
  endOffset: number;
}

/** Where an earlier rebuild has come to. */
export interface RebuildPosition {
  topic: string;
  partition: number;
  nextOffset: number;
}

/**
 * What is still to be read: from where the last rebuild came to, or from the first record that Kafka keeps, to the
 * end as it is now. A position beyond the end is one of another log: that partition is read from its start.
 */
export function rangesToRead(
  bounds: readonly PartitionBounds[],
  positions: readonly RebuildPosition[],
): RebuildRange[] {
  const nextOf = new Map(
    positions.map(({ topic, partition, nextOffset }) => [`${topic}:${partition}`, nextOffset]),
  );
  return bounds
    .map(({ topic, partition, lowOffset, endOffset }) => {
      const next = nextOf.get(`${topic}:${partition}`) ?? lowOffset;
      const from = next > endOffset ? lowOffset : Math.max(next, lowOffset);
      return { topic, partition, from, to: endOffset };
    })
    .filter(({ from, to }) => from < to);
}
