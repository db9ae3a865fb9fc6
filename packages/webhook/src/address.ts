import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { AddressPolicy, Network } from './address-policy.ts';

type Ip = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * What a connection asks of its address: `public` is content with any public one; `allowed_networks` (http, or a port
 * that is not on the list) may only stay within the operator's networks.
 */
export type Reach = 'public' | 'allowed_networks';

/**
 * `why` goes behind the address, or behind whatever stands for it: not everybody may be told which it is. `reason` is one
 * of some twenty: the name of a range, or what else is amiss.
 */
export type AddressDecision = { kind: 'allowed' } | { kind: 'blocked'; reason: string; why: string };

/** A connection that the guard did not let be made. For operators: who gave the host is not told its address. */
export interface RefusedAddress {
  reason: string;
  hostname: string;
  address: string;
}

/** Global unicast is allocated from here only (IANA IPv6 address space registry). */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');

/** Public by its number, yet it answers as the metadata and DNS service of the machine one is on (Azure). */
const HOST_SERVICES = new Set(['168.63.129.16']);

/**
 * Whether a connection may go to this address: one of the operator's networks, or else global unicast. Forms that
 * carry an IPv4 address within (mapped, NAT64, 6to4, Teredo) are refused like the private ranges: whoever needs one
 * names its network. `address` is an address in standard form; anything else is blocked.
 */
export function decideAddress(address: string, reach: Reach, policy: AddressPolicy): AddressDecision {
  if (isIP(address) === 0) return blocked('no address', 'is not an IP address');
  const ip = ipaddr.parse(address);
  if (policy.allowedNetworks.some((network) => contains(network, ip))) return { kind: 'allowed' };
  if (reach === 'allowed_networks') {
    return blocked(
      'not in allowed networks',
      'is not in HERALD_ALLOWED_NETWORKS, as http and unlisted ports need',
    );
  }
  const range = specialRange(ip);
  return range === undefined ? { kind: 'allowed' } : blocked(range, `is not a public address (${range})`);
}

/** `::ffff:127.0.0.1` is 127.0.0.1 to the kernel, so it belongs to the networks of both. */
function contains([network, prefix]: Network, ip: Ip): boolean {
  const unmapped = ip instanceof ipaddr.IPv6 && ip.isIPv4MappedAddress() ? ip.toIPv4Address() : ip;
  return [ip, unmapped].some((form) => form.kind() === network.kind() && form.match(network, prefix));
}

/** The name of the range that takes an address out of global unicast; undefined for a public address. */
function specialRange(ip: Ip): string | undefined {
  const range = ip.range();
  if (range !== 'unicast') return range;
  if (ip instanceof ipaddr.IPv6 && !ip.match(GLOBAL_IPV6)) return 'not allocated';
  if (HOST_SERVICES.has(ip.toString())) return 'host service';
  return undefined;
}

function blocked(reason: string, why: string): AddressDecision {
  return { kind: 'blocked', reason, why };
}
