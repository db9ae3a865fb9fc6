import avsc, { type Type } from 'avsc';
import type { SchemaSource } from './schema-registry.ts';
import type { SubjectSchema } from './schemas.ts';

/** Confluent wire format: magic byte 0, schema id (big endian), then the Avro body. */
const WIRE_HEADER_BYTES = 5;
const MAGIC_BYTE = 0;

/**
 * Where a record is laid out before it is copied. avsc's own has 1 KiB, and encodes a second time what does not fit:
 * that would be every attempt. Larger records than this are rare enough for it.
 */
const SCRATCH_BYTES = 64 * 1024;

export type UndecodableReason =
  | 'empty'
  | 'too_short'
  | 'foreign_format'
  | 'unknown_schema'
  | 'incompatible_schema'
  | 'corrupt';

/** A record's content, or why it has none: a record that cannot be read is data, not an exception. */
export type Decoded<T> = { ok: true; value: T } | { ok: false; reason: UndecodableReason; detail: string };

export interface Decoder<T> {
  /**
   * Answers at once for a writer schema that was seen before. The first record of a schema waits for the registry
   * and goes on asking until it answers: a registry that is away is a stall, never poison.
   * Rejects only when `signal` ends the waiting.
   */
  decode(bytes: Buffer | null): Decoded<T> | Promise<Decoded<T>>;
}

export interface Encoder<T> {
  /** Throws where the value does not fit the schema, naming the field's path. */
  encode(value: T): Buffer;
}

export interface DecoderOptions {
  source: SchemaSource;
  subjectSchema: SubjectSchema;
  signal?: AbortSignal;
  /** Told about each failed question to the registry. */
  onStall?: (error: unknown) => void;
  /** Wait between two questions, milliseconds. */
  retryMs?: number;
  /** How long "no such id" is believed, milliseconds: long enough for a flood, short enough for a late registration. */
  unknownTtlMs?: number;
  now?: () => number;
}

/** What is known of one writer id. `read` throws on bytes that do not fit. */
type Reader<T> =
  | { kind: 'readable'; read: (body: Buffer) => T }
  | { kind: 'unreadable'; reason: UndecodableReason; detail: string; untilMs: number };

/** Bounds the cache against a flood of made-up ids. */
const MAX_WRITER_IDS = 1_000;

/**
 * Decodes to the reader's own schema with a resolver for each writer id, made once: the client library would make one
 * for every record.
 */
export function createDecoder<T>(options: DecoderOptions): Decoder<T> {
  const { source, subjectSchema, signal, onStall, retryMs = 1_000, unknownTtlMs = 30_000 } = options;
  const now = options.now ?? Date.now;
  const readerType = typeOf(subjectSchema.schema);
  const readers = new Map<number, Reader<T>>();
  const asked = new Map<number, Promise<Reader<T>>>();

  return {
    decode(bytes) {
      if (bytes === null || bytes.length === 0) return failure('empty', 'the record has no value');
      if (bytes.length < WIRE_HEADER_BYTES) {
        return failure(
          'too_short',
          `${bytes.length} bytes, the wire format has at least ${WIRE_HEADER_BYTES}`,
        );
      }
      if (bytes[0] !== MAGIC_BYTE) {
        return failure('foreign_format', `first byte ${bytes[0]}, the Confluent wire format begins with 0`);
      }
      const id = bytes.readUInt32BE(1);
      const body = bytes.subarray(WIRE_HEADER_BYTES);
      const known = readers.get(id);
      if (known && (known.kind === 'readable' || known.untilMs > now())) return apply(known, body);
      return ask(id).then((reader) => apply(reader, body));
    },
  };

  function ask(id: number): Promise<Reader<T>> {
    const under = asked.get(id);
    if (under) return under;
    const question = resolveReader(id).finally(() => asked.delete(id));
    asked.set(id, question);
    return question;
  }

  async function resolveReader(id: number): Promise<Reader<T>> {
    for (;;) {
      signal?.throwIfAborted();
      try {
        const reader = readerFor(id, await source.schemaById(id));
        if (readers.size >= MAX_WRITER_IDS) readers.delete(readers.keys().next().value as number);
        readers.set(id, reader);
        return reader;
      } catch (error) {
        onStall?.(error);
        await pause(retryMs, signal);
      }
    }
  }

  function readerFor(id: number, lookup: Awaited<ReturnType<SchemaSource['schemaById']>>): Reader<T> {
    const untilMs = now() + unknownTtlMs;
    if (lookup.kind === 'unknown') {
      const detail = `schema id ${id} is not in the registry`;
      return { kind: 'unreadable', reason: 'unknown_schema', detail, untilMs };
    }
    try {
      const writerType = typeOf(lookup.schema);
      // The writer's record may have another name (a producer's own class): match by shape, as Confluent's clients do.
      const resolver = readerType.createResolver(writerType, { ignoreNamespaces: true });
      return { kind: 'readable', read: (body) => readerType.fromBuffer(body, resolver) as T };
    } catch (error) {
      const detail = `schema id ${id} does not resolve to the reader's: ${messageOf(error)}`;
      return { kind: 'unreadable', reason: 'incompatible_schema', detail, untilMs };
    }
  }

  function apply(reader: Reader<T>, body: Buffer): Decoded<T> {
    if (reader.kind === 'unreadable') return failure(reader.reason, reader.detail);
    try {
      return { ok: true, value: reader.read(body) };
    } catch (error) {
      return failure('corrupt', messageOf(error));
    }
  }
}

/** Looks up the id of exactly this schema; rejects where it is not registered (it is never registered at run time). */
export async function createEncoder<T>(
  source: SchemaSource,
  subjectSchema: SubjectSchema,
): Promise<Encoder<T>> {
  const id = await source.idOf(subjectSchema);
  return encoderWithId(id, subjectSchema);
}

export function encoderWithId<T>(id: number, subjectSchema: SubjectSchema): Encoder<T> {
  const type = typeOf(subjectSchema.schema);
  const scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  scratch.writeUInt8(MAGIC_BYTE);
  scratch.writeUInt32BE(id, 1);
  return {
    encode(value) {
      try {
        const end = type.encode(value, scratch, WIRE_HEADER_BYTES);
        if (end > 0) return Buffer.from(scratch.subarray(0, end));
        return Buffer.concat([scratch.subarray(0, WIRE_HEADER_BYTES), type.toBuffer(value)]);
      } catch (error) {
        throw new Error(`${subjectSchema.subject} cannot be written: ${describeMisfits(type, value)}`, {
          cause: error,
        });
      }
    },
  };
}

/** Every field that does not fit, with its path and value: `toBuffer` names neither. */
function describeMisfits(type: Type, value: unknown): string {
  const misfits: string[] = [];
  type.isValid(value, {
    errorHook: (path, found) => misfits.push(`field ${path.join('.')} has ${JSON.stringify(found) ?? found}`),
  });
  return misfits.join('; ');
}

/** Options objects of avsc keep state: each call gets its own. */
function typeOf(schema: object): Type {
  return avsc.Type.forSchema(schema as avsc.Schema, { wrapUnions: 'auto' });
}

function failure(
  reason: UndecodableReason,
  detail: string,
): { ok: false; reason: UndecodableReason; detail: string } {
  return { ok: false, reason, detail };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
  });
}
