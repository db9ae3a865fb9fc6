import { createDecoder, type Decoder } from '@herald/contracts/codec';
import type { EndpointConfig } from '@herald/contracts/generated/endpoint-config';
import type { SchemaSource } from '@herald/contracts/schema-registry';
import { TOPICS } from '@herald/contracts/topics';
import type { AsRouted } from '@herald/domain/explain/evidence';
import type { PartitionReader } from '@herald/kafka/partition-reader';
import { parseEndpointConfig } from '@herald/registry/endpoint-config';
import { SUBJECTS } from '@herald/registry/subjects';

/** What endpoints were at a revision, as far as compaction has left it on record. */
export interface ConfigurationLog {
  /** One entry for each id. Where Kafka gives no answer in time, all are unknown. */
  at(revision: number, endpointIds: ReadonlySet<string>): Promise<ReadonlyMap<string, AsRouted>>;
}

export interface ConfigurationLogOptions {
  source: SchemaSource;
  reader: Pick<PartitionReader, 'read'>;
  onFailure: (error: unknown) => void;
}

const READING_TIMEOUT_MS = 3_000;
const LOOK_BYTES = 1024 * 1024;
/** Of one reading: tens of thousands of endpoints. What is beyond is told to be unknown. */
const MAX_LOOKS = 32;

/**
 * Reads the topic from its beginning to the revision, so one reading at a time: it is for people who ask why. What is
 * found is what was in force: compaction drops a record only with all that came before it for the same endpoint.
 */
export function createConfigurationLog({
  source,
  reader,
  onFailure,
}: ConfigurationLogOptions): ConfigurationLog {
  const decoder = createDecoder<EndpointConfig>({ source, subjectSchema: SUBJECTS.endpoints });
  let last: Promise<unknown> = Promise.resolve();

  async function readTo(
    revision: number,
    endpointIds: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, AsRouted>> {
    const found = new Map<string, AsRouted>([...endpointIds].map((id) => [id, { kind: 'unknown' }]));
    const signal = AbortSignal.timeout(READING_TIMEOUT_MS);
    try {
      const latest = await latestRecords(reader, revision, endpointIds, signal);
      for (const [id, record] of latest) {
        // A registry that is away is waited for without end elsewhere.
        const asRouted = await Promise.race([meaningOf(record, decoder), abortOf(signal)]);
        found.set(id, asRouted);
      }
    } catch (error) {
      onFailure(error);
    }
    return found;
  }

  return {
    at(revision, endpointIds) {
      const reading = last.then(() => readTo(revision, endpointIds));
      last = reading;
      return reading;
    },
  };
}

async function meaningOf({ offset, value }: Found, decoder: Decoder<EndpointConfig>): Promise<AsRouted> {
  if (value === null) return { kind: 'deleted', revision: offset };
  const decoded = await decoder.decode(value);
  const parsed = decoded.ok ? parseEndpointConfig(decoded.value) : undefined;
  return parsed?.ok ? { kind: 'known', endpoint: parsed.value, revision: offset } : { kind: 'unknown' };
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

interface Found {
  offset: number;
  value: Buffer | null;
}

/** None where the topic is longer than one reading. */
async function latestRecords(
  reader: Pick<PartitionReader, 'read'>,
  revision: number,
  endpointIds: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Found>> {
  const latest = new Map<string, Found>();
  let from = 0;
  for (let looks = 0; looks < MAX_LOOKS; looks++) {
    const look = await reader.read(
      { topic: TOPICS.endpoints, partition: 0, from, to: revision + 1, maxBytes: LOOK_BYTES },
      signal,
    );
    if (look.kind === 'expired') {
      from = look.lowOffset;
      continue;
    }
    for (const record of look.records) {
      const id = record.key?.toString() ?? '';
      // A copy: what is kept must not keep the whole look.
      if (endpointIds.has(id)) {
        latest.set(id, { offset: record.offsetNumber, value: record.value && Buffer.from(record.value) });
      }
    }
    if (look.nextOffset > revision || look.nextOffset >= look.endOffset || look.nextOffset === from)
      return latest;
    from = look.nextOffset;
  }
  return new Map();
}
