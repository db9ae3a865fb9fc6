import { setTimeout as sleep } from 'node:timers/promises';
import { createReader, numberOf } from './support.ts';

/**
 * A consumer to be killed: `consumer-process.ts BROKER GROUP TOPIC`. It works on fifty records at a time, each for up
 * to 20 ms, and says `started N` and `completed N MILLISECONDS`, each a line that is written before it goes on.
 */
const [broker, groupId, topic] = process.argv.slice(2) as [string, string, string];
const say = (line: string) => process.stdout.write(`${line}\n`);
const queue: (() => Promise<void>)[] = [];
let inFlight = 0;

function pump(): void {
  while (inFlight < 50 && queue.length > 0) {
    inFlight += 1;
    void queue.shift()!().finally(() => {
      inFlight -= 1;
      pump();
    });
  }
}

const { lane, errors } = createReader({
  connection: { brokers: [broker], clientId: 'consumer-process', logger: { log: () => {} } },
  groupId,
  topics: [topic],
  sessionTimeoutMs: 6_000,
  work(record, its) {
    queue.push(async () => {
      say(`started ${numberOf(record)}`);
      await sleep(1 + ((record.offset * 7) % 20));
      say(`completed ${numberOf(record)} ${Date.now()}`);
      its.complete(record);
    });
    pump();
  },
});
await lane.start();
process.on('SIGTERM', () => process.exit(errors.length));
