import type { ServerResponse } from 'node:http';
import type { Role } from '@herald/registry/api-key';
import type { Problem } from '@herald/service-kit/problem';
import type { z } from 'zod';
import type { Actor, Caller } from '../access/caller.ts';
import type { Account } from '../account/account.ts';
import type { RequestHeaderName, ResponseHeaderName } from './headers.ts';
import type { TagName } from './tags.ts';

export type SuccessStatus = 200 | 201 | 202 | 204;

/** Status and code of a problem, as `404 not_found`. */
export type ProblemCode = `${number} ${string}`;

/**
 * What a handler answers; `headers` goes with a problem too. `actor` is who asked, as an operation for anybody has found
 * out: the request counts as theirs, and is answered only within their limit.
 */
export type Answer = { headers?: Readonly<Record<string, string>>; actor?: Actor } & (
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
  /** Whether the browser of who asks is on the same machine, where a cookie need not be for https only. */
  isOnLoopback: boolean;
  requestId: string;
  /** Only of those that the operation lists. */
  header(name: RequestHeaderName): string | undefined;
}

/** One method on one path, as data: what mounts it can also describe it. */
export interface Description<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType> {
  method: 'get' | 'post' | 'patch' | 'delete';
  /** Parameters in braces, as in OpenAPI: `/v1/endpoints/{endpoint_id}`. */
  path: string;
  /** Unique among all operations; the name of the method in clients that are generated. */
  operationId: string;
  tag: TagName;
  summary: string;
  /** The least role that may; undefined where no key is asked for. */
  role: Role | undefined;
  params: P;
  query: Q;
  /** Undefined for an operation that takes no body. */
  body: B | undefined;
  requestHeaders?: Partial<Readonly<Record<RequestHeaderName, 'required' | 'optional'>>>;
  /** What a success answers with; undefined for one without content. Of a stream, the data of each event. */
  answers: z.ZodType | undefined;
  /** Left out where every answer is JSON. */
  produces?: 'text/event-stream';
  /** Those of a success; left out, it is 200, or 204 for one without content. */
  statuses?: readonly SuccessStatus[];
  /** On every success. */
  responseHeaders?: readonly ResponseHeaderName[];
  /** What the handler may refuse with, beyond what any operation may be refused with before it is asked. */
  problems: readonly ProblemCode[];
}

export interface Operation<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType>
  extends Description<P, Q, B> {
  role: Role;
  /** What is of the account as a whole, and so not for who is limited to a part of it. */
  wholeAccount?: true;
  /** What no session from a portal link may do. */
  keyOnly?: true;
  handle(asked: Asked<z.output<P>, z.output<Q>, z.output<B>>): Promise<Answer> | Answer;
}

/** What anybody may ask for: there is no caller, and so no account. */
export interface OpenOperation<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType>
  extends Description<P, Q, B> {
  role: undefined;
  handle(
    asked: Omit<Asked<z.output<P>, z.output<Q>, z.output<B>>, 'account' | 'caller'>,
  ): Promise<Answer> | Answer;
}

export type AnyDescription = Description<z.ZodObject, z.ZodObject, z.ZodType>;
export type AnyOperation =
  | Operation<z.ZodObject, z.ZodObject, z.ZodType>
  | OpenOperation<z.ZodObject, z.ZodObject, z.ZodType>;

/** Ties a handler's types to its schemas, and then forgets them. */
export function operation<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType>(
  described: Operation<P, Q, B> | OpenOperation<P, Q, B>,
): AnyOperation {
  return described as unknown as AnyOperation;
}
