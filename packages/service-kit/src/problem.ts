import { randomUUID } from 'node:crypto';
import type { ErrorRequestHandler, Response } from 'express';
import type { Logger } from './log.ts';

/** An error answer as RFC 9457 has it. `type` is made from `code`, by which a client tells problems apart. */
export interface Problem {
  status: number;
  code: string;
  /** The same for every occurrence. */
  title: string;
  /** What happened this time, with which input, and what to do. */
  detail: string;
  [extension: string]: unknown;
}

/** Members that clients of one part of an app need beside those of a problem. */
export type ExtendProblem = (problem: Problem) => Readonly<Record<string, unknown>>;

/** A part of an app may have set `response.locals.extendProblem`, an ExtendProblem. */
export function sendProblem(response: Response, problem: Problem): void {
  const { code, ...members } = problem;
  const extend = response.locals.extendProblem as ExtendProblem | undefined;
  response
    .status(members.status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: `urn:herald:problem:${code}`, ...members, ...extend?.(problem) }));
}

/** The last handler of an app: what express itself refuses as its problem, anything else as a logged 500. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (error, request, response, next) => {
    if (response.headersSent) return next(error);
    const problem = refusal(error);
    if (problem) return sendProblem(response, problem);
    const incident = randomUUID();
    const { requestId } = response.locals as { requestId?: string };
    log.error(
      { err: error, incident, requestId, method: request.method, path: request.path },
      'a request failed',
    );
    sendProblem(response, {
      status: 500,
      code: 'internal',
      title: 'Herald has failed',
      detail: `This is not the fault of the request. Tell the operator the incident ${incident}.`,
      incident,
      request_id: requestId,
    });
  };
}

/** Errors of body-parser and the router, which carry a status and say that they may be shown. */
function refusal(error: unknown): Problem | undefined {
  const { type, status, limit, message, expose } = error as Partial<
    Record<'type' | 'message', string> & { status: number; limit: number; expose: boolean }
  >;
  if (type === 'entity.too.large') {
    return {
      status: 413,
      code: 'body_too_large',
      title: 'The body is too large',
      detail: `At most ${limit} bytes are read. Send less in one request.`,
      max_body_bytes: limit,
      errors: [wholeBody(`it is longer than ${limit} bytes`, 'Send less in one request.')],
    };
  }
  if (type === 'entity.parse.failed') {
    return {
      status: 400,
      code: 'malformed_json',
      title: 'The body is not JSON',
      detail: `${withoutSource(message ?? '')}.`,
      errors: [wholeBody('it is not JSON', 'Send one JSON value, in UTF-8.')],
    };
  }
  if (status === undefined || status < 400 || status >= 500 || expose === false) return undefined;
  return { status, code: 'refused', title: 'The request cannot be read', detail: `${message}.` };
}

/** What JSON.parse quotes of the body may be a part of a credential. */
function withoutSource(message: string): string {
  return message.replace(/,? ?(?:\.{3})?".*is not valid JSON$/s, '') || 'It is not valid JSON';
}

/** In the form in which a field of a request is named. */
function wholeBody(problem: string, remedy: string) {
  return { in: 'body', field: '', problem, remedy };
}
