/**
 * Work that is done a part at a time, so that whoever does much of it leaves the process to others in between. What is
 * spent is counted, not measured: a turn is over after as many units as it has, whoever spent them.
 */
export interface Turns {
  readonly isOver: boolean;
  spend(units: number): void;
  /** Resolves in a turn of which nothing is spent yet. Who waits longest is first, one in a turn. */
  next(): Promise<void>;
}

/** @param defer calls back when others have had their turn: setImmediate */
export function createTurns(unitsPerTurn: number, defer: (turn: () => void) => void): Turns {
  const waiting: (() => void)[] = [];
  let spent = 0;
  let isDeferred = false;

  return {
    get isOver() {
      return spent >= unitsPerTurn;
    },
    spend(units) {
      spent += units;
      begin();
    },
    next() {
      begin();
      return new Promise((resolve) => waiting.push(resolve));
    },
  };

  function begin(): void {
    if (isDeferred) return;
    isDeferred = true;
    defer(() => {
      isDeferred = false;
      spent = 0;
      waiting.shift()?.();
      if (waiting.length > 0) begin();
    });
  }
}
