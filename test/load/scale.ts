/** How much of everything a bench does. */
export interface Scale {
  warmUpEvents: number;
  bareRequests: number;
  /** Of each throughput scenario. */
  events: number;
  /** At each rate. */
  latencySeconds: number;
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
  latencySeconds: 20,
  isolationSeconds: 15,
  isolationRounds: 2,
  idleSeconds: 10,
};

/** To see that it works, and where the numbers are about. */
export const QUICK: Scale = {
  warmUpEvents: 1_000,
  bareRequests: 20_000,
  events: 3_000,
  latencySeconds: 4,
  isolationSeconds: 8,
  isolationRounds: 1,
  idleSeconds: 3,
};
