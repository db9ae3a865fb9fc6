import type { Sink } from './sink/sink.ts';

/** What became of the deliveries of one run, by the sink's books alone. */
export interface Accounted {
  run: string;
  expected: number;
  arrived: number;
  /** Not arrived by the end of the bench, though nothing was in their way. */
  missing: number;
  /** Arrivals of one that had arrived before. */
  duplicates: number;
  /** Not arrived at the endpoint that hung: the sender still owes them. */
  owedToHanging: number;
}

/** Numbers the runs and remembers them, so that the account at the end sees what came late. */
export interface Runs {
  /** Resolves with the number of the run, which the sink now expects. */
  open(name: string, plan: OpenedRun): Promise<number>;
  account(): Promise<Accounted[]>;
}

export interface OpenedRun {
  events: number;
  /** Endpoints that each event goes to. */
  copies: number;
  /** The one of them that hangs; default none does. */
  hangingSlot?: number;
}

export function createRuns(sink: Pick<Sink, 'open' | 'counts' | 'arrivals'>): Runs {
  const opened: { name: string; run: number; plan: OpenedRun }[] = [];

  return {
    async open(name, plan) {
      const run = opened.length + 1;
      opened.push({ name, run, plan });
      await sink.open({ run, events: plan.events, copies: plan.copies });
      return run;
    },
    async account() {
      return Promise.all(
        opened.map(async ({ name, run, plan }) => {
          const { expected, arrived, duplicates } = await sink.counts(run);
          const owedToHanging = owed(await sink.arrivals(run), plan);
          const missing = expected - arrived - owedToHanging;
          return { run: name, expected, arrived, missing, duplicates, owedToHanging };
        }),
      );
    },
  };
}

function owed(arrivals: Float64Array, { events, copies, hangingSlot }: OpenedRun): number {
  if (hangingSlot === undefined) return 0;
  let count = 0;
  for (let seq = 0; seq < events; seq++) if (Number.isNaN(arrivals[seq * copies + hangingSlot])) count += 1;
  return count;
}
