import type { Logger } from '@herald/service-kit/log';
import { requestIdOf } from '@herald/service-kit/request-id';
import type { RequestHandler } from 'express';
import type { Caller } from '../access/caller.ts';
import type { ApiMetrics } from '../api-metrics.ts';

/**
 * Gives the request an id (the caller's own, where it is a plain word), by which a person finds its line in the log,
 * and writes that line: who, what, how it ended and how long it took. Queries and bodies stay out of it. How long a
 * client listens to a stream says nothing about us: it is logged, and not measured.
 */
export function requestLog(options: { log: Logger; metrics: ApiMetrics; now: () => number }): RequestHandler {
  const { log, metrics, now } = options;
  return (request, response, next) => {
    const startedAtMs = now();
    const requestId = requestIdOf(request.get('x-request-id'));
    response.locals.requestId = requestId;
    response.set('X-Request-Id', requestId);
    response.once('close', () => {
      const { route = 'unknown', code, isStream = false } = response.locals;
      const { accountId, actor } = (response.locals.caller as Caller | undefined) ?? {};
      const durationMs = now() - startedAtMs;
      const status = response.writableFinished || isStream ? response.statusCode : 499;
      if (!isStream) metrics.answered(request.method, route, status, durationMs);
      const line = { requestId, method: request.method, route, status, code, accountId, actor, durationMs };
      log[status >= 500 ? 'warn' : 'info'](line, 'request');
    });
    next();
  };
}
