import type { ApiKeyTable } from '@herald/registry/api-keys';
import type { PortalLinkTable } from '@herald/registry/portal/portal-link-table';
import type { PortalLinkWriter } from '@herald/registry/portal/portal-links';
import type { Sealing } from '@herald/registry/sealing';
import type { Logger } from '@herald/service-kit/log';
import { problemHandler } from '@herald/service-kit/problem';
import express, { type Express } from 'express';
import { type AdmissionOptions, createAdmission } from './access/authenticate.ts';
import { type AccountSources, createAccounts } from './account/account.ts';
import { apiKeyOperations } from './api-keys/api-key-operations.ts';
import type { ApiMetrics } from './api-metrics.ts';
import { auditOperation } from './audit/audit-operation.ts';
import { bulkPlanOperations } from './bulk-plans/bulk-plan-operations.ts';
import { deadLetterOperations } from './dead-letters/dead-letter-operations.ts';
import { redriveOperation } from './dead-letters/redrive-operation.ts';
import { deliveryOperations } from './deliveries/delivery-operations.ts';
import { facetOperation } from './deliveries/facet-operation.ts';
import { redeliverOperation } from './deliveries/redeliver-operation.ts';
import { mountDocs } from './docs/docs-page.ts';
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
import { heldOperation } from './held/held-operation.ts';
import { type MountOptions, mount, send } from './http/mount.ts';
import type { AnyOperation } from './http/operation.ts';
import { unknownRoute } from './http/problems.ts';
import { createReadHistory } from './http/read-history.ts';
import { requestLog } from './http/request-log.ts';
import { securityHeaders } from './http/security-headers.ts';
import { ledgerOperations } from './ledger/ledger-operations.ts';
import { openApiDocument } from './openapi/document.ts';
import { mountDocument } from './openapi/mount-document.ts';
import { type PortalLinkOptions, portalLinkOperations } from './portal-links/portal-link-operations.ts';
import { createRequestLimits } from './rate-limit/request-limits.ts';
import { replayOperations } from './replays/replay-operations.ts';
import { retryOperations } from './retries/retry-operations.ts';
import { createSessionMaker } from './sessions/open-session.ts';
import { meOperation, sessionOperations } from './sessions/session-operations.ts';
import { statsOperations } from './stats/stats-operations.ts';
import { tailOperation } from './tail/tail-operation.ts';
import { uploadPostErrors } from './upload-post/error-members.ts';
import { notificationOperations } from './upload-post/notification-operations.ts';
import type { ReadWatermarks } from './watermarks/read-watermarks.ts';
import { watermarksOperation } from './watermarks/watermarks-operation.ts';

export interface ApiAppOptions extends AccountSources, PortalLinkOptions {
  keys: Pick<ApiKeyTable, 'verify' | 'get'>;
  portalLinks: { table: PortalLinkTable; writer: PortalLinkWriter };
  allowedOrigins: AdmissionOptions['allowedOrigins'];
  /** Of a session that is made from an API key. */
  sessionSeconds: number;
  sealing: Sealing;
  checkDestination: CheckDestination;
  checkUnsaved: CheckUnsaved;
  readWatermarks: ReadWatermarks;
  /** Held deliveries a second that one endpoint gets when it catches up. */
  catchUpPerSecond: number;
  /** Whether this installation has a Telegram bot of its own. */
  hasTelegramBot: boolean;
  log: Logger;
  metrics: ApiMetrics;
  historyTimeoutMs: number;
  maxBodyBytes: number;
  /** Of one key or session, and of one address that is refused. */
  requestsPerSecond: number;
  requestBurst: number;
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
  const operations: AnyOperation[] = [
    ...endpointOperations({ sealing, checkDestination, hasTelegramBot, now }),
    testOperation(),
    checkOperation(options.checkUnsaved),
    previewOperation(readHistory, now),
    heldOperation({ readHistory, catchUpPerSecond: options.catchUpPerSecond, now }),
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
    watermarksOperation(options.readWatermarks, readHistory),
    ...statsOperations({ readHistory, now }),
    ...replayOperations(options.maxReplayPerSecond, now),
    ...bulkPlanOperations(options.maxReplayPerSecond, now),
    tailOperation(),
    ...apiKeyOperations(now),
    auditOperation(readHistory),
    eraseOperation(now),
    ...sessionOperations(
      createSessionMaker({
        ...options,
        exchangeLink: (token, requestId) => options.portalLinks.writer.exchange(token, requestId),
      }),
      now,
    ),
    ...portalLinkOperations(options),
    meOperation(() => operations),
    ...notificationOperations({ sealing, checkDestination, hasTelegramBot, now }),
  ];
  return operations;
}

export function createApiApp(options: ApiAppOptions): Express {
  const { sealing, log, metrics, now } = options;
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use(requestLog({ log, metrics, now }), securityHeaders);
  app.use('/api/uploadposts', uploadPostErrors);
  mountJwks(app, { table: options.table, sealing, now });
  const operations = apiOperations(options);
  mountDocument(app, () => openApiDocument([...operations, jwksDescription], options));
  mountDocs(app);
  mount(app, operations, {
    admission: createAdmission({ ...options, links: options.portalLinks.table }),
    limits: createRequestLimits({
      requestsPerSecond: options.requestsPerSecond,
      burst: options.requestBurst,
      now: () => performance.now(),
    }),
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
