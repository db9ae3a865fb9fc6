import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { TOPICS } from '@herald/contracts/topics';
import { type Herald, openHerald, type TestAccount } from '@herald/testkit/herald';
import { createReceiver, type Receiver } from '@herald/testkit/receiver';
import { untilSettled } from '@herald/testkit/settling';
import { openWitness, type Witness } from '@herald/testkit/witness';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { preparePython } from '../tool/python-environment.ts';
import { publish } from './publishing.ts';
import { verifierOf } from './signature.ts';

const PYTHON_DIR = join(import.meta.dirname, 'python');
const REQUIREMENTS = join(PYTHON_DIR, 'requirements.txt');
const EXAMPLES = join(import.meta.dirname, '..', '..', 'schemas', 'examples');

let herald: Herald;
let witness: Witness;
let account: TestAccount;
let receiver: Receiver;
let endpointId: string;

beforeAll(async () => {
  herald = await openHerald();
  witness = await openWitness(herald.stack);
  account = await herald.openAccount();
  receiver = await createReceiver();
  const added = await account.addEndpoint({ url: receiver.url });
  endpointId = added.endpointId;
  receiver.verifyWith(verifierOf(added.secret));
});

afterAll(async () => {
  await witness?.close();
  await receiver?.close();
  await herald?.close();
});

interface Example {
  event: { event_id: string; publication_id: string };
  payload: { data: object };
}

/** The documented events and payloads, as this account's own; without operational ones, which only Herald produces. */
function examples(): Example[] {
  const files = readdirSync(join(EXAMPLES, 'events')).filter((file) => !file.startsWith('endpoint-'));
  return files.map((file) => {
    const event = JSON.parse(readFileSync(join(EXAMPLES, 'events', file), 'utf8'));
    const payloadFile = file.replace('.json', '.publication.json');
    const payload = JSON.parse(readFileSync(join(EXAMPLES, 'payloads', payloadFile), 'utf8'));
    return {
      event: { ...event, account_id: account.accountId, project_id: account.projectId },
      payload: { ...payload, data: { ...payload.data, project_id: account.projectId } },
    };
  });
}

/** Resolves with the partition of each event, in the order in which they came on record. */
async function produceByPython(python: string, events: readonly object[]): Promise<number[]> {
  const { brokers, registryUrl } = herald.stack;
  const child = spawn(
    python,
    [join(PYTHON_DIR, 'produce.py'), brokers.join(','), registryUrl, TOPICS.events],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  child.stdin.end(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  expect(code, stderr).toBe(0);
  return stdout
    .trim()
    .split('\n')
    .map((line) => Number(line.split(' ')[0]));
}

test("events by Python's confluent-kafka Avro serializer arrive as documented, signed", async (context) => {
  const environment = await preparePython(REQUIREMENTS);
  if (environment.kind === 'absent') return context.skip(environment.reason);

  const given = examples();
  await produceByPython(
    environment.python,
    given.map(({ event }) => event),
  );
  const settled = await untilSettled({
    duties: given.map(({ event }) => ({ eventId: event.event_id, endpointId })),
    arrivals: () => receiver.requests,
    witness,
  });
  expect(settled).toMatchObject({ delivered: given.length, lost: [], duplicates: 0, unexpected: [] });
  for (const { payload } of given) {
    expect(receiver.requests.map(({ body }) => JSON.parse(body))).toContainEqual(payload);
  }
});

test('a publication has one partition, whichever client publishes it', async (context) => {
  const environment = await preparePython(REQUIREMENTS);
  if (environment.kind === 'absent') return context.skip(environment.reason);

  const partitions: number[] = [];
  const events = await publish(herald, account, {
    count: 10,
    eventsPerSecond: 1_000,
    seed: 3,
    onPublished: (_count, { partition }) => partitions.push(partition),
  });
  const [{ event }] = examples() as [Example];
  for (const [index, { publication_id }] of events.entries()) {
    expect(await produceByPython(environment.python, [{ ...event, publication_id }])).toEqual([
      partitions[index],
    ]);
  }
});
