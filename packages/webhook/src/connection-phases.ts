import type { Socket } from 'node:net';

/** How long each part of opening a connection took, in milliseconds; undefined for one that was not needed or not ended. */
export interface ConnectionPhases {
  /** Undefined where the URL has an address. */
  dnsMs: number | undefined;
  connectMs: number | undefined;
  tlsMs: number | undefined;
}

/** Of a connection that was open already. */
export const NO_PHASES: ConnectionPhases = { dnsMs: undefined, connectMs: undefined, tlsMs: undefined };

/** Times the opening of one socket. Nothing is left listening once it is open. */
export class OpeningClock {
  readonly #startMs = performance.now();
  #lookupMs: number | undefined;
  #connectMs: number | undefined;
  #secureMs: number | undefined;

  constructor(socket: Socket) {
    socket.once('lookup', () => {
      this.#lookupMs = performance.now();
    });
    socket.once('connect', () => {
      this.#connectMs = performance.now();
    });
    socket.once('secureConnect', () => {
      this.#secureMs = performance.now();
    });
  }

  get phases(): ConnectionPhases {
    return {
      dnsMs: between(this.#startMs, this.#lookupMs),
      connectMs: between(this.#lookupMs ?? this.#startMs, this.#connectMs),
      tlsMs: between(this.#connectMs, this.#secureMs),
    };
  }
}

function between(fromMs: number | undefined, toMs: number | undefined): number | undefined {
  return fromMs === undefined || toMs === undefined ? undefined : toMs - fromMs;
}
