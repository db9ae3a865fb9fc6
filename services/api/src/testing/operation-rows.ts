import type { AuditAction } from '@herald/registry/audit/entry';

/** What the owner has, by id. */
export interface Belongings {
  /** In everything of it that a person wrote: an answer that has it tells too much to others. */
  mark: string;
  endpoint: string;
  event: string;
  delivered: string;
  dead: string;
  replay: string;
  apiKey: string;
  portalLink: string;
}

/** How an operation is asked for something of the owner's. */
export type Row = {
  path: (of: Belongings) => string;
  body?: (of: Belongings) => unknown;
} & (
  | {
      /** Whether an answer has something of the owner's: true of the owner's own, and never of the stranger's. */
      // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes.
      shows: (body: any, of: Belongings) => boolean;
    }
  /** What the stranger is answered, as if there were no such thing, and it stays as it is. */
  | { refuses: number }
  /** What it makes is the caller's own. */
  | { makes: number }
);

type Rows = Record<string, Row | { provenIn: string }>;

const hasItems = (body: { items: unknown[] }) => body.items.length > 0;
export const projectOf = ({ mark }: Belongings) => `project-${mark}`;
const hasName = (body: { items: { name: string }[] }, { mark }: Belongings) =>
  body.items.some(({ name }) => name === mark);
const endpointPath =
  (rest = '') =>
  (of: Belongings) =>
    `/v1/endpoints/${of.endpoint}${rest}`;

const replayPath =
  (rest = '') =>
  (of: Belongings) =>
    `/v1/replays/${of.replay}${rest}`;

/** A plan of what goes to the owner's endpoint. */
export const replayTo = (of: Belongings) => ({
  filter: { project_id: projectOf(of) },
  dry_run: true,
  source: { kind: 'topic', topic: 'events', ranges: [{ partition: 0, from: 0, to: 1 }] },
  target_endpoint_id: of.endpoint,
});

/** They are replays, and have no way to them but that of replays. */
const BULK_PLAN_TEST = 'services/api/src/replays/replays.integration.test.ts';

const SESSIONS_TEST = 'services/api/src/sessions/sessions.integration.test.ts';

export const NOTIFICATIONS = '/api/uploadposts/users/notifications';

/** The same for everybody: their handlers look at nothing of an account. */
const EVENT_TYPES_TEST = 'services/api/src/event-types/event-types.test.ts';

/** One for each operation; those that end what others need come last. */
export const ROWS: Rows = {
  'GET /v1/endpoints': { path: () => '/v1/endpoints', shows: hasItems },
  'GET /v1/endpoints/{endpoint_id}': { path: endpointPath(), shows: (body, { mark }) => body.name === mark },
  'GET /v1/endpoints/{endpoint_id}/held': {
    path: endpointPath('/held'),
    shows: (body, of) => body.endpoint_id === of.endpoint,
  },
  'GET /v1/watermarks': {
    provenIn: 'services/api/src/without-history.integration.test.ts',
  },
  'GET /v1/endpoints/{endpoint_id}/stats': {
    path: endpointPath('/stats'),
    shows: (body) => body.total?.attempts.total > 0,
  },
  'GET /v1/deliveries': { path: () => '/v1/deliveries', shows: hasItems },
  'GET /v1/deliveries/facets': {
    path: () => '/v1/deliveries/facets',
    shows: (body) => body.deliveries > 0,
  },
  'GET /v1/deliveries/{delivery_id}': {
    path: (of) => `/v1/deliveries/${of.delivered}`,
    shows: (body) => body.history?.length === 1,
  },
  'GET /v1/dead-letters': { path: () => '/v1/dead-letters', shows: hasItems },
  'GET /v1/dead-letters/groups': { path: () => '/v1/dead-letters/groups', shows: hasItems },
  'GET /v1/events': { path: () => '/v1/events', shows: hasItems },
  'GET /v1/events/{event_id}': {
    path: (of) => `/v1/events/${of.event}`,
    shows: (body) => body.route != null,
  },
  'GET /v1/events/{event_id}/explain': {
    path: (of) => `/v1/events/${of.event}/explain`,
    shows: (body) => body.endpoints.length > 0,
  },
  'GET /v1/event-types': { provenIn: EVENT_TYPES_TEST },
  'GET /v1/event-types/{event_type}': { provenIn: EVENT_TYPES_TEST },
  'GET /v1/ledger': { path: () => '/v1/ledger', shows: (body) => body.accepted > 0 },
  'GET /v1/ledger/endpoints': { path: () => '/v1/ledger/endpoints', shows: hasItems },
  'GET /v1/stats': { path: () => '/v1/stats', shows: (body) => body.total.attempts.total > 0 },
  'GET /v1/stats/endpoints': { path: () => '/v1/stats/endpoints', shows: hasItems },
  'GET /v1/stats/top-failing': { path: () => '/v1/stats/top-failing', shows: hasItems },
  'GET /v1/stats/lag': { path: () => '/v1/stats/lag', shows: hasItems },
  'DELETE /v1/publications/{publication_id}/history': {
    provenIn: 'services/api/src/erasing/erase.integration.test.ts',
  },
  'GET /v1/audit': {
    path: () => '/v1/audit',
    shows: (body, { mark }) =>
      body.items.some(({ subject }: { subject: { id: string } }) => subject.id === mark),
  },
  'GET /v1/tail': { provenIn: 'services/api/src/tail/tail.integration.test.ts' },
  'POST /v1/endpoints': {
    path: () => '/v1/endpoints',
    body: () => ({ project_id: 'project-of-the-caller', url: 'http://127.0.0.1:9/hook' }),
    makes: 201,
  },
  'PATCH /v1/endpoints/{endpoint_id}': {
    path: endpointPath(),
    body: ({ mark }) => ({ name: mark }),
    refuses: 404,
  },
  'POST /v1/endpoints/{endpoint_id}/test': {
    provenIn: 'services/api/src/without-history.integration.test.ts',
  },
  'POST /v1/endpoints:check': { provenIn: 'services/api/src/endpoint-check/check-unsaved.test.ts' },
  'POST /v1/endpoints:preview': {
    path: () => '/v1/endpoints:preview',
    body: () => ({
      project_id: '*',
      subscription: { filter: { field: 'channel.type', op: 'exists' } },
    }),
    shows: (body) => body.matched > 0 && body.filtered.passed > 0,
  },
  'POST /v1/endpoints/{endpoint_id}/pause': { path: endpointPath('/pause'), refuses: 404 },
  'POST /v1/endpoints/{endpoint_id}/resume': { path: endpointPath('/resume'), refuses: 404 },
  'POST /v1/endpoints/{endpoint_id}/enable': { path: endpointPath('/enable'), refuses: 404 },
  'POST /v1/endpoints/{endpoint_id}/rotate-secret': {
    path: endpointPath('/rotate-secret'),
    body: () => ({}),
    refuses: 404,
  },
  'POST /v1/endpoints/{endpoint_id}/retries/redrive-now': {
    path: endpointPath('/retries/redrive-now'),
    refuses: 404,
  },
  'POST /v1/endpoints/{endpoint_id}/retries/cancel': { path: endpointPath('/retries/cancel'), refuses: 404 },
  'DELETE /v1/endpoints/{endpoint_id}/held': { path: endpointPath('/held'), refuses: 404 },
  'POST /v1/deliveries/{delivery_id}/redeliver': {
    path: (of) => `/v1/deliveries/${of.delivered}/redeliver`,
    refuses: 404,
  },
  'POST /v1/dead-letters/redrive': {
    path: () => '/v1/dead-letters/redrive',
    body: (of) => ({ delivery_ids: [of.dead] }),
    shows: (body) => body.items[0]?.result !== 'not_found',
  },
  'POST /v1/replays': { path: () => '/v1/replays', body: replayTo, refuses: 404 },
  'GET /v1/replays': { path: () => '/v1/replays', shows: hasItems },
  'GET /v1/replays/{replay_id}': {
    path: replayPath(),
    shows: (body) => body.target_endpoint_id !== undefined,
  },
  'POST /v1/replays/{replay_id}/start': { path: replayPath('/start'), refuses: 404 },
  'POST /v1/replays/{replay_id}/pause': { path: replayPath('/pause'), refuses: 404 },
  'POST /v1/replays/{replay_id}/resume': { path: replayPath('/resume'), refuses: 404 },
  'POST /v1/replays/{replay_id}/cancel': { path: replayPath('/cancel'), refuses: 404 },
  'GET /v1/api-keys': {
    path: () => '/v1/api-keys',
    shows: hasName,
  },
  'GET /v1/api-keys/{key_id}': {
    path: (of) => `/v1/api-keys/${of.apiKey}`,
    shows: (body, { mark }) => body.name === mark,
  },
  'POST /v1/api-keys': { path: () => '/v1/api-keys', body: () => ({ role: 'read' }), makes: 201 },
  'DELETE /v1/api-keys/{key_id}': { path: (of) => `/v1/api-keys/${of.apiKey}`, refuses: 404 },
  'GET /v1/portal-links': { path: () => '/v1/portal-links', shows: hasName },
  'POST /v1/portal-links': { path: () => '/v1/portal-links', body: () => ({}), makes: 201 },
  'DELETE /v1/portal-links/{link_id}': { path: (of) => `/v1/portal-links/${of.portalLink}`, refuses: 404 },
  'POST /v1/sessions': { provenIn: SESSIONS_TEST },
  'DELETE /v1/sessions/current': { provenIn: SESSIONS_TEST },
  'GET /v1/me': { provenIn: SESSIONS_TEST },
  'GET /api/uploadposts/users/notifications': {
    path: () => NOTIFICATIONS,
    shows: (body, { mark }) => body.notifications?.webhook_url.includes(mark),
  },
  'POST /api/uploadposts/users/notifications': {
    path: () => NOTIFICATIONS,
    body: () => ({ webhook_url: 'http://127.0.0.1:9/of-the-caller' }),
    makes: 200,
  },
  'POST /v1/bulk-plans': {
    path: () => '/v1/bulk-plans',
    body: () => ({ action: 'redrive', filter: { project_id: 'project-of-the-caller' } }),
    makes: 201,
  },
  'GET /v1/bulk-plans/{plan_id}': { provenIn: BULK_PLAN_TEST },
  'POST /v1/bulk-plans/{plan_id}/run': { provenIn: BULK_PLAN_TEST },
  'DELETE /v1/endpoints/{endpoint_id}': { path: endpointPath(), refuses: 404 },
};

/** What each operation that is no GET leaves in the audit when the owner asks; nothing where it changes nothing. */
export const AUDITED: Readonly<Record<string, readonly AuditAction[] | { provenIn: string }>> = {
  'POST /v1/endpoints': ['endpoint.created'],
  'POST /v1/endpoints:check': [],
  'POST /v1/endpoints:preview': [],
  'PATCH /v1/endpoints/{endpoint_id}': ['endpoint.updated'],
  'DELETE /v1/endpoints/{endpoint_id}': ['endpoint.deleted'],
  'POST /v1/endpoints/{endpoint_id}/pause': ['endpoint.paused'],
  'POST /v1/endpoints/{endpoint_id}/resume': ['endpoint.resumed'],
  'POST /v1/endpoints/{endpoint_id}/enable': ['endpoint.enabled'],
  'POST /v1/endpoints/{endpoint_id}/test': {
    provenIn: 'services/api/src/without-history.integration.test.ts',
  },
  'POST /v1/endpoints/{endpoint_id}/rotate-secret': ['secret.rotated'],
  'POST /v1/endpoints/{endpoint_id}/retries/redrive-now': ['retries.ordered'],
  'POST /v1/endpoints/{endpoint_id}/retries/cancel': ['retries.ordered'],
  'DELETE /v1/endpoints/{endpoint_id}/held': ['held.cancelled'],
  'POST /v1/deliveries/{delivery_id}/redeliver': ['delivery.redelivered'],
  'POST /v1/dead-letters/redrive': ['dead_letters.redriven'],
  'POST /v1/replays': ['replay.created'],
  'POST /v1/bulk-plans': ['replay.created'],
  'POST /v1/bulk-plans/{plan_id}/run': { provenIn: BULK_PLAN_TEST },
  'POST /v1/replays/{replay_id}/start': ['replay.started'],
  'POST /v1/replays/{replay_id}/pause': ['replay.paused'],
  'POST /v1/replays/{replay_id}/resume': ['replay.resumed'],
  'POST /v1/replays/{replay_id}/cancel': ['replay.cancelled'],
  'POST /v1/api-keys': ['api_key.created'],
  'DELETE /v1/api-keys/{key_id}': ['api_key.revoked'],
  'POST /v1/portal-links': ['portal_link.created'],
  'DELETE /v1/portal-links/{link_id}': ['portal_link.revoked'],
  'POST /v1/sessions': { provenIn: SESSIONS_TEST },
  'DELETE /v1/sessions/current': { provenIn: SESSIONS_TEST },
  'POST /api/uploadposts/users/notifications': ['endpoint.updated'],
  'DELETE /v1/publications/{publication_id}/history': {
    provenIn: 'services/api/src/erasing/erase.integration.test.ts',
  },
};
