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
  /** One entry for each id: `unread` where Kafka gives no answer in time, or too many ask at once. */
  at(revision: number, endpointIds: ReadonlySet<string>): Promise<ReadonlyMap<string, AsRouted>>;
}

export interface ConfigurationLogOptions {
  source: SchemaSource;
  reader: Pick<PartitionReader, 'read'>;
  timeoutMs?: number;
  onFailure: (error: unknown) => void;
}

/** From the asking, so that who waits for others is answered too. */
const ANSWER_TIMEOUT_MS = 3_000;
const LOOK_BYTES = 1024 * 1024;
/** Of one reading: tens of thousands of endpoints. */
const MAX_LOOKS = 32;
const MAX_WAITING = 4;

/**
 * Reads the topic from its beginning to the revision, so one reading at a time: it is for people who ask why. What is
 * found is what was in force: compaction drops a record only with all that came before it for the same endpoint.
 */
export function createConfigurationLog(options: ConfigurationLogOptions): ConfigurationLog {
  const { source, reader, onFailure, timeoutMs = ANSWER_TIMEOUT_MS } = options;
  const decoder = createDecoder<EndpointConfig>({ source, subjectSchema: SUBJECTS.endpoints });
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  async function readTo(
    revision: number,
    endpointIds: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<Map<string, AsRouted>> {
    // Neither a broker that hangs nor a registry that is away ends by itself in time.
    const tooLate = abortOf(signal);
    try {
      signal.throwIfAborted();
      const latest = await Promise.race([latestRecords(reader, revision, endpointIds, signal), tooLate]);
      const found = allOf(endpointIds, 'forgotten');
      for (const [id, record] of latest) {
        found.set(id, await Promise.race([meaningOf(record, decoder), tooLate]));
      }
      return found;
    } catch (error) {
      onFailure(error);
      return allOf(endpointIds, 'unread');
    }
  }

  return {
    async at(revision, endpointIds) {
      if (waiting >= MAX_WAITING) return allOf(endpointIds, 'unread');
      waiting += 1;
      const signal = AbortSignal.timeout(timeoutMs);
      const reading = last.then(() => readTo(revision, endpointIds, signal));
      last = reading;
      return reading.finally(() => {
        waiting -= 1;
      });
    },
  };
}

function allOf(endpointIds: ReadonlySet<string>, kind: 'forgotten' | 'unread'): Map<string, AsRouted> {
  return new Map([...endpointIds].map((id) => [id, { kind }]));
}

async function meaningOf({ offset, value }: Found, decoder: Decoder<EndpointConfig>): Promise<AsRouted> {
  if (value === null) return { kind: 'deleted', revision: offset };
  const decoded = await decoder.decode(value);
  const parsed = decoded.ok ? parseEndpointConfig(decoded.value) : undefined;
  return parsed?.ok ? { kind: 'known', endpoint: parsed.value, revision: offset } : { kind: 'unread' };
}

function abortOf(signal: AbortSignal): Promise<never> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  // It is raced with, and by then perhaps nobody does any more.
  aborted.catch(() => {});
  return aborted;
}

interface Found {
  offset: number;
  value: Buffer | null;
}

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
  throw new Error(`${TOPICS.endpoints} is longer than ${MAX_LOOKS} MiB before offset ${revision}`);
}
