import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as setTimeoutAsync } from 'node:timers/promises';
import { anAttempt } from '@herald/clickhouse/testing/sample-rows';
import { createEncoder, type Encoder } from '@herald/contracts/codec';
import { type DeliveryAttempt, deliveryAttemptSchema } from '@herald/contracts/generated/delivery-attempt';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { subjectOf } from '@herald/contracts/schemas';
import { TOPICS } from '@herald/contracts/topics';
import { type BatchingProducer, createBatchingProducer } from '@herald/kafka/batching-producer';
import { eventually } from '@herald/testkit/eventually';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type EventSource, openEventSource } from '../testing/event-source.ts';
import { type Client, type RunningApi, startApi } from '../testing/running-api.ts';
import { TAIL_LIMITS } from './tail.ts';
import { dispositionView } from './tail-fields.ts';

const stack = inject('stack');
let api: RunningApi;
let producer: BatchingProducer;
let encoder: Encoder<DeliveryAttempt>;

beforeAll(async () => {
  // A port that nobody listens on: the tail does not need ClickHouse.
  api = await startApi(stack, {
    clickhouseUrl: 'http://127.0.0.1:1',
    tailLimits: {
      maxStreamsPerActor: 3,
      maxStreamsPerAccount: 4,
      maxResumeRecords: 2_000,
      maxBufferedBytes: 64 * 1024,
    },
  });
  producer = await createBatchingProducer({ connection: { brokers: stack.brokers, clientId: 'tail-test' } });
  encoder = await createEncoder<DeliveryAttempt>(connectSchemaRegistry({ url: stack.registryUrl }), {
    subject: subjectOf(TOPICS.attempts),
    schema: deliveryAttemptSchema,
  });
});
afterAll(() => producer?.close());

/** Over all partitions, each with a number of its own as its step. */
function attemptsOf(accountId: string, from: number, to: number, said: Partial<DeliveryAttempt> = {}) {
  return Array.from({ length: to - from }, (_, index) =>
    anAttempt({
      account_id: accountId,
      endpoint_id: `endpoint-${(from + index) % 40}`,
      step: from + index,
      ...said,
    }),
  );
}

const record = (attempts: readonly DeliveryAttempt[]) =>
  producer.send(
    attempts.map((attempt) => ({
      topic: TOPICS.attempts,
      key: attempt.endpoint_id,
      value: encoder.encode(attempt),
    })),
  );

const tail = (client: Client, query = '', options: { lastId?: string } = {}) =>
  openEventSource(`${api.url}/v1/tail${query}`, { ...client, ...options });

/** A stream that has begun to hear what comes. */
async function joined(client: Client, query = ''): Promise<EventSource> {
  const source = await tail(client, query);
  await eventually(() => expect(source.lastId).not.toBe(''));
  return source;
}

const stepsOf = ({ received }: EventSource): number[] =>
  received.filter(({ event }) => event === 'disposition').map(({ data }) => data.step);

test('a client that comes back with its last id, again and again, misses nothing and gets nothing twice', async () => {
  const client = await api.client('read');
  const total = 800;
  const first = await joined(client);
  const recording = (async () => {
    for (let from = 0; from < total; from += 50) {
      await record(attemptsOf(client.accountId, from, from + 50));
      // Of others, between: they are passed over, and not counted.
      await record(attemptsOf('somebody-else', 0, 20));
    }
  })();
  const steps: number[] = [];
  let lastId = first.lastId;
  let source = first;
  for (let visit = 1; steps.length < total; visit++) {
    const wanted = Math.min(visit * 90, total - steps.length);
    await eventually(() => expect(stepsOf(source).length).toBeGreaterThanOrEqual(wanted));
    await source.close();
    // What arrived after the id that it comes back with does not count.
    const last = source.received.at(-1)!;
    expect(source.received.map(({ event }) => event)).not.toContain('skipped');
    steps.push(...stepsOf(source));
    lastId = last.id;
    if (steps.length < total) source = await tail(client, '', { lastId });
  }
  await recording;
  expect(steps.toSorted((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, step) => step));
});

test('a client sees its own account and what its filter asks for, and nothing else', async () => {
  const [ours, theirs] = [await api.client('read'), await api.client('read')];
  const all = await joined(ours);
  const dead = await joined(ours, '?state=dead&endpoint_id=wanted&project_id=project-1');
  const other = await joined(theirs, '?endpoint_id=wanted');
  const ofOurs = (said: Partial<DeliveryAttempt>) => anAttempt({ account_id: ours.accountId, ...said });
  await record([
    anAttempt({ account_id: theirs.accountId, endpoint_id: 'wanted', step: 9 }),
    ofOurs({ endpoint_id: 'wanted', step: 1, disposition: 'DEAD', verdict: 'DEAD', reason: 'exhausted' }),
    ofOurs({ endpoint_id: 'unwanted', step: 2, disposition: 'DEAD', verdict: 'DEAD' }),
    ofOurs({ endpoint_id: 'wanted', step: 3 }),
    ofOurs({ endpoint_id: 'wanted', step: 4, disposition: 'DEAD', verdict: 'DEAD', project_id: 'project-2' }),
  ]);
  await eventually(() => expect(stepsOf(all).toSorted()).toEqual([1, 2, 3, 4]));
  await eventually(() => expect(stepsOf(other)).toEqual([9]));
  await eventually(() => expect(stepsOf(dead)).not.toEqual([]));
  expect(dead.received).toMatchObject([
    {
      event: 'disposition',
      data: { step: 1, disposition: 'dead', state: 'dead', reason: 'exhausted', status: 200 },
    },
  ]);
  for (const { data } of all.received) expect(dispositionView.parse(data)).toEqual(data);
  // A position is worth the same to every account: it holds nothing of the one that it was given to.
  const spying = await tail(theirs, `?after=${all.received[0]!.id}`);
  await record([anAttempt({ account_id: theirs.accountId, step: 10 })]);
  await eventually(() => expect(stepsOf(spying)).toContain(10));
  expect(stepsOf(spying).filter((step) => step < 9)).toEqual([]);
  await Promise.all([all, dead, other, spying].map((source) => source.close()));
});

test('a session that is limited hears of its own endpoints and events, also of what it missed', async () => {
  const owner = await api.client('admin');
  const make = async (projectId: string, channelIds: string[]): Promise<string> => {
    const body = {
      project_id: projectId,
      url: 'http://127.0.0.1:9/',
      subscription: { channel_ids: channelIds },
    };
    return (await owner.send('POST', '/v1/endpoints', body)).body.endpoint_id;
  };
  const [own, ofAll, elsewhere] = [
    await make('project-1', ['channel-1']),
    await make('project-1', []),
    await make('project-2', ['channel-1']),
  ];
  const session = await api.session(owner.accountId, {
    projectIds: ['project-1'],
    channelIds: ['channel-1'],
  });
  const listening = await joined(session);
  const whole = await joined(owner);
  const before = listening.lastId;
  const attempt = (step: number, endpoint_id: string | undefined, said: Partial<DeliveryAttempt> = {}) =>
    anAttempt({ account_id: owner.accountId, step, endpoint_id: endpoint_id as string, ...said });
  await record([
    attempt(1, own),
    attempt(2, ofAll),
    attempt(3, elsewhere, { project_id: 'project-2' }),
    attempt(4, own, { channel_id: 'channel-2' }),
    attempt(5, own, { project_id: 'project-2' }),
    attempt(6, own),
  ]);
  await eventually(() => expect(stepsOf(whole).toSorted()).toEqual([1, 2, 3, 4, 5, 6]));
  await eventually(() => expect(stepsOf(listening)).toEqual([1, 6]));
  const back = await tail(session, '', { lastId: before });
  await eventually(() => expect(stepsOf(back)).toEqual([1, 6]));
  expect((await session.send('DELETE', '/v1/sessions/current')).status).toBe(204);
  await Promise.all([listening.ended, back.ended, whole.close()]);
});

test('what is erased is not heard of any more, neither of what was missed nor of what is still attempted', async () => {
  const client = await api.client('admin');
  const value = Buffer.from('as good as any');
  const event = await producer.sendOne({ topic: TOPICS.events, partition: 0, key: null, value });
  const attempt = (step: number, publication_id: string) =>
    anAttempt({
      account_id: client.accountId,
      publication_id,
      step,
      origin_partition: 0,
      origin_offset: event.offset,
    });
  const listening = await joined(client);
  const before = listening.lastId;
  await record([attempt(1, 'secret'), attempt(2, 'other')]);
  await eventually(() => expect(stepsOf(listening).toSorted()).toEqual([1, 2]));

  // Without ClickHouse it is on record, and done later.
  expect((await client.send('DELETE', '/v1/publications/secret/history')).status).toBe(202);
  await eventually(async () => {
    const back = await tail(client, '', { lastId: before });
    await eventually(() => expect(stepsOf(back)).toContain(2));
    await back.close();
    expect(stepsOf(back)).toEqual([2]);
  });
  await record([attempt(3, 'secret'), attempt(4, 'other')]);
  await eventually(() => expect(stepsOf(listening)).toContain(4));
  expect(stepsOf(listening)).not.toContain(3);
  await listening.close();
});

test('a client that takes nothing costs no more than its bound, and is told how many it was not sent', async () => {
  const client = await api.client('read');
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  socket.write(`GET /v1/tail HTTP/1.1\r\nhost: herald\r\nauthorization: Bearer ${client.key}\r\n\r\n`);
  await once(socket, 'readable');
  const witness = await joined(client);
  const total = 6_000;
  const message = 'x'.repeat(1_500);
  for (let from = 0; from < total; from += 1_000) {
    await record(attemptsOf(client.accountId, from, from + 1_000, { error_message: message, request: null }));
    await eventually(() => expect(toldOf(witness.received)).toBe(from + 1_000));
  }
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  await eventually(() => {
    const told = [...text.matchAll(/^event: (\w+)\r?\ndata: (.*)$/gm)].map(([, event, data]) => ({
      event: event!,
      data: JSON.parse(data!) as { count: number },
    }));
    expect(told.some(({ event }) => event === 'skipped')).toBe(true);
    expect(toldOf(told)).toBe(total);
    // What the kernel's buffers and ours hold is all that was kept.
    expect(text.length).toBeLessThan(total * message.length * 0.8);
  });
  socket.destroy();
  await witness.close();
});

/** How many dispositions a client knows of: those that it got and those that it was told it did not get. */
function toldOf(received: readonly { event: string; data: { count?: number } }[]): number {
  return received.reduce(
    (sum, { event, data }) =>
      sum + (event === 'disposition' ? 1 : event === 'skipped' ? (data.count ?? 0) : 0),
    0,
  );
}

test('one who was away for too long gets the newest, and is told that there is a gap', async () => {
  const client = await api.client('read');
  const source = await joined(client);
  const { lastId } = source;
  await source.close();
  await record(attemptsOf(client.accountId, 0, 4_000, { request: null }));
  const back = await tail(client, `?after=${lastId}`);
  await record(attemptsOf(client.accountId, 4_000, 4_001));
  await eventually(() => expect(stepsOf(back)).toContain(4_000));
  expect(back.received[0]).toMatchObject({ event: 'gap', data: { reason: 'too_far_back' } });
  const steps = stepsOf(back);
  expect(new Set(steps).size).toBe(steps.length);
  expect(steps.length).toBeGreaterThan(500);
  expect(steps.length).toBeLessThanOrEqual(2_001);
  await back.close();
});

test('refuses a position that it did not give, and a stream too many, with what to do', async () => {
  const client = await api.client('read');
  for (const position of ['nonsense', '1.0.0', randomUUID()]) {
    const answer = await client.get(`/v1/tail?after=${position}`);
    expect(answer).toMatchObject({ status: 400, body: { type: 'urn:herald:problem:refused_position' } });
  }
  const open = [await joined(client), await joined(client), await joined(client)];
  const answer = await client.get('/v1/tail');
  expect(answer).toMatchObject({ status: 429, body: { type: 'urn:herald:problem:too_many_streams' } });
  expect(answer.headers.get('retry-after')).toBe('5');
  // Another key of the account has its own share, and no more than the account has left.
  const other = await api.client('read', client.accountId);
  open.push(await joined(other));
  const full = await other.get('/v1/tail');
  expect(full).toMatchObject({ status: 429, body: { detail: expect.stringContaining('account') } });
  await open.pop()!.close();
  await eventually(async () => open.push(await joined(other)));
  await Promise.all(open.map((source) => source.close()));
});

test('a stream ends with its key, and with the process, so that nobody waits for it', async () => {
  const client = await api.client('read');
  const idle = await api.client('read');
  const [ofRevoked, ofIdle] = [await joined(client), await joined(idle)];
  const witness = await joined(await api.client('read', client.accountId));
  const other = await joined(await api.client('read'));
  await api.revoke(client);
  await api.revoke(idle);
  await eventually(async () => expect((await client.get('/v1/me')).status).toBe(401));
  // The very next is not told, long before the heartbeat; nor does a stream go on that is told nothing.
  await record(attemptsOf(client.accountId, 0, 1));
  await eventually(() => expect(stepsOf(witness)).toEqual([0]));
  expect(stepsOf(ofRevoked)).toEqual([]);
  const beforeTheHeartbeat = setTimeoutAsync(TAIL_LIMITS.heartbeatMs - 3_000, 'still open', { ref: false });
  const ended = Promise.all([ofRevoked.ended, ofIdle.ended]).then(() => 'ended');
  expect(await Promise.race([ended, beforeTheHeartbeat])).toBe('ended');
  await witness.close();
  await api.stop();
  await other.ended;
});
