import { MAX_ORDERED_DELIVERIES, type RetryOrder } from '@herald/registry/retry-order';
import { z } from 'zod';
import { describeActor } from '../access/caller.ts';
import { endpointParams } from '../endpoints/endpoint-fields.ts';
import { isoTime } from '../http/fields.ts';
import { type AnyOperation, operation } from '../http/operation.ts';
import { configurationUnavailable, notFound } from '../http/problems.ts';

const body = z
  .strictObject({
    delivery_ids: z
      .array(z.uuid({ error: 'it is not a UUID' }))
      .min(1, 'it is empty')
      .max(MAX_ORDERED_DELIVERIES, `it names more than ${MAX_ORDERED_DELIVERIES}`)
      .optional()
      .meta({
        description: `the ids of deliveries that wait, 1 to ${MAX_ORDERED_DELIVERIES}; without it all that wait for the endpoint`,
        examples: [['6f1c1f0e-6a51-5d0c-9f6a-0b6f3a1e7c42']],
      }),
  })
  .prefault({});

const orderView = z
  .object({
    endpoint_id: z.string(),
    order: z.enum(['forward', 'cancel']),
    /** What was waiting by then is meant. */
    ordered_at: z.string().nullable(),
  })
  .meta({ id: 'RetryOrder' });

/** Orders about what waits for its next attempt. The dispatcher follows them within moments. */
export function retryOperations(now: () => number): AnyOperation[] {
  const order = (verb: string, kind: RetryOrder['kind'], operationId: string, summary: string) =>
    operation({
      method: 'post',
      path: `/v1/endpoints/{endpoint_id}/retries/${verb}`,
      operationId,
      tag: 'endpoints',
      summary: `${summary} The newest order of an endpoint takes the place of the one before.`,
      role: 'write',
      params: endpointParams,
      query: z.strictObject({}),
      body,
      answers: orderView,
      statuses: [202],
      problems: ['404 not_found', '503 configuration_unavailable'],
      async handle({ account, params, body: asked, caller }) {
        const orderedAtMs = now();
        const ordered = await account.retries.order(params.endpoint_id, {
          kind,
          orderedAtMs,
          deliveryIds: new Set(asked.delivery_ids?.map((id) => id.toLowerCase())),
          orderedBy: describeActor(caller.actor),
        });
        switch (ordered.kind) {
          case 'ordered':
            return {
              status: 202,
              body: { endpoint_id: params.endpoint_id, order: kind, ordered_at: isoTime(orderedAtMs) },
            };
          case 'missing':
            return { problem: notFound('endpoint', params.endpoint_id) };
          case 'unavailable':
            return configurationUnavailable(ordered.detail);
        }
      },
    });

  return [
    order(
      'redrive-now',
      'forward',
      'redriveRetriesNow',
      'Have what waits for its next attempt attempted now.',
    ),
    order(
      'cancel',
      'cancel',
      'cancelRetries',
      'Give up what waits for its next attempt; each leaves a dead letter.',
    ),
  ];
}
