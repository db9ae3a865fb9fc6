import type { LaneRecord } from '@herald/kafka/record';

/** A record as a lane hands it over, but for what a test says about it. */
export function aRecord(said: Partial<Omit<LaneRecord, 'claim'>> = {}, isCurrent = () => true): LaneRecord {
  const record = {
    topic: 'webhook.attempts',
    partition: 0,
    offset: 0,
    key: null,
    value: Buffer.from('value'),
    headers: {},
    timestampMs: 1_700_000_000_000,
    bytes: 5,
    ...said,
  };
  return { ...record, claim: { topic: record.topic, partition: record.partition, isCurrent } };
}
