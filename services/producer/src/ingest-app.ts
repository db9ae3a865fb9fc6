import type { Published, Publisher } from '@herald/publisher/publisher';
import type { ApiKeyTable } from '@herald/registry/api-keys';
import type { Logger } from '@herald/service-kit/log';
import { type Problem, problemHandler, sendProblem } from '@herald/service-kit/problem';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { type Accepted, acceptEvents } from './accept-events.ts';
import type { Admission } from './admission.ts';
import { authenticate } from './authenticate.ts';
import type { Idempotency } from './idempotency.ts';
import type { IngestMetrics } from './ingest-metrics.ts';
import { notFound, overloaded, RETRY_AFTER_SECONDS, unsupportedType } from './problems.ts';

export interface IngestOptions {
  publisher: Pick<Publisher, 'publishMany'>;
  keys: Pick<ApiKeyTable, 'verify'>;
  admission: Admission;
  idempotency: Idempotency<Published[]>;
  metrics: IngestMetrics;
  log: Logger;
  maxBodyBytes: number;
  maxBatchEvents: number;
  ackTimeoutMs: number;
  newEventId: () => string;
  now: () => number;
}

/** What the steps of one request know of it. */
interface Locals {
  accountId: string;
  keyId: string;
  /** The exact bytes of the body; undefined where it was not announced as JSON, or is empty. */
  raw: Buffer | undefined;
  /** Settles when nothing of the request is under way any more. */
  writing: Promise<unknown> | undefined;
}

type Ask = Request;
type Answer = Response<unknown, Locals>;

/** `POST /v1/events`: who, is there room, what, write, answer. 202 only when all events are on record. */
export function createIngestApp(options: IngestOptions): Express {
  const { publisher, keys, admission, idempotency, metrics, log, maxBodyBytes, maxBatchEvents } = options;

  function observe(request: Ask, response: Answer, next: NextFunction): void {
    const startedAtMs = options.now();
    response.once('close', () => {
      const { accountId, keyId, code = 'none' } = response.locals as Partial<Locals> & { code?: string };
      const durationMs = options.now() - startedAtMs;
      metrics.answered(response.statusCode, code, durationMs);
      const { statusCode: status } = response;
      log.debug({ accountId, keyId, status, code, durationMs, path: request.path }, 'request');
    });
    next();
  }

  function identify(request: Ask, response: Answer, next: NextFunction): void {
    const caller = authenticate(request.get('authorization'), keys);
    if (caller.ok) {
      Object.assign(response.locals, { accountId: caller.accountId, keyId: caller.keyId });
      next();
    } else {
      refuse(response, caller.problem);
    }
  }

  function admit(request: Ask, response: Answer, next: NextFunction): void {
    const admitted = admission.admit(bodyBytesAtMost(request, maxBodyBytes));
    if (admitted.ok) {
      // An answer that was given up waiting for leaves its events in memory until Kafka has them.
      response.once('close', () => void Promise.resolve(response.locals.writing).finally(admitted.release));
      next();
    } else {
      refuse(response, overloaded(admitted.because));
    }
  }

  const readBody = express.json({
    limit: maxBodyBytes,
    strict: false,
    verify: (_request, response, raw) => {
      (response as Answer).locals.raw = raw;
    },
  });

  async function accept(request: Ask, response: Answer): Promise<void> {
    const { accountId, raw } = response.locals;
    if (!raw) {
      refuse(response, unsupportedType(request.get('content-type')));
      return;
    }
    const accepted = await acceptEvents(
      {
        accountId,
        raw,
        // express makes an empty body an empty object.
        body: raw.length === 0 ? undefined : request.body,
        idempotencyKey: request.get('idempotency-key'),
        traceparent: request.get('traceparent'),
      },
      {
        publisher,
        idempotency,
        maxBatchEvents,
        ackTimeoutMs: options.ackTimeoutMs,
        newEventId: options.newEventId,
        onWriting: (writing) => {
          response.locals.writing = writing;
        },
      },
    );
    answer(response, accepted);
  }

  function answer(response: Answer, accepted: Accepted): void {
    if (!accepted.ok) {
      refuse(response, accepted.problem);
      return;
    }
    if (accepted.repeated) {
      metrics.repeated();
      response.set('Idempotent-Replayed', 'true');
    } else {
      metrics.accepted(accepted.events.length);
    }
    response.status(202).json(accepted.single ? accepted.events[0] : { events: accepted.events });
  }

  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use(observe);
  app.post('/v1/events', identify, admit, readBody, accept);
  app.use((request: Ask, response: Answer) => refuse(response, notFound(request.method, request.path)));
  app.use(problemHandler(log));
  return app;
}

function refuse(response: Answer, problem: Problem): void {
  Object.assign(response.locals, { code: problem.code });
  if (problem.status === 401) response.set('WWW-Authenticate', 'Bearer');
  if (problem.status === 503) response.set('Retry-After', String(RETRY_AFTER_SECONDS));
  sendProblem(response, problem);
}

/** What it announces, up to the limit; the limit where it announces nothing or is compressed. */
function bodyBytesAtMost(request: Ask, maxBodyBytes: number): number {
  const announced = request.get('content-length');
  if (announced === undefined || request.get('content-encoding') !== undefined) return maxBodyBytes;
  return Math.min(Number(announced), maxBodyBytes);
}
