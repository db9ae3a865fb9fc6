import type { Delivery } from '@herald/domain/delivery';
import { webhookId } from '@herald/domain/ids';
import { z } from 'zod';
import { viewAttempt } from '../deliveries/delivery-view.ts';
import { endpointParams } from '../endpoints/endpoint-fields.ts';
import { type Answer, type AnyOperation, operation } from '../http/operation.ts';
import { notFound } from '../http/problems.ts';
import { attemptOfRecord } from './attempt-record.ts';
import { testBody, testView } from './test-fields.ts';
import type { TooManyTests } from './test-places.ts';

export function testOperation(): AnyOperation {
  return operation({
    method: 'post',
    path: '/v1/endpoints/{endpoint_id}/test',
    operationId: 'testEndpoint',
    tag: 'endpoints',
    summary:
      'Send a made-up event to an endpoint as it is saved, also to one that is paused or disabled, and wait for the attempt. It is attempted once.',
    role: 'write',
    params: endpointParams,
    query: z.strictObject({}),
    body: testBody,
    answers: testView,
    statuses: [200, 202],
    problems: ['404 not_found', '429 too_many_tests', '503 test_unconfirmed'],
    async handle({ account, params, body }) {
      const sent = await account.endpoints.test(params.endpoint_id, body.event_type);
      switch (sent.kind) {
        case 'missing':
          return { problem: notFound('endpoint', params.endpoint_id) };
        case 'too_many':
          return tooManyTests(sent);
        case 'unavailable':
          return unconfirmed(sent.detail);
        case 'queued':
          return { status: 202, body: { ...view(sent.delivery, body.event_type), attempt: null } };
        case 'attempted': {
          const attempt = viewAttempt(attemptOfRecord(sent.attempt));
          return { status: 200, body: { ...view(sent.delivery, body.event_type), attempt } };
        }
      }
    },
  });
}

function view(
  { deliveryId, eventId, endpointId, configRevision }: Delivery,
  eventType: string,
): Omit<z.output<typeof testView>, 'attempt'> {
  return {
    delivery_id: deliveryId,
    event_id: eventId,
    webhook_id: webhookId(eventId, endpointId),
    endpoint_id: endpointId,
    event_type: eventType,
    endpoint_revision: configRevision,
  };
}

function tooManyTests({ tests, of, endsInMs }: TooManyTests): Answer {
  const seconds = Math.max(1, Math.ceil(endsInMs / 1_000));
  return {
    headers: { 'retry-after': String(seconds) },
    problem: {
      status: 429,
      code: 'too_many_tests',
      title: 'There are too many tests at once',
      detail: `${of === 'the account' ? 'The account' : 'This process'} waits for ${tests}, which is as many as it may. The first of them has ended in ${seconds} seconds at the latest: each waits for Kafka, and for the time-out of its endpoint and 5 seconds.`,
    },
  };
}

function unconfirmed(because: string): Answer {
  return {
    headers: { 'retry-after': '2' },
    problem: {
      status: 503,
      code: 'test_unconfirmed',
      title: 'It is not known whether the test was sent',
      detail: `Kafka has not confirmed it (${because}). Try again after the time in Retry-After: one test more does no harm.`,
    },
  };
}
