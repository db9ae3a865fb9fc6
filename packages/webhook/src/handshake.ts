import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { type ConnectionPhases, OpeningClock } from './connection-phases.ts';
import { type ConnectOptions, createGuardedConnect } from './guard.ts';
import type { ResolvedAddress } from './resolver.ts';
import type { Destination } from './url.ts';
import type { NamedWireError } from './wire-error.ts';
import { nameWireError } from './wire-error.ts';

/** What a server shows of itself in the handshake. */
export interface ServerCertificate {
  issuer: string;
  subject: string;
  expiresAtMs: number;
}

export type Handshake =
  | { kind: 'open'; phases: ConnectionPhases; certificate: ServerCertificate | undefined }
  /** Before the TCP connection was there, or after it. */
  | ({ kind: 'failed'; at: 'connection' | 'tls'; phases: ConnectionPhases } & NamedWireError);

/**
 * Opens a connection as the sender would and closes it: no request is made. It goes to the addresses that were checked
 * and to no other, whatever the name answers by now.
 */
export async function shakeHands(
  destination: Pick<Destination, 'origin' | 'hostname'>,
  addresses: readonly ResolvedAddress[],
  options: Pick<ConnectOptions, 'policy' | 'ca'> & { timeoutMs: number },
): Promise<Handshake> {
  const { policy, ca, timeoutMs } = options;
  const resolver = async () => ({ kind: 'resolved', addresses }) as const;
  const connect = createGuardedConnect({ policy, resolver, ca, maxTlsSessions: 0 });
  const { protocol, port, host } = new URL(destination.origin);
  const opened = Promise.withResolvers<Error | undefined>();
  const target = { hostname: destination.hostname, host, protocol, port };
  const socket: Socket | undefined = connect(target, (...[error]) => opened.resolve(error ?? undefined));
  const clock = socket && new OpeningClock(socket);
  const timer = setTimeout(() => {
    opened.resolve(Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' }));
  }, timeoutMs);
  const error = await opened.promise;
  clearTimeout(timer);
  const phases = clock?.phases ?? { dnsMs: undefined, connectMs: undefined, tlsMs: undefined };
  const certificate = socket instanceof TLSSocket && !error ? certificateOf(socket) : undefined;
  socket?.on('error', () => {}).destroy();
  if (!error) return { kind: 'open', phases, certificate };
  return {
    kind: 'failed',
    at: phases.connectMs === undefined ? 'connection' : 'tls',
    phases,
    ...nameWireError(error),
  };
}

function certificateOf(socket: TLSSocket): ServerCertificate {
  const { issuer, subject, valid_to } = socket.getPeerCertificate();
  return {
    issuer: textOf(issuer.O ?? issuer.CN),
    subject: textOf(subject.CN),
    expiresAtMs: Date.parse(valid_to),
  };
}

/** A name may have a field more than once. */
function textOf(field: string | string[] | undefined): string {
  return [field ?? ''].flat().join(', ');
}
