import { isIP } from 'node:net';
import type { WireError } from '@herald/domain/outcome';
import { decideHost, type Guard } from './guard.ts';
import { type ServerCertificate, shakeHands } from './handshake.ts';
import { decideUrl, type UrlBlockReason } from './url.ts';

/** What is looked at, in this order; the first that fails ends it. */
export const CHECK_STAGES = ['url', 'dns', 'address', 'connection', 'tls'] as const;

export type CheckStage = (typeof CHECK_STAGES)[number];

export interface DestinationChecked {
  /** Undefined where a message could be sent. */
  failed:
    | { stage: CheckStage; error: Exclude<UrlBlockReason, 'address'> | WireError; message: string }
    | undefined;
  /** Whether the host is a name; undefined where the URL is none. */
  isNamed: boolean | undefined;
  /** Whether the URL asks for TLS; undefined where that is not known. */
  isTls: boolean | undefined;
  connectMs: number | undefined;
  tlsMs: number | undefined;
  certificate: ServerCertificate | undefined;
}

export interface DestinationCheckOptions extends Guard {
  ca: readonly string[];
  /** For connection and handshake together. */
  timeoutMs: number;
}

const NOTHING: Omit<DestinationChecked, 'failed'> = {
  isNamed: undefined,
  isTls: undefined,
  connectMs: undefined,
  tlsMs: undefined,
  certificate: undefined,
};

/**
 * Whether the sender could reach a URL now, stage by stage, by the guard that each attempt passes. No request is made,
 * and of what the guard lets nobody through to nothing is opened.
 */
export async function checkDestination(
  text: string,
  options: DestinationCheckOptions,
): Promise<DestinationChecked> {
  const url = decideUrl(text, options.policy);
  if (url.kind === 'blocked') {
    const { reason, message } = url;
    if (reason === 'address') {
      options.onRefused?.(url.refused);
      return { ...NOTHING, isNamed: false, failed: { stage: 'address', error: 'blocked_address', message } };
    }
    return { ...NOTHING, failed: { stage: 'url', error: reason, message } };
  }
  const { destination } = url;
  const isTls = destination.origin.startsWith('https:');
  const isNamed = isIP(destination.hostname) === 0;
  const host = await decideHost(destination.hostname, destination.reach, options);
  if (host.kind === 'unresolved') {
    return { ...NOTHING, isNamed, isTls, failed: { stage: 'dns', error: 'dns', message: host.message } };
  }
  if (host.kind === 'blocked') {
    const failed = { stage: 'address', error: 'blocked_address', message: host.message } as const;
    return { ...NOTHING, isNamed, isTls, failed };
  }
  const handshake = await shakeHands(destination, host.addresses, options);
  const { connectMs, tlsMs } = handshake.phases;
  if (handshake.kind === 'open') {
    return { failed: undefined, isNamed, isTls, connectMs, tlsMs, certificate: handshake.certificate };
  }
  const { at, error, message } = handshake;
  return { ...NOTHING, isNamed, isTls, connectMs, failed: { stage: at, error, message } };
}
