import { z } from 'zod';
import { coordinatesView } from '../deliveries/delivery-fields.ts';
import { page, pageOf } from '../http/fields.ts';

const count = z.number();
const time = z.string().nullable();

const states = {
  pending: count,
  waiting: count,
  held: count,
  cancelled: count,
  dead: count,
  delivered: count,
};

export const ledgerView = z
  .object({
    counted_at: time.meta({
      description: 'when it was counted; null when it never was: all figures are 0 then',
    }),
    as_of: time.meta({
      description: 'all that Kafka had taken by then is counted; null until the logger has caught up once',
    }),
    accepted: count,
    routed: count,
    unmatched: count,
    poison: count,
    unrouted: count.meta({
      description: 'under way; those that are in a gap are lost, or their lane is down',
    }),
    unrecorded: count,
    matched: count,
    deliveries: count,
    ...states,
    gaps: z.object({
      unrouted: count,
      unrecorded: count,
      /** The oldest 100. Offsets are of publication.events, both ends belong to the gap. */
      items: z.array(
        z.object({
          kind: z.enum(['unrouted', 'unrecorded']),
          partition: z.number(),
          first_offset: z.number(),
          last_offset: z.number(),
          since: time,
        }),
      ),
    }),
    overdue: z.object({
      after_seconds: z.number().nullable().meta({
        description: 'something is overdue when it was due for so long, at `as_of`, without a disposition',
      }),
      pending: count,
      waiting: count,
      held: count,
      oldest_due_at: time,
      /** The oldest 100. */
      deliveries: z.array(
        z.object({
          delivery_id: z.string(),
          endpoint_id: z.string(),
          state: z.string(),
          due_at: time,
          origin: coordinatesView,
        }),
      ),
      endpoints: z
        .array(z.object({ endpoint_id: z.string(), overdue: count, oldest_due_at: time }))
        .meta({ description: 'the 20 with the most' }),
    }),
  })
  .meta({ id: 'Ledger' });

export const endpointLedgerView = z
  .object({
    endpoint_id: z.string(),
    deliveries: count,
    ...states,
    next_due_at: time,
  })
  .meta({ id: 'EndpointLedger' });

export const endpointLedgerQuery = z.strictObject(page);
export const endpointLedgerPage = pageOf(endpointLedgerView).meta({ id: 'EndpointLedgerPage' });
