import { createFrames, isFramed } from './frames.ts';
import type { CrashPoint, Outgoing } from './points.ts';

/** Follows one connection of a process and knows when a crash point is reached on it. */
export interface Trigger {
  /** Else what is received on it is of no interest. */
  readonly speaksKafka: boolean;
  /** What is to become of `chunk`, which the process is about to send. */
  sending(chunk: Buffer): 'send' | CrashPoint['effect'];
  received(chunk: Buffer): void;
}

export interface Watch {
  /** Undefined while none is armed. */
  point(): CrashPoint | undefined;
  /** Whether the request that has to come first was answered, on whatever connection, since the point was armed. */
  isPreceded: boolean;
}

const HEAD_BYTES = 2_000;

/** @param first what the process is about to send on the connection before anything else, and passes to `sending` too */
export function createTrigger(watch: Watch, first: Buffer): Trigger {
  const speaksKafka = isFramed(first);
  const sent = createFrames();
  const answered = createFrames();
  /** Correlation ids of the requests that have to come first. */
  const awaited = new Set<number>();

  return {
    speaksKafka,
    sending(chunk) {
      const point = watch.point();
      const requests = speaksKafka ? sent.add(chunk) : [];
      if (!point) return 'send';
      if (!speaksKafka && reaches(point, headOf(chunk))) return point.effect;
      for (const request of requests) {
        const outgoing = kafkaRequest(request);
        if (reaches(point, outgoing)) return point.effect;
        if (point.after?.(outgoing)) awaited.add(request.readInt32BE(4));
      }
      return 'send';
    },
    received(chunk) {
      for (const answer of answered.add(chunk)) {
        if (awaited.delete(answer.readInt32BE(0))) watch.isPreceded = true;
      }
    },
  };

  function reaches({ after, before }: CrashPoint, outgoing: Outgoing): boolean {
    return (!after || watch.isPreceded) && before(outgoing);
  }
}

/** A request begins with its kind (two bytes), the version of that (two), and its correlation id (four). */
function kafkaRequest(request: Buffer): Outgoing {
  return { kind: 'kafka', apiKey: request.readInt16BE(0), body: request.subarray(8) };
}

function headOf(chunk: Buffer): Outgoing {
  return { kind: 'other', head: chunk.toString('latin1', 0, HEAD_BYTES) };
}
