import { isIP } from 'node:net';
import { decideAddress, type Reach, type RefusedAddress } from './address.ts';
import type { AddressPolicy } from './address-policy.ts';

export const MAX_URL_CHARS = 2_048;

/** A URL that may be tried: what is left to check is the addresses that its host resolves to. */
export interface Destination {
  /** Scheme, host and port, as undici names a peer. */
  origin: string;
  /** Host name, or IP address without brackets. */
  hostname: string;
  /** Path and query. */
  path: string;
  reach: Reach;
}

export type UrlBlockReason = 'malformed' | 'scheme' | 'userinfo' | 'port' | 'address';

export type UrlDecision =
  | { kind: 'allowed'; destination: Destination }
  | { kind: 'blocked'; reason: Exclude<UrlBlockReason, 'address'>; message: string }
  | { kind: 'blocked'; reason: 'address'; message: string; refused: RefusedAddress };

/**
 * Whether an endpoint may have this URL, as far as the text alone tells. The WHATWG parser has the say, as it has in
 * undici: `https://0x7f.1`, `https://2130706433` and `https://127.0.0.1.` all are 127.0.0.1 here.
 */
export function decideUrl(text: string, policy: AddressPolicy): UrlDecision {
  if (text.length > MAX_URL_CHARS) return blocked('malformed', `the URL is over ${MAX_URL_CHARS} characters`);
  const url = URL.parse(text);
  if (!url) return blocked('malformed', 'the URL cannot be parsed');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return blocked('scheme', `the scheme is ${url.protocol.slice(0, -1)}: use https`);
  }
  if (url.username !== '' || url.password !== '') {
    return blocked(
      'userinfo',
      'the URL carries a user name or password: put credentials into a header field',
    );
  }
  const port = portOf(url);
  const reach = reachOf(url.protocol, port, policy);
  if (reach === 'allowed_networks' && policy.allowedNetworks.length === 0) {
    return url.protocol === 'http:'
      ? blocked('scheme', 'http is not encrypted: use https')
      : blocked('port', `port ${port} is not allowed: use one of ${[...policy.allowedPorts].join(', ')}`);
  }
  const hostname = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
  if (isIP(hostname) !== 0) {
    const decision = decideAddress(hostname, reach, policy);
    if (decision.kind === 'blocked') {
      const refused = { reason: decision.reason, hostname, address: hostname };
      return { kind: 'blocked', reason: 'address', message: `${hostname} ${decision.why}`, refused };
    }
  }
  return {
    kind: 'allowed',
    destination: { origin: url.origin, hostname, path: url.pathname + url.search, reach },
  };
}

export function reachOf(protocol: string, port: number, policy: AddressPolicy): Reach {
  return protocol === 'https:' && policy.allowedPorts.has(port) ? 'public' : 'allowed_networks';
}

function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

function blocked(reason: Exclude<UrlBlockReason, 'address'>, message: string): UrlDecision {
  return { kind: 'blocked', reason, message };
}
