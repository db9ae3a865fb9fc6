import { EXIT } from './failure.ts';

/** Ctrl-C, SIGTERM, or the loss of the parent that forked this process. */
export interface StopRequest {
  first: Promise<void>;
  /** Somebody is impatient. */
  second: Promise<void>;
}

export function stopRequested(process: NodeJS.Process): StopRequest {
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  let requests = 0;
  const ask = () => {
    requests += 1;
    if (requests === 1) first.resolve();
    else second.resolve();
  };
  process.on('SIGINT', ask);
  process.on('SIGTERM', ask);
  process.once('disconnect', () => requests === 0 && ask());
  return { first: first.promise, second: second.promise };
}

/** For work that can be killed anywhere and done again: the first request aborts it, a second one kills it. */
export function abortedByStop(process: NodeJS.Process): AbortSignal {
  const stop = new AbortController();
  const { first, second } = stopRequested(process);
  void first.then(() => stop.abort());
  void second.then(() => process.exit(EXIT.failure));
  return stop.signal;
}
