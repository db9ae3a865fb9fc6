import { isIP, type LookupFunction, type Socket } from 'node:net';
import { getCACertificates } from 'node:tls';
import { buildConnector } from 'undici';
import { decideAddress, type Reach, type RefusedAddress } from './address.ts';
import type { AddressPolicy } from './address-policy.ts';
import type { ResolvedAddress, Resolver } from './resolver.ts';
import { reachOf } from './url.ts';

/** Why no connection was tried, as the sender's typed error. */
export class GuardError extends Error {
  readonly wireError: 'dns' | 'blocked_address';

  constructor(wireError: 'dns' | 'blocked_address', message: string) {
    super(message);
    this.wireError = wireError;
  }
}

export interface Guard {
  policy: AddressPolicy;
  resolver: Resolver;
  /** Told of each address that is refused; nobody is, where a connection was decided about before. */
  onRefused?: ((refused: RefusedAddress) => void) | undefined;
}

export type HostDecision =
  | { kind: 'allowed'; addresses: readonly ResolvedAddress[] }
  | { kind: 'blocked'; message: string }
  | { kind: 'unresolved'; message: string };

/**
 * Resolves a host and lets it pass only if every one of its addresses may be connected to: of a mixed answer, an
 * attacker would get the one that is not, by trying often enough. For IP addresses it is `decideAddress`. The message is for
 * who gave the host: it does not say which address a name has, or anybody could look up the names of the inside network.
 */
export async function decideHost(hostname: string, reach: Reach, guard: Guard): Promise<HostDecision> {
  const literal = isIP(hostname);
  const resolution =
    literal === 0
      ? await guard.resolver(hostname)
      : { kind: 'resolved' as const, addresses: [{ address: hostname, family: literal as 4 | 6 }] };
  if (resolution.kind === 'failed') return { kind: 'unresolved', message: resolution.message };
  if (resolution.addresses.length === 0) return { kind: 'unresolved', message: `${hostname} has no address` };
  for (const { address } of resolution.addresses) {
    const decision = decideAddress(address, reach, guard.policy);
    if (decision.kind === 'blocked') {
      guard.onRefused?.({ reason: decision.reason, hostname, address });
      const who = literal ? hostname : `${hostname} has an address that`;
      return { kind: 'blocked', message: `${who} ${decision.why}` };
    }
  }
  return { kind: 'allowed', addresses: resolution.addresses };
}

/**
 * A `lookup` for sockets that gives them checked addresses and nothing else: what was checked is what is connected
 * to, so a name that changes its address between two look-ups gains nothing. Errors are GuardErrors.
 */
export function guardedLookup(reach: Reach, guard: Guard): LookupFunction {
  return (hostname, options, callback) => {
    decideHost(hostname, reach, guard).then(
      (decision) => {
        if (decision.kind !== 'allowed') {
          callback(guardError(decision), []);
        } else if (options.all) {
          callback(null, [...decision.addresses]);
        } else {
          const [first] = decision.addresses as [ResolvedAddress];
          callback(null, first.address, first.family);
        }
      },
      callback as (error: Error) => void,
    );
  };
}

/**
 * How long one address of a name is tried before the next. Node's quarter of a second gives up receivers that are far
 * away, or a connection that our own machine is slow to make, and the next address may be of a network that is not there.
 */
const FAMILY_ATTEMPT_MS = 2_000;

export interface ConnectOptions extends Guard {
  /** PEM of further certificate authorities, trusted along with Node's own. */
  ca: readonly string[];
  /** TLS sessions kept for resumption, one a host name. */
  maxTlsSessions: number;
}

/** Opens one socket, guarded. Gives the socket that is being connected, so that the attempt can be given up. */
export type Connect = (
  options: buildConnector.Options,
  callback: buildConnector.Callback,
) => Socket | undefined;

/**
 * undici's connector behind the guard. An IP address never reaches `lookup`, so it is checked before. Has no time-out
 * of its own: the deadline of the attempt destroys the socket.
 */
export function createGuardedConnect(options: ConnectOptions): Connect {
  const { policy, ca, maxTlsSessions, onRefused } = options;
  const connectors = {
    public: connectorFor('public'),
    allowed_networks: connectorFor('allowed_networks'),
  };
  return (target, callback) => {
    const port = Number(target.port) || (target.protocol === 'https:' ? 443 : 80);
    const reach = reachOf(target.protocol, port, policy);
    const { hostname } = target;
    if (isIP(hostname) !== 0) {
      const decision = decideAddress(hostname, reach, policy);
      if (decision.kind === 'blocked') {
        onRefused?.({ reason: decision.reason, hostname, address: hostname });
        const message = `${hostname} ${decision.why}`;
        queueMicrotask(() => callback(guardError({ kind: 'blocked', message }), null));
        return undefined;
      }
    }
    return connectors[reach](target, callback);
  };

  function connectorFor(reach: Reach): Connect {
    return buildConnector({
      lookup: guardedLookup(reach, options),
      timeout: 0,
      autoSelectFamilyAttemptTimeout: FAMILY_ATTEMPT_MS,
      allowH2: false,
      maxCachedSessions: maxTlsSessions,
      rejectUnauthorized: true,
      ...(ca.length > 0 && { ca: [...getCACertificates('default'), ...ca] }),
      // Its types leave out that it returns the socket.
    }) as unknown as Connect;
  }
}

function guardError(decision: Exclude<HostDecision, { kind: 'allowed' }>): GuardError {
  return new GuardError(decision.kind === 'blocked' ? 'blocked_address' : 'dns', decision.message);
}
