import type { Role } from '@herald/registry/api-key';
import type { ApiKeyTable } from '@herald/registry/api-keys';
import { unauthorized } from '@herald/registry/unauthorized';
import { type Problem, sendProblem } from '@herald/service-kit/problem';
import type { Express, Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { Account } from '../account/account.ts';
import { invalidRequest, type Mistake, parsePart } from './invalid.ts';
import type { Answer, AnyOperation, Caller } from './operation.ts';
import { forbidden, methodNotAllowed, unsupportedType } from './problems.ts';

export interface MountOptions {
  keys: Pick<ApiKeyTable, 'verify'>;
  accountOf: (accountId: string) => Account;
  readBody: RequestHandler;
}

const ROLES: readonly Role[] = ['read', 'write', 'admin'];

/** Each operation as its steps: who asks, may they, what do they ask, do it, answer. */
export function mount(app: Express, operations: readonly AnyOperation[], options: MountOptions): void {
  const { keys, accountOf, readBody } = options;

  for (const operation of operations) {
    const admit: RequestHandler = (request, response, next) => {
      response.locals.route = operation.path;
      const admitted = admitCaller(request.get('authorization'), operation.role, keys);
      if ('problem' in admitted) return send(response, admitted);
      response.locals.accountId = admitted.accountId;
      response.locals.keyId = admitted.keyId;
      response.locals.isAdmitted = () =>
        'accountId' in admitCaller(request.get('authorization'), operation.role, keys);
      next();
    };
    const perform: RequestHandler = async (request, response) => {
      const asked = parseRequest(operation, request);
      if ('problem' in asked) return send(response, asked);
      const account = accountOf(response.locals.accountId as string);
      const caller = { keyId: response.locals.keyId, isAdmitted: response.locals.isAdmitted } as Caller;
      const header = (name: string): string | undefined => request.get(name);
      send(response, await operation.handle({ ...asked, account, caller, header }));
    };
    const steps = operation.body ? [admit, readBody, perform] : [admit, perform];
    app[operation.method](expressPath(operation.path), ...steps);
  }

  for (const [path, methods] of methodsByPath(operations)) {
    app.all(expressPath(path), (request, response) => {
      send(response, methodNotAllowed(request.method, request.path, methods));
    });
  }
}

export function send(response: Response, answer: Answer): void {
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.set(name, value);
  if ('problem' in answer) {
    if (answer.problem.status === 401) response.set('WWW-Authenticate', 'Bearer');
    response.locals.code = answer.problem.code;
    sendProblem(response, { ...answer.problem, request_id: response.locals.requestId });
  } else if ('stream' in answer) {
    response.locals.isStream = true;
    answer.stream(response);
  } else if ('body' in answer) {
    response.status(answer.status).json(answer.body);
  } else {
    response.status(answer.status).end();
  }
}

function admitCaller(
  header: string | undefined,
  needs: Role,
  keys: MountOptions['keys'],
): { accountId: string; keyId: string } | { problem: Problem } {
  const text = /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1];
  if (text === undefined) return { problem: unauthorized('missing') };
  const caller = keys.verify(text);
  if (!caller.ok) return { problem: unauthorized(caller.reason) };
  if (ROLES.indexOf(caller.role) < ROLES.indexOf(needs)) return { problem: forbidden(caller.role, needs) };
  return { accountId: caller.accountId, keyId: caller.keyId };
}

interface Parsed {
  params: Record<string, unknown>;
  query: Record<string, unknown>;
  body: unknown;
}

/** All mistakes in path, query and body at once. */
function parseRequest(operation: AnyOperation, request: Request): Parsed | { problem: Problem } {
  if (operation.body && !isJson(request)) return { problem: unsupportedType(request.get('content-type')) };
  const mistakes: Mistake[] = [];
  const part = <S extends z.ZodType>(where: Mistake['in'], schema: S, given: unknown): z.output<S> => {
    const parsed = parsePart(where, schema, given);
    if (parsed.ok) return parsed.value;
    mistakes.push(...parsed.mistakes);
    return undefined as z.output<S>;
  };
  const parsed = {
    params: part('path', operation.params, request.params),
    query: part('query', operation.query, { ...request.query }),
    body: part('body', operation.body ?? z.unknown(), request.body),
  };
  return mistakes.length === 0 ? parsed : { problem: invalidRequest(mistakes) };
}

/** An empty body counts as one that is missing, whatever it is announced as. */
function isJson(request: Request): boolean {
  return request.get('content-type') === undefined || request.is('application/json') !== false;
}

function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

function methodsByPath(operations: readonly AnyOperation[]): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  for (const { path, method } of operations) {
    methods.set(path, [...(methods.get(path) ?? []), method.toUpperCase()]);
  }
  return methods;
}
