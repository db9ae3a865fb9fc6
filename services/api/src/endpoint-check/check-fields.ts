import { CHECK_STAGES } from '@herald/webhook/check-destination';
import { MAX_URL_CHARS } from '@herald/webhook/url';
import { z } from 'zod';
import { format, subscription } from '../endpoints/endpoint-fields.ts';
import { id, text } from '../http/fields.ts';

export const checkBody = z
  .strictObject({
    url: text(MAX_URL_CHARS)
      .min(1, 'it is empty')
      .meta({ description: 'the URL to look at', examples: ['https://example.com/hooks'] }),
  })
  .meta({ description: 'a JSON object with url' });

export const checkView = z
  .object({
    /** Whether a message could be sent there now. */
    ok: z.boolean(),
    /** In this order; what comes after the first that failed was not reached. */
    stages: z.array(
      z.object({
        stage: z.enum(CHECK_STAGES),
        result: z.enum(['passed', 'failed', 'not_reached', 'not_needed']),
        /** Of one that failed, by name: why the URL is refused, or a wire error. */
        error: z.string().nullable(),
        problem: z.string().nullable(),
        remedy: z.string().nullable(),
      }),
    ),
    connect_ms: z.number().nullable(),
    tls_ms: z.number().nullable(),
    certificate: z
      .object({ issuer: z.string(), subject: z.string(), expires_at: z.string().nullable() })
      .nullable(),
  })
  .meta({ id: 'UrlCheck' });

export const previewBody = z
  .strictObject({
    project_id: id('a project, or * for all projects of the account', 'proj_1'),
    subscription: subscription.prefault({}),
    format: format.default('publication'),
  })
  .meta({
    description: 'a JSON object with project_id, and with subscription and format as an endpoint has them',
  });

/** Newest events that a filter is tried on. */
export const MAX_FILTERED = 200;

export const previewView = z
  .object({
    from: z.string().nullable(),
    to: z.string().nullable(),
    /** Of the account, that happened in the range. */
    events: z.number(),
    /** Those that an endpoint with this subscription would have got; with a filter, those at most. */
    matched: z.number(),
    /** False where there is a filter: it is not evaluated for all of them. */
    is_exact: z.boolean(),
    /** With a filter: of the newest events that the rest of the subscription wants, how many pass it. */
    filtered: z
      .object({
        events: z.number().meta({
          description: `the newest ${MAX_FILTERED} of those at most, and fewer where they say very much`,
        }),
        passed: z.number(),
      })
      .nullable(),
  })
  .meta({ id: 'SubscriptionPreview' });
