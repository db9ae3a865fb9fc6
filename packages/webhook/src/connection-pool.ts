import type { Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import { type ConnectionPhases, NO_PHASES, OpeningClock } from './connection-phases.ts';
import type { Connect } from './guard.ts';

export interface ConnectionLimits {
  /** Header fields of one response, in bytes; more is an error. */
  maxHeaderBytes: number;
  /** Connections kept open without a request, over all origins; beyond, the one idle longest is closed. */
  maxIdleConnections: number;
  /** How long a connection is kept open without a request, where the server does not say. */
  idleMs: number;
}

/** The longest that a server's `Keep-Alive: timeout=` is followed. */
const MAX_IDLE_HINT_MS = 60_000;

/** One keep-alive connection to one origin, on which one request at a time is made. */
export class Connection {
  readonly origin: string;
  /** The pool's mark. */
  idle = false;
  readonly #client: Client;
  #socket: Socket | undefined;
  #remoteAddress: string | undefined;
  #opening: OpeningClock | undefined;

  constructor(
    origin: string,
    connect: Connect,
    limits: ConnectionLimits,
    onDisconnect: (self: Connection) => void,
  ) {
    this.origin = origin;
    this.#client = new Client(origin, {
      connect: (options, callback) => {
        this.#remoteAddress = undefined;
        this.#socket = connect(options, callback);
        this.#opening = this.#socket && new OpeningClock(this.#socket);
        // Not undici's callback: that comes after the TLS handshake, or instead of it.
        this.#socket?.once('connect', () => {
          this.#remoteAddress = this.#socket?.remoteAddress;
        });
      },
      allowH2: false,
      pipelining: 1,
      maxHeaderSize: limits.maxHeaderBytes,
      keepAliveTimeout: limits.idleMs,
      keepAliveMaxTimeout: MAX_IDLE_HINT_MS,
      // Each attempt has one deadline over everything; undici's own timers would only cost.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    this.#client.on('disconnect', () => onDisconnect(this));
  }

  /** Address that it is, or was last, connected to; undefined while it connects. */
  get remoteAddress(): string | undefined {
    return this.#remoteAddress;
  }

  /** Of what was opened for the request that has it now. */
  get phases(): ConnectionPhases {
    return this.#opening?.phases ?? NO_PHASES;
  }

  /** What opening it took was for a request before. */
  forgetOpening(): void {
    this.#opening = undefined;
  }

  dispatch(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#client.dispatch(request, handler);
  }

  /** Closes at once, whether it is connecting, in use or idle. */
  destroy(): void {
    // undici does not know a socket before it is connected.
    this.#socket?.destroy();
    void this.#client.destroy();
  }
}

/**
 * Idle connections, by origin, the last used first: so a burst's extra connections age and close, and the one that is
 * taken has most surely not been closed by the server meanwhile. undici's Agent and Pool do the same work at more CPU
 * time a request, cannot give up a connection that is still being made, and do not tell which address a request went to.
 */
export class ConnectionPool {
  readonly #connect: Connect;
  readonly #limits: ConnectionLimits;
  /** Never an empty list. The origin that has had idle connections longest comes first. */
  readonly #idle = new Map<string, Connection[]>();
  #idleCount = 0;

  constructor(connect: Connect, limits: ConnectionLimits) {
    this.#connect = connect;
    this.#limits = limits;
  }

  /** An idle connection, or one that connects with its first request. It is the caller's until released or discarded. */
  acquire(origin: string): Connection {
    const idle = this.#idle.get(origin);
    if (!idle) return new Connection(origin, this.#connect, this.#limits, this.#onDisconnect);
    const connection = idle.pop() as Connection;
    connection.forgetOpening();
    this.#removed(connection, idle);
    return connection;
  }

  /** Gives back a connection whose request has ended well. */
  release(connection: Connection): void {
    connection.idle = true;
    this.#idleCount++;
    const idle = this.#idle.get(connection.origin);
    if (idle) idle.push(connection);
    else this.#idle.set(connection.origin, [connection]);
    if (this.#idleCount > this.#limits.maxIdleConnections) this.#closeOldest();
  }

  /** Closes the idle connections; those in use are their users'. */
  close(): void {
    while (this.#idleCount > 0) this.#closeOldest();
  }

  #closeOldest(): void {
    const idle = this.#idle.values().next().value as Connection[];
    const connection = idle.shift() as Connection;
    this.#removed(connection, idle);
    connection.destroy();
  }

  /** A connection in use reconnects or fails its request by itself. */
  readonly #onDisconnect = (connection: Connection): void => {
    if (!connection.idle) return;
    const idle = this.#idle.get(connection.origin) as Connection[];
    idle.splice(idle.indexOf(connection), 1);
    this.#removed(connection, idle);
    connection.destroy();
  };

  #removed(connection: Connection, idle: Connection[]): void {
    connection.idle = false;
    this.#idleCount--;
    if (idle.length === 0) this.#idle.delete(connection.origin);
  }
}
