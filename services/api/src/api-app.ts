import type { ApiKeyTable } from '@herald/registry/api-keys';
import type { Sealing } from '@herald/registry/sealing';
import type { Logger } from '@herald/service-kit/log';
import { problemHandler } from '@herald/service-kit/problem';
import express, { type Express } from 'express';
import { createAuthenticate } from './access/authenticate.ts';
import { type AccountSources, createAccounts } from './account/account.ts';
import { apiKeyOperations } from './api-keys/api-key-operations.ts';
import { auditOperation } from './audit/audit-operation.ts';
import type { ApiMetrics } from './api-metrics.ts';
import { deadLetterOperations } from './dead-letters/dead-letter-operations.ts';
import { redriveOperation } from './dead-letters/redrive-operation.ts';
import { mountDocs } from './docs/docs-page.ts';
import { deliveryOperations } from './deliveries/delivery-operations.ts';
import { facetOperation } from './deliveries/facet-operation.ts';
import { redeliverOperation } from './deliveries/redeliver-operation.ts';
import { checkOperation } from './endpoint-check/check-operation.ts';
import type { CheckUnsaved } from './endpoint-check/check-unsaved.ts';
import { previewOperation } from './endpoint-check/preview-operation.ts';
import { testOperation } from './endpoint-test/test-operation.ts';
import type { CheckDestination } from './endpoints/destination.ts';
import { endpointOperations } from './endpoints/endpoint-operations.ts';
import { jwksDescription, mountJwks } from './endpoints/jwks.ts';
import { eraseOperation } from './erasing/erase-operation.ts';
import { eventTypeOperations } from './event-types/event-type-operations.ts';
import { eventOperations } from './events/event-operations.ts';
import { explainOperation } from './explain/explain-operation.ts';
import { type MountOptions, mount, send } from './http/mount.ts';
import type { AnyOperation } from './http/operation.ts';
import { unknownRoute } from './http/problems.ts';
import { createReadHistory } from './http/read-history.ts';
import { requestLog } from './http/request-log.ts';
import { securityHeaders } from './http/security-headers.ts';
import { ledgerOperations } from './ledger/ledger-operations.ts';
import { openApiDocument } from './openapi/document.ts';
import { mountDocument } from './openapi/mount-document.ts';
import { replayOperations } from './replays/replay-operations.ts';
import { retryOperations } from './retries/retry-operations.ts';
import { statsOperations } from './stats/stats-operations.ts';
import { tailOperation } from './tail/tail-operation.ts';
import { uploadPostErrors } from './upload-post/error-members.ts';
import { notificationOperations } from './upload-post/notification-operations.ts';

export interface ApiAppOptions extends AccountSources {
  keys: Pick<ApiKeyTable, 'verify'>;
  sealing: Sealing;
  checkDestination: CheckDestination;
  checkUnsaved: CheckUnsaved;
  /** Whether this installation has a Telegram bot of its own. */
  hasTelegramBot: boolean;
  log: Logger;
  metrics: ApiMetrics;
  historyTimeoutMs: number;
  maxBodyBytes: number;
  /** Deliveries a second that one replay may ask for. */
  maxReplayPerSecond: number;
  /** Where POST /v1/events is, which another service takes. */
  ingestUrl: string;
  onAnswer?: MountOptions['onAnswer'];
  now: () => number;
}

/** Everything that the API can be asked, in the order that it is mounted. */
export function apiOperations(options: ApiAppOptions): AnyOperation[] {
  const { sealing, checkDestination, hasTelegramBot, log, now } = options;
  const readHistory = createReadHistory({
    timeoutMs: options.historyTimeoutMs,
    onFailure: (error) => log.warn({ err: error }, 'the history cannot be read'),
  });
  return [
    ...endpointOperations({ sealing, checkDestination, hasTelegramBot, now }),
    testOperation(),
    checkOperation(options.checkUnsaved),
    previewOperation(readHistory, now),
    facetOperation({ readHistory, now }),
    ...deliveryOperations(readHistory),
    redeliverOperation(readHistory, now),
    ...deadLetterOperations(readHistory, now),
    redriveOperation({ readHistory, maxPerSecond: options.maxReplayPerSecond, now }),
    ...retryOperations(now),
    ...eventOperations(readHistory),
    explainOperation(readHistory),
    ...eventTypeOperations(),
    ...ledgerOperations(readHistory),
    ...statsOperations({ readHistory, now }),
    ...replayOperations(options.maxReplayPerSecond),
    tailOperation(),
    ...apiKeyOperations(now),
    auditOperation(readHistory),
    eraseOperation(),
    ...notificationOperations({ sealing, checkDestination, hasTelegramBot, now }),
  ];
}

export function createApiApp(options: ApiAppOptions): Express {
  const { keys, sealing, log, metrics, now } = options;
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use(requestLog({ log, metrics, now }), securityHeaders);
  app.use('/api/uploadposts', uploadPostErrors);
  mountJwks(app, { table: options.table, sealing, now });
  const operations = apiOperations(options);
  mountDocument(app, () => openApiDocument([...operations, jwksDescription], options));
  mountDocs(app, options);
  mount(app, operations, {
    authenticate: createAuthenticate({ keys }),
    accountOf: createAccounts(options),
    readBody: express.json({ limit: options.maxBodyBytes, strict: false }),
    ...(options.onAnswer && { onAnswer: options.onAnswer }),
  });
  app.use((request, response) => {
    send(response, { problem: unknownRoute(request.method, request.path) });
  });
  app.use(problemHandler(log));
  return app;
}
