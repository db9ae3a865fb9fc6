import { createDecoder, type UndecodableReason } from '@herald/contracts/codec';
import type { SchemaSource } from '@herald/contracts/schema-registry';
import type { SubjectSchema } from '@herald/contracts/schemas';
import { type CompactedTable, type Decoded, openCompactedTable } from '@herald/kafka/compacted-table';
import type { KafkaConnection } from '@herald/kafka/connection';

export interface TableOptions {
  connection: KafkaConnection;
  source: SchemaSource;
  /** A pino logger fits. */
  log: { warn(detail: object, message: string): void };
  /** The table is dead and will not follow any more: exit. */
  onFatal: (error: Error) => void;
}

export interface TableContents<Raw, V, Certain = undefined> {
  topic: string;
  subjectSchema: SubjectSchema;
  /** `appendedAtMs` is when the broker took the record. */
  parse: (record: Raw, appendedAtMs: number, key: string) => Decoded<V, Certain>;
  /** What is certain of a record whose bytes cannot be decoded. */
  undecodable?: (reason: UndecodableReason) => Certain | undefined;
}

/**
 * A table of a configuration topic, its values parsed. A record that cannot be read changes nothing and is logged:
 * configuration is never guessed. A schema registry that is away stalls the table, which takes readiness away.
 */
export async function openConfigurationTable<Raw, V, Certain = undefined>(
  options: TableOptions,
  { topic, subjectSchema, parse, undecodable: certainOf }: TableContents<Raw, V, Certain>,
): Promise<CompactedTable<V, Certain>> {
  const { connection, source, log, onFatal } = options;
  const stopped = new AbortController();
  const decoder = createDecoder<Raw>({
    source,
    subjectSchema,
    signal: stopped.signal,
    onStall: (error) =>
      log.warn({ err: error, topic }, 'the schema registry gives no answer, the table waits'),
  });

  const table = await openCompactedTable<V, Certain>({
    connection,
    topic,
    decode(key, value, appendedAtMs) {
      const decoded = decoder.decode(value);
      return decoded instanceof Promise
        ? decoded.then((late) => read(late, appendedAtMs, key))
        : read(decoded, appendedAtMs, key);
    },
    onUndecodable: (undecodable) => log.warn({ topic, ...undecodable }, 'a configuration record was skipped'),
    onFatal,
  });
  return {
    get: (key) => table.get(key),
    entries: () => table.entries(),
    unreadable: table.unreadable,
    get revision() {
      return table.revision;
    },
    waitForRevision: (revision, timeoutMs) => table.waitForRevision(revision, timeoutMs),
    onChange: (listener) => table.onChange(listener),
    isFollowing: (graceMs) => table.isFollowing(graceMs),
    stop() {
      stopped.abort();
      return table.stop();
    },
  };

  function read(
    decoded: Awaited<ReturnType<typeof decoder.decode>>,
    appendedAtMs: number,
    key: string,
  ): Decoded<V, Certain> {
    if (decoded.ok) return parse(decoded.value, appendedAtMs, key);
    const { reason, detail } = decoded;
    return { ok: false, reason: `${reason}: ${detail}`, certain: certainOf?.(reason) };
  }
}
