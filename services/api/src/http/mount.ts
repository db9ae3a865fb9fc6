import { type Problem, sendProblem } from '@herald/service-kit/problem';
import type { Express, Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { Admission, Authentication } from '../access/authenticate.ts';
import type { Caller } from '../access/caller.ts';
import { type Credentials, isLoopback } from '../access/origin.ts';
import type { Account, BoundTo } from '../account/account.ts';
import type { Limited, RequestLimits } from '../rate-limit/request-limits.ts';
import { whenLeft } from './client-left.ts';
import { STREAM_HEAD } from './event-stream.ts';
import type { RequestHeaderName } from './headers.ts';
import { invalidRequest, type Mistake, parsePart } from './invalid.ts';
import type { Answer, AnyOperation, Asked, OpenOperation } from './operation.ts';
import { endpointUnreadable, methodNotAllowed, rateLimited, unsupportedType } from './problems.ts';

export interface MountOptions {
  admission: Admission;
  limits: RequestLimits;
  accountOf: (caller: BoundTo) => Account;
  readBody: RequestHandler;
  /** Sees what each handler answers before it is sent; tests throw there what is not as described. */
  onAnswer?: (operation: AnyOperation, answer: Answer) => void;
}

/** Each operation as its steps: who asks, may they, what do they ask, do it, answer. */
export function mount(app: Express, operations: readonly AnyOperation[], options: MountOptions): void {
  const { admission, limits, accountOf, readBody } = options;

  for (const operation of operations) {
    const ask: RequestHandler = (request, response, next) => {
      response.locals.route = operation.path;
      // To read what anybody may send is work already.
      if (operation.role === undefined && operation.body && isTooMany(request, response)) return;
      const admitted = admit(admission, operation, credentialsOf(request));
      if ('problem' in admitted) return refuse(request, response, admitted);
      response.locals.caller = admitted.caller;
      if (admitted.caller && isBeyond(limits.ofCaller(admitted.caller.actor), response)) return;
      next();
    };
    const perform: RequestHandler = async (request, response) => {
      const asked = parseRequest(operation, request);
      if ('problem' in asked) return send(response, asked);
      const { caller, requestId } = response.locals as { caller: Caller | undefined; requestId: string };
      const header = headerOf(operation, request);
      const isOnLoopback = isLoopback(credentialsOf(request));
      const everyone = { ...asked, header, requestId, isOnLoopback };
      const answer = caller
        ? await answerOwner(operation, {
            ...everyone,
            account: accountOf({ ...caller, requestId, signal: whenLeft(response) }),
            caller,
          })
        : await (operation as OpenOperation<z.ZodObject, z.ZodObject, z.ZodType>).handle(everyone);
      options.onAnswer?.(operation, answer);
      if (answer.actor && isBeyond(limits.ofCaller(answer.actor), response)) return;
      if (!caller && 'problem' in answer) refuse(request, response, answer);
      else send(response, answer);
    };
    const steps = operation.body ? [ask, readBody, perform] : [ask, perform];
    app[operation.method](expressPath(operation.path), ...steps);
  }

  /** Of nobody that is known: who goes on with that is told to wait instead. */
  function refuse(request: Request, response: Response, answer: Answer): void {
    if (!isTooMany(request, response)) send(response, answer);
  }

  /** Of its address; counts a request once, however often it is asked. */
  function isTooMany(request: Request, response: Response): boolean {
    if (response.locals.isCounted) return false;
    response.locals.isCounted = true;
    return isBeyond(limits.ofStranger(request.socket.remoteAddress ?? ''), response);
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
  } else if ('stream' in answer && response.req.method === 'HEAD') {
    // Who asks for the head hears no events: they would go on for nobody.
    response.writeHead(answer.status, STREAM_HEAD).end();
  } else if ('stream' in answer) {
    response.locals.isStream = true;
    answer.stream(response);
  } else if ('body' in answer) {
    response.status(answer.status).json(answer.body);
  } else {
    response.status(answer.status).end();
  }
}

/** No handler takes an endpoint that is there for one that is not. */
async function answerOwner(
  operation: AnyOperation,
  asked: Asked<Record<string, unknown>, Record<string, unknown>, unknown>,
): Promise<Answer> {
  const { endpoint_id: endpointId } = asked.params;
  if (typeof endpointId === 'string' && asked.account.endpoints.isUnreadable(endpointId)) {
    return endpointUnreadable(endpointId);
  }
  return operation.handle(asked);
}

/** Says what is left; where that is nothing, the request is answered. */
function isBeyond({ ok, headers, rule }: Limited, response: Response): boolean {
  response.set(headers);
  if (!ok) send(response, { problem: rateLimited(rule) });
  return !ok;
}

function admit(
  admission: Admission,
  operation: AnyOperation,
  credentials: Credentials,
): Authentication | { caller: undefined } {
  if (operation.role !== undefined) return admission.authenticate(credentials, operation);
  const problem = admission.refuseForeignPage(credentials);
  return problem ? { problem } : { caller: undefined };
}

function credentialsOf(request: Request): Credentials {
  return { header: (name) => request.get(name) };
}

/** A handler that asks for a header that its description does not have is a bug. */
function headerOf({ operationId, requestHeaders = {} }: AnyOperation, request: Request) {
  return (name: RequestHeaderName): string | undefined => {
    if (!(name in requestHeaders)) throw new Error(`${operationId} does not list the header ${name}`);
    return request.get(name);
  };
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

/** A colon is one in a path, and begins a parameter in Express. */
function expressPath(path: string): string {
  return path.replaceAll(':', '\\:').replaceAll(/\{(\w+)\}/g, ':$1');
}

function methodsByPath(operations: readonly AnyOperation[]): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  for (const { path, method } of operations) {
    methods.set(path, [...(methods.get(path) ?? []), method.toUpperCase()]);
  }
  return methods;
}
