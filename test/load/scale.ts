/** How much of everything a bench does. */
export interface Scale {
  warmUpEvents: number;
  bareRequests: number;
  /** Of each throughput scenario. */
  events: number;
  /** Runs of events to one endpoint, each between two of the bare loop. */
  throughputRounds: number;
  /** Of one run, at each rate. */
  latencySeconds: number;
  latencyRounds: number;
  /** Of one run, with or without the endpoint that hangs. */
  isolationSeconds: number;
  /** Runs without and with, by turns. */
  isolationRounds: number;
  idleSeconds: number;
}

export const FULL: Scale = {
  warmUpEvents: 20_000,
  bareRequests: 60_000,
  events: 20_000,
  throughputRounds: 3,
  latencySeconds: 8,
  latencyRounds: 5,
  isolationSeconds: 8,
  isolationRounds: 5,
  idleSeconds: 20,
};

/** To see that it works, and where the numbers are about. */
export const QUICK: Scale = {
  warmUpEvents: 1_000,
  bareRequests: 20_000,
  events: 3_000,
  throughputRounds: 1,
  latencySeconds: 4,
  latencyRounds: 1,
  isolationSeconds: 8,
  isolationRounds: 1,
  idleSeconds: 3,
};
