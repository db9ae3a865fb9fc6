const seed = 0x9747b28c;
const m = 0x5bd1e995;

/**
 * The partition that the Java client, kafkajs and librdkafka's `murmur2_random` choose for a key. kafkajs' own
 * works on BigInt and costs microseconds a key.
 */
export function partitionForKey(key: Buffer | string, partitions: number): number {
  return (murmur2(typeof key === 'string' ? Buffer.from(key) : key) & 0x7fffffff) % partitions;
}

/** 32-bit murmur2 with Kafka's seed, as in org.apache.kafka.common.utils.Utils. */
export function murmur2(data: Buffer): number {
  const length = data.length;
  const tail = length & ~3;
  let h = seed ^ length;
  for (let i = 0; i < tail; i += 4) {
    let k = data[i]! | (data[i + 1]! << 8) | (data[i + 2]! << 16) | (data[i + 3]! << 24);
    k = Math.imul(k, m);
    k = Math.imul(k ^ (k >>> 24), m);
    h = Math.imul(h, m) ^ k;
  }
  const rest = length - tail;
  if (rest > 2) h ^= data[tail + 2]! << 16;
  if (rest > 1) h ^= data[tail + 1]! << 8;
  if (rest > 0) h = Math.imul(h ^ data[tail]!, m);
  h = Math.imul(h ^ (h >>> 13), m);
  return h ^ (h >>> 15);
}
