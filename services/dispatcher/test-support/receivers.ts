import { createReceiver, type Receiver, type ReceiverOptions } from '@herald/testkit/receiver';
import { afterEach } from 'vitest';

/** Gives a function that opens receivers; those that a test opened are closed when it ends. */
export function useReceivers(): (options?: ReceiverOptions) => Promise<Receiver> {
  const open: Receiver[] = [];
  afterEach(async () => {
    for (const receiver of open.splice(0)) await receiver.close();
  });
  return async (options) => {
    const receiver = await createReceiver(options);
    open.push(receiver);
    return receiver;
  };
}
