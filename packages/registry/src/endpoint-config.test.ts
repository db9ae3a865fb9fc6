import { encoderWithId } from '@herald/contracts/codec';
import type { EndpointConfig } from '@herald/contracts/generated/endpoint-config';
import type { Endpoint } from '@herald/domain/endpoint';
import { EVENT_TYPES } from '@herald/domain/event-type';
import { anyFilter } from '@herald/domain/filter/testing/any-filter';
import { DEFAULT_RETRY_SCHEDULE, RETRY_TIERS } from '@herald/domain/retry-tiers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endpointConfigOf, parseEndpointConfig } from './endpoint-config.ts';
import { SUBJECTS } from './subjects.ts';

const timeMs = fc.integer({ min: 0, max: 4e12 });
const sealed = fc.uint8Array().map((bytes) => Uint8Array.from(bytes));
const anyDestination: fc.Arbitrary<Pick<Endpoint, 'kind' | 'telegram' | 'slack'>> = fc.oneof(
  fc.record({ kind: fc.constant('webhook' as const) }),
  fc.record({
    kind: fc.constant('telegram' as const),
    telegram: fc.record({ chatId: fc.string(), sealedToken: fc.option(sealed, { nil: undefined }) }),
  }),
  fc.record({ kind: fc.constant('slack' as const), slack: fc.record({ sealedUrl: sealed }) }),
);
const anyPolicies: fc.Arbitrary<Omit<Endpoint, 'kind' | 'telegram' | 'slack'>> = fc.record({
  id: fc.string(),
  accountId: fc.string(),
  projectId: fc.string(),
  name: fc.string({ unit: 'grapheme' }),
  url: fc.webUrl(),
  format: fc.constantFrom('publication', 'upload-post', 'cloudevents'),
  subscription: fc.record({
    channelIds: fc.array(fc.string()).map((ids) => new Set(ids)),
    eventTypes: fc.subarray([...EVENT_TYPES]).map((types) => new Set(types)),
    filter: fc.option(anyFilter, { nil: undefined }),
  }),
  state: fc.constantFrom('active', 'paused', 'disabled', 'off'),
  secrets: fc.array(
    fc.record({
      secretId: fc.string(),
      scheme: fc.constantFrom('v1', 'v1a'),
      sealed,
      createdAtMs: timeMs,
      expiresAtMs: fc.option(timeMs, { nil: undefined }),
    }),
  ),
  retrySchedule: fc.oneof(
    fc.constant(DEFAULT_RETRY_SCHEDULE),
    fc.array(fc.constantFrom(...RETRY_TIERS.map(({ name }) => name)), { minLength: 1 }),
  ),
  timeoutMs: fc.nat(60_000),
  maxConcurrency: fc.nat(1_000),
  rateLimitPerSecond: fc.option(fc.double({ min: 0.01, max: 1e4, noNaN: true }), { nil: undefined }),
  ordering: fc.constantFrom('none', 'publication'),
  onDeadHead: fc.constantFrom('skip', 'hold'),
  heldSkipBeforeMs: fc.option(timeMs, { nil: undefined }),
  headers: fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }),
  createdAtMs: timeMs,
  updatedAtMs: timeMs,
});
const anyEndpoint: fc.Arbitrary<Endpoint> = fc
  .tuple(anyPolicies, anyDestination)
  .map(([policies, destination]) => ({ ...policies, ...destination }));

describe('an endpoint on record', () => {
  it('means what it meant when it was written, and fits the schema, whatever it is', () => {
    const encoder = encoderWithId<EndpointConfig>(1, SUBJECTS.endpoints);
    fc.assert(
      fc.property(anyEndpoint, (endpoint) => {
        const config = endpointConfigOf(endpoint);
        encoder.encode(config);
        expect(parseEndpointConfig(config)).toEqual({ ok: true, value: endpoint });
      }),
    );
  });

  it('follows the default schedule when it has none of its own', () => {
    const [endpoint] = fc.sample(anyEndpoint, 1) as [Endpoint];
    const config = endpointConfigOf({ ...endpoint, retrySchedule: DEFAULT_RETRY_SCHEDULE });
    expect(config.retry_schedule).toEqual([]);
  });

  it('is refused as a whole, each cause named, where a newer version wrote what this one does not know', () => {
    const [endpoint] = fc.sample(anyEndpoint, 1) as [Endpoint];
    const config = endpointConfigOf(endpoint);
    const newer: EndpointConfig = {
      ...config,
      kind: 'UNKNOWN',
      subscription: { ...config.subscription, event_types: ['publication.archived'], filter: '{"xor":[]}' },
      retry_schedule: ['90s'],
    };
    expect(parseEndpointConfig(newer)).toEqual({
      ok: false,
      reason:
        'written by a newer version: kind is "UNKNOWN", subscription.event_types is "publication.archived", subscription.filter is "{\\"xor\\":[]}", retry_schedule is "90s"',
      certain: {
        kind: 'known_in_part',
        endpoint: {
          id: endpoint.id,
          accountId: endpoint.accountId,
          projectId: endpoint.projectId,
          subscription: {
            channelIds: endpoint.subscription.channelIds,
            eventTypes: new Set(['publication.archived']),
          },
        },
      },
    });
  });

  it.each(['TELEGRAM', 'SLACK'] as const)(
    'is refused where it is of kind %s and does not say where to send to',
    (kind) => {
      const [endpoint] = fc.sample(anyEndpoint, 1) as [Endpoint];
      const config = { ...endpointConfigOf(endpoint), kind, telegram: null, slack: null };
      expect(parseEndpointConfig(config)).toEqual({
        ok: false,
        reason: `written by a newer version: ${kind.toLowerCase()} is null`,
        certain: { kind: 'known_in_part', endpoint: expect.objectContaining({ id: endpoint.id }) },
      });
    },
  );

  it('keeps no hold on the buffer that it was decoded from', () => {
    const [endpoint] = fc.sample(anyEndpoint, 1) as [Endpoint];
    const fetched = Buffer.alloc(1_000_000);
    const secret = { secret_id: 's', scheme: 'V1' as const, created_at: 0, expires_at: null };
    const parsed = parseEndpointConfig({
      ...endpointConfigOf(endpoint),
      secrets: [{ ...secret, sealed: fetched.subarray(0, 60) }],
    });
    if (!parsed.ok) throw new Error(parsed.reason);
    expect(parsed.value.secrets[0]?.sealed.buffer.byteLength).toBe(60);
  });
});
