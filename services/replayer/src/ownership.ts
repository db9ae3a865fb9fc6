import type { Lane, LaneHandler } from '@herald/kafka/lane';
import type { Term } from './term.ts';

/** Turns the ownership of one partition into terms, of which there is one at a time over all replayers. */
export interface Ownership {
  handler: LaneHandler;
  /** The lane that has `handler`. */
  follow(lane: Pick<Lane, 'complete' | 'claims'>): void;
  readonly isOwner: boolean;
}

/**
 * The lane is there for who owns its partition; its records themselves say nothing that the table does not. A term
 * ends with every rebalance, and a new one begins where the partition is still ours.
 */
export function createOwnership({ beginTerm }: { beginTerm(): Term }): Ownership {
  let lane: Pick<Lane, 'complete' | 'claims'> | undefined;
  let term: Term | undefined;

  return {
    handler: {
      receive: (record) => lane?.complete(record),
      async suspend() {
        const ending = term;
        term = undefined;
        await ending?.end();
      },
      resume() {
        if (lane && lane.claims().length > 0) term ??= beginTerm();
      },
    },
    follow(followed) {
      lane = followed;
    },
    get isOwner() {
      return term !== undefined;
    },
  };
}
