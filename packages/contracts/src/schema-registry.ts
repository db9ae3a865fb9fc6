import { setTimeout as sleep } from 'node:timers/promises';
import { COMPATIBILITY, SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import type { SubjectSchema } from './schemas.ts';

/** The writer's schema of an id; `unknown` only when the registry itself said that it has no such id. */
export type SchemaLookup = { kind: 'schema'; schema: object } | { kind: 'unknown' };

/** What a codec needs of a registry. A registry that cannot be asked is a rejection: a stall, never poison. */
export interface SchemaSource {
  schemaById(id: number): Promise<SchemaLookup>;
  /** The id of exactly this schema under its subject. Rejects, naming the remedy, where it is not registered. */
  idOf(subjectSchema: SubjectSchema): Promise<number>;
}

export interface SchemaRegistryClient extends SchemaSource {
  /** Registers the schema with FULL_TRANSITIVE compatibility and resolves with its id; the same schema again is a no-op. */
  apply(subjectSchema: SubjectSchema): Promise<number>;
}

export interface SchemaRegistryOptions {
  /** Address of the Confluent API, e.g. `http://127.0.0.1:8081/apis/ccompat/v7`. */
  url: string;
  /** Time for one call; the client library has none of its own. */
  timeoutMs?: number;
}

const APPLY_TRIES = 5;
const APPLY_PAUSE_MS = 200;

/** The Confluent schema registry API, over `@kafkajs/confluent-schema-registry`. */
export function connectSchemaRegistry(options: SchemaRegistryOptions): SchemaRegistryClient {
  const { url, timeoutMs = 5_000 } = options;
  const client = new SchemaRegistry({ host: url, clientId: 'herald', retry: { retries: 1 } });
  const bounded = <T>(call: Promise<T>): Promise<T> => withTimeout(call, timeoutMs, url);

  return {
    async schemaById(id) {
      try {
        const schema = (await bounded(client.getSchema(id))) as unknown as { toJSON(): object };
        return { kind: 'schema', schema: schema.toJSON() };
      } catch (error) {
        if (isNotFound(error)) return { kind: 'unknown' };
        throw error;
      }
    },

    async idOf({ subject, schema }) {
      try {
        return await bounded(client.getRegistryIdBySchema(subject, confluent(schema)));
      } catch (error) {
        if (!isNotFound(error)) throw error;
        throw new Error(
          `The schema of subject ${subject} is not registered at ${url}. Run: herald schemas apply`,
          { cause: error },
        );
      }
    },

    async apply({ subject, schema }) {
      const compatibility = COMPATIBILITY.FULL_TRANSITIVE;
      for (let triesLeft = APPLY_TRIES - 1; ; triesLeft--) {
        try {
          const { id } = await bounded(client.register(confluent(schema), { subject, compatibility }));
          return id;
        } catch (error) {
          if (triesLeft === 0 || !mayBeARace(error)) throw error;
          await sleep(APPLY_PAUSE_MS);
        }
      }
    },
  };
}

/**
 * The client makes a subject, and then sets its compatibility: somebody else who applies the same schemas meets a
 * subject that has come up meanwhile, or one that is not finished. A schema that does not fit is refused in the same
 * words, each time.
 */
function mayBeARace(error: unknown): boolean {
  const { status, name } = error as { status?: number; name?: string };
  return status === 409 || name === 'ConfluentSchemaRegistryCompatibilityError';
}

function confluent(schema: object) {
  return { type: 'AVRO', schema: JSON.stringify(schema) } as Parameters<SchemaRegistry['register']>[0];
}

/** The client rejects a 404 with its status, but a look-up by schema with this class, which it raises for nothing else. */
function isNotFound(error: unknown): boolean {
  const { status, name } = error as { status?: number; name?: string };
  return status === 404 || name === 'ConfluentSchemaRegistryError';
}

async function withTimeout<T>(call: Promise<T>, timeoutMs: number, url: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`The schema registry at ${url} gave no answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([call, expired]);
  } finally {
    clearTimeout(timer);
  }
}
