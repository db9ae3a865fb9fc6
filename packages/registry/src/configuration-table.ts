import { createDecoder } from '@herald/contracts/codec';
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

export interface TableContents<Raw, V> {
  topic: string;
  subjectSchema: SubjectSchema;
  /** `appendedAtMs` is when the broker took the record. */
  parse: (record: Raw, appendedAtMs: number) => Decoded<V>;
}

/**
 * A table of a configuration topic, its values parsed. A record that cannot be read changes nothing and is logged:
 * configuration is never guessed. A schema registry that is away stalls the table, which takes readiness away.
 */
export async function openConfigurationTable<Raw, V>(
  options: TableOptions,
  { topic, subjectSchema, parse }: TableContents<Raw, V>,
): Promise<CompactedTable<V>> {
  const { connection, source, log, onFatal } = options;
  const stopped = new AbortController();
  const decoder = createDecoder<Raw>({
    source,
    subjectSchema,
    signal: stopped.signal,
    onStall: (error) =>
      log.warn({ err: error, topic }, 'the schema registry gives no answer, the table waits'),
  });

  const table = await openCompactedTable<V>({
    connection,
    topic,
    decode(_key, value, appendedAtMs) {
      const decoded = decoder.decode(value);
      return decoded instanceof Promise
        ? decoded.then((late) => read(late, appendedAtMs))
        : read(decoded, appendedAtMs);
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

  function read(decoded: Awaited<ReturnType<typeof decoder.decode>>, appendedAtMs: number): Decoded<V> {
    return decoded.ok
      ? parse(decoded.value, appendedAtMs)
      : { ok: false, reason: `${decoded.reason}: ${decoded.detail}` };
  }
}
