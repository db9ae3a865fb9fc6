import { ingestOperation } from '@herald/publisher/ingest-operation';
import type { ApiKeyTable } from '@herald/registry/api-keys';
import type { Logger } from '@herald/service-kit/log';
import { type Problem, problemHandler, sendProblem } from '@herald/service-kit/problem';
import { requestIdOf } from '@herald/service-kit/request-id';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { type Accepted, type AcceptOptions, acceptEvents } from './accept-events.ts';
import type { Admission, Hold } from './admission.ts';
import { authenticate } from './authenticate.ts';
import { announcedForm, type BodyForm } from './body/body-form.ts';
import type { IngestMetrics } from './ingest-metrics.ts';
import { methodNotAllowed, notFound, overloaded, quotaExceeded, RETRY_AFTER_SECONDS } from './problems.ts';
import type { Metered, Quota } from './quota.ts';

export interface IngestOptions extends AcceptOptions {
  keys: Pick<ApiKeyTable, 'verify'>;
  admission: Admission;
  quota: Quota;
  metrics: IngestMetrics;
  log: Logger;
  maxBodyBytes: number;
  now: () => number;
}

/** What the steps of one request know of it. */
interface Locals {
  requestId: string;
  accountId: string;
  keyId: string;
  form: BodyForm;
  hold: Hold;
  /** Settles when nothing of the request is under way any more. */
  writing: Promise<unknown> | undefined;
}

type Ask = Request;
type Answer = Response<unknown, Locals>;

/** `POST /v1/events`: who, how much, is there room, what, write, answer. 202 only when all events are on record. */
export function createIngestApp(options: IngestOptions): Express {
  const { keys, admission, quota, metrics, log, maxBodyBytes } = options;

  function observe(request: Ask, response: Answer, next: NextFunction): void {
    const startedAtMs = options.now();
    const requestId = requestIdOf(request.get('x-request-id'));
    response.locals.requestId = requestId;
    response.set('X-Request-Id', requestId);
    response.once('close', () => {
      const { accountId, keyId, code = 'none' } = response.locals as Partial<Locals> & { code?: string };
      const durationMs = options.now() - startedAtMs;
      metrics.answered(response.statusCode, code, durationMs);
      const { statusCode: status } = response;
      log.debug({ requestId, accountId, keyId, status, code, durationMs, path: request.path }, 'request');
    });
    next();
  }

  function identify(request: Ask, response: Answer, next: NextFunction): void {
    const caller = authenticate(request.get('authorization'), keys);
    if (!caller.ok) {
      refuse(response, caller.problem);
      return;
    }
    Object.assign(response.locals, { accountId: caller.accountId, keyId: caller.keyId });
    next();
  }

  /** Before the body is read: to refuse a flood must cost next to nothing. */
  function meter(_request: Ask, response: Answer, next: NextFunction): void {
    const problem = metered(response, quota.look(response.locals.accountId));
    if (problem) refuse(response, problem);
    else next();
  }

  function metered(response: Answer, { ok, headers, retryAfterMs }: Metered): Problem | undefined {
    response.set(headers);
    return ok ? undefined : quotaExceeded(quota.eventsPerSecond, retryAfterMs);
  }

  function announce(request: Ask, response: Answer, next: NextFunction): void {
    const announced = announcedForm(request.get('content-type'), request.get('ce-specversion'));
    if (!announced.ok) {
      refuse(response, announced.problem);
      return;
    }
    response.locals.form = announced.form;
    next();
  }

  function admit(request: Ask, response: Answer, next: NextFunction): void {
    const admitted = admission.admit(response.locals.accountId, bodyBytesAtMost(request, maxBodyBytes));
    if (!admitted.ok) {
      refuse(response, overloaded(admitted.because));
      return;
    }
    const { hold } = admitted;
    response.locals.hold = hold;
    // An answer that was given up waiting for leaves its events in memory until Kafka has them.
    response.once('close', () => void Promise.resolve(response.locals.writing).finally(hold.release));
    next();
  }

  const readBody = express.raw({ limit: maxBodyBytes, type: () => true });

  async function accept(request: Ask, response: Answer): Promise<void> {
    const { accountId, form, hold } = response.locals;
    // express leaves a body that is not there undefined.
    const raw: Buffer = request.body ?? Buffer.alloc(0);
    const accepted = await acceptEvents({ accountId, form, raw, headers: request.headers }, options, {
      admitEvents(events) {
        const full = hold.addEvents(events);
        return full
          ? overloaded(full)
          : metered(response, quota.take(accountId, { events, bytes: raw.length }));
      },
      onWriting(writing) {
        response.locals.writing = writing;
      },
    });
    answer(response, accepted);
  }

  function answer(response: Answer, accepted: Accepted): void {
    if (!accepted.ok) {
      refuse(response, accepted.problem);
      return;
    }
    const { events, replayed, single } = accepted;
    if (replayed) {
      metrics.replayed();
      response.set('Idempotent-Replayed', 'true');
    } else {
      const repeated = events.filter((event) => event.repeated).length;
      metrics.accepted(events.length - repeated);
      metrics.repeated(repeated);
    }
    response.status(202).json(single ? events[0] : { events });
  }

  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use(observe);
  app.post(ingestOperation.path, identify, meter, announce, admit, readBody, accept);
  app.all(ingestOperation.path, (request: Ask, response: Answer) => {
    response.set('Allow', 'POST');
    refuse(response, methodNotAllowed(request.method));
  });
  app.use((request: Ask, response: Answer) => refuse(response, notFound(request.method, request.path)));
  app.use(problemHandler(log));
  return app;
}

function refuse(response: Answer, problem: Problem): void {
  Object.assign(response.locals, { code: problem.code });
  const { status } = problem;
  if (status === 401) response.set('WWW-Authenticate', 'Bearer');
  const mayComeAgain = status === 503 || status === 429;
  if (mayComeAgain && !response.get('Retry-After')) response.set('Retry-After', String(RETRY_AFTER_SECONDS));
  sendProblem(response, { ...problem, request_id: response.locals.requestId });
}

/** What it announces, up to the limit; the limit where it announces nothing or is compressed. */
function bodyBytesAtMost(request: Ask, maxBodyBytes: number): number {
  const announced = request.get('content-length');
  if (announced === undefined || request.get('content-encoding') !== undefined) return maxBodyBytes;
  return Math.min(Number(announced), maxBodyBytes);
}
