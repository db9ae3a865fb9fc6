import type { RouteRow } from '@herald/clickhouse/tables/routes';
import { routeRecordSchema } from '@herald/contracts/generated/route-record';

/** What a reader gets for a record whose writer does not say it. */
const EVENT_FACTS = [
  { name: 'channel_id', type: 'string', default: '' },
  { name: 'publication_id', type: 'string', default: '' },
  { name: 'event_type', type: 'string', default: '' },
  { name: 'occurred_at', type: { type: 'long', logicalType: 'timestamp-millis' }, default: 0 },
] satisfies Array<{ name: keyof RouteRow; type: unknown; default: unknown }>;

/**
 * The route record as the history reads it: with the facts of its event, by which a pending delivery is listed.
 * They are read where the writer gives them; else the delivery is listed from its first disposition on.
 */
export const routeWithFactsSchema = {
  ...routeRecordSchema,
  fields: [...routeRecordSchema.fields, ...EVENT_FACTS.filter(({ name }) => !isContracted(name))],
};

function isContracted(name: string): boolean {
  return routeRecordSchema.fields.some((field) => field.name === name);
}
