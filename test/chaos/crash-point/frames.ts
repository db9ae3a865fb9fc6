/** Larger than any request of Kafka's here; as a length, the first four letters of an HTTP request are far larger. */
const MAX_FRAME_BYTES = 64 * 1024 * 1024;

/** Cuts one direction of a connection into Kafka's frames: a length of four bytes, then so many bytes. */
export interface Frames {
  /** Gives the frames that `chunk` completes, without their lengths. */
  add(chunk: Buffer): Buffer[];
}

/** Whether the first thing said on a connection is of Kafka's protocol. */
export function isFramed(chunk: Buffer): boolean {
  return chunk.length >= 4 && chunk.readUInt32BE(0) <= MAX_FRAME_BYTES;
}

export function createFrames(): Frames {
  let rest: Buffer = Buffer.alloc(0);
  return {
    add(chunk) {
      const complete: Buffer[] = [];
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      while (rest.length >= 4) {
        const bytes = rest.readUInt32BE(0);
        if (rest.length < 4 + bytes) break;
        complete.push(rest.subarray(4, 4 + bytes));
        rest = rest.subarray(4 + bytes);
      }
      return complete;
    },
  };
}
