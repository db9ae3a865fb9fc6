import ipaddr from 'ipaddr.js';

/** A network as ipaddr.js matches it: its address and prefix length. */
export type Network = ReturnType<typeof ipaddr.parseCIDR>;

/** Where Herald may connect to. The same policy decides when an endpoint is configured and when it is connected to. */
export interface AddressPolicy {
  /** Networks that the operator trusts, though they are not public: any port, and http too. Empty in public use. */
  allowedNetworks: readonly Network[];
  /** Ports of public addresses that may be connected to. */
  allowedPorts: ReadonlySet<number>;
}

/** The port of https and its usual alternative: what else listens on public hosts is seldom a webhook receiver. */
export const DEFAULT_ALLOWED_PORTS: ReadonlySet<number> = new Set([443, 8443]);

export type ParsedNetworks =
  | { kind: 'networks'; networks: Network[] }
  | { kind: 'invalid'; entries: string[]; message: string };

/** Reads `HERALD_ALLOWED_NETWORKS`: CIDRs separated by commas, such as `127.0.0.0/8, ::1/128`. Empty text is none. */
export function parseNetworks(text: string): ParsedNetworks {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const wrong = entries.filter((entry) => !isCidr(entry));
  if (wrong.length > 0) {
    return {
      kind: 'invalid',
      entries: wrong,
      message: `not a network such as 10.0.0.0/8: ${wrong.join(', ')}`,
    };
  }
  return { kind: 'networks', networks: entries.map((entry) => ipaddr.parseCIDR(entry)) };
}

/** ipaddr.js also reads octal and shortened addresses, which mean different networks to different readers. */
function isCidr(entry: string): boolean {
  return ipaddr.IPv4.isValidCIDRFourPartDecimal(entry) || ipaddr.IPv6.isValidCIDR(entry);
}
