import type { EndpointTable } from '@herald/registry/endpoint-table';

/** Lets a delivery pass when the endpoint table has the revision that it was routed by. */
export interface RevisionGate {
  /** Calls `pass` at once where the table has the revision, else as soon as it has: it waits without bound. */
  whenAt(revision: number, pass: () => void): void;
  /** The lowest revision that has been waited for in vain; undefined when none is overdue. */
  readonly overdue: number | undefined;
}

export interface RevisionGateOptions {
  table: Pick<EndpointTable, 'revision' | 'waitForRevision'>;
  /** A wait longer than this is overdue, milliseconds. */
  patienceMs: number;
  signal: AbortSignal;
  onOverdue: (revision: number) => void;
}

export function createRevisionGate(options: RevisionGateOptions): RevisionGate {
  const { table, patienceMs, signal, onOverdue } = options;
  const waiting = new Map<number, (() => void)[]>();
  const overdue = new Set<number>();

  return {
    whenAt(revision, pass) {
      if (table.revision >= revision) return pass();
      const others = waiting.get(revision);
      if (others) {
        others.push(pass);
        return;
      }
      waiting.set(revision, [pass]);
      void waitFor(revision);
    },
    get overdue() {
      return overdue.size === 0 ? undefined : Math.min(...overdue);
    },
  };

  async function waitFor(revision: number): Promise<void> {
    while (!(await table.waitForRevision(revision, patienceMs))) {
      if (signal.aborted) return;
      if (!overdue.has(revision)) onOverdue(revision);
      overdue.add(revision);
    }
    overdue.delete(revision);
    const passing = waiting.get(revision) ?? [];
    waiting.delete(revision);
    for (const pass of passing) pass();
  }
}
