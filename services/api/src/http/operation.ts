import type { ServerResponse } from 'node:http';
import type { Role } from '@herald/registry/api-key';
import type { Problem } from '@herald/service-kit/problem';
import type { z } from 'zod';
import type { Caller } from '../access/caller.ts';
import type { Account } from '../account/account.ts';

/** What a handler answers; `headers` goes with a problem too. */
export type Answer = { headers?: Readonly<Record<string, string>> } & (
  | { status: 200 | 201 | 202; body: unknown }
  | { status: 204 }
  /** Takes the response over, its head too. */
  | { status: 200; stream: (response: ServerResponse) => void }
  | { problem: Problem }
);

export interface Asked<P, Q, B> {
  /** The caller's account: the only way to what belongs to it. */
  account: Account;
  caller: Caller;
  params: P;
  query: Q;
  body: B;
  header(name: string): string | undefined;
}

/** One method on one path, as data: what mounts it can also describe it. */
export interface Operation<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType> {
  method: 'get' | 'post' | 'patch' | 'delete';
  /** Parameters in braces, as in OpenAPI: `/v1/endpoints/{endpoint_id}`. */
  path: string;
  summary: string;
  /** The least role that may. */
  role: Role;
  params: P;
  query: Q;
  /** Undefined for an operation that takes no body. */
  body: B | undefined;
  /** What a success answers with; undefined for one without content. */
  answers: z.ZodType | undefined;
  handle(asked: Asked<z.output<P>, z.output<Q>, z.output<B>>): Promise<Answer> | Answer;
}

export type AnyOperation = Operation<z.ZodObject, z.ZodObject, z.ZodType>;

/** Ties a handler's types to its schemas, and then forgets them. */
export function operation<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType>(
  described: Operation<P, Q, B>,
): AnyOperation {
  return described as unknown as AnyOperation;
}
