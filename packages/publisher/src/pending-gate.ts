/** Bounds what is under way. Those that wait enter in the order they came. */
export interface PendingGate {
  /** Waits until there is room, then takes it. A batch larger than the whole gate enters alone. */
  enter(records: number): Promise<void>;
  leave(records: number): void;
}

export function createPendingGate(maxPendingRecords: number): PendingGate {
  let pending = 0;
  const waiting: { records: number; enter: () => void }[] = [];

  const hasRoomFor = (records: number) => pending === 0 || pending + records <= maxPendingRecords;

  return {
    async enter(records) {
      if (waiting.length > 0 || !hasRoomFor(records)) {
        // `leave` takes the room in the name of the one it lets in.
        await new Promise<void>((enter) => waiting.push({ records, enter }));
        return;
      }
      pending += records;
    },
    leave(records) {
      pending -= records;
      for (let next = waiting[0]; next && hasRoomFor(next.records); next = waiting[0]) {
        waiting.shift();
        pending += next.records;
        next.enter();
      }
    },
  };
}
