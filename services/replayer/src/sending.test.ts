import type { Delivery } from '@herald/domain/delivery';
import { newRate } from '@herald/replay/rate';
import { expect, test } from 'vitest';
import { createSending } from './sending.ts';

/** A replay of three a batch on a clock of its own, which may go on for so many batches. */
function world(mayGoOnFor: number) {
  let nowMs = 0;
  const sent: string[] = [];
  const noted: string[] = [];
  let batches = 0;
  const sending = createSending({
    rate: newRate(100, 0),
    async send(records) {
      batches += 1;
      sent.push(...records.map(({ key }) => String(key)));
    },
    mayGoOn: () => batches < mayGoOnFor,
    onFlushed: async () => {},
    now: () => nowMs,
    async sleep(ms) {
      nowMs += ms;
    },
  });
  /** False when it may not go on. */
  async function sendAll(count: number): Promise<boolean> {
    for (let n = 0; n < count; n++) {
      const endpointId = `ep_${n}`;
      const delivery = { endpointId, origin: { topic: 't', partition: 0, offset: n } } as Delivery;
      if (!(await sending.add(delivery, Buffer.from('event')))) return false;
      sending.whenSent(() => noted.push(endpointId));
    }
    return sending.flush();
  }
  return { sent, noted, sendAll, elapsedMs: () => nowMs };
}

test('what is acknowledged is noted, and nothing else, wherever it is stopped', async () => {
  for (const batches of [0, 1, 2, 3]) {
    const { sent, noted, sendAll } = world(batches);
    expect(await sendAll(35)).toBe(false);
    expect(sent).toHaveLength(batches * 3);
    expect(noted).toEqual(sent);
  }
  const { sent, noted, sendAll, elapsedMs } = world(Infinity);
  expect(await sendAll(35)).toBe(true);
  expect(sent).toHaveLength(35);
  expect(noted).toEqual(sent);
  expect(elapsedMs()).toBeCloseTo(250);
});
