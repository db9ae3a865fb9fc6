import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { decideAddress, type Reach } from './address.ts';
import { type AddressPolicy, DEFAULT_ALLOWED_PORTS, parseNetworks } from './address-policy.ts';

function policyOf(networks: string): AddressPolicy {
  const parsed = parseNetworks(networks);
  if (parsed.kind === 'invalid') throw new Error(parsed.message);
  return { allowedNetworks: parsed.networks, allowedPorts: DEFAULT_ALLOWED_PORTS };
}

const PUBLIC_ONLY = policyOf('');

function kindOf(address: string, policy = PUBLIC_ONLY, reach: Reach = 'public'): string {
  return decideAddress(address, reach, policy).kind;
}

/** First and last address of every range of the IANA special-purpose registries that is not global unicast. */
const SPECIAL: ReadonlyArray<readonly [string, string, string]> = [
  ['this network', '0.0.0.0', '0.255.255.255'],
  ['private', '10.0.0.0', '10.255.255.255'],
  ['carrier-grade NAT', '100.64.0.0', '100.127.255.255'],
  ['loopback', '127.0.0.0', '127.255.255.255'],
  ['link-local, cloud metadata', '169.254.0.0', '169.254.255.255'],
  ['private', '172.16.0.0', '172.31.255.255'],
  ['protocol assignments', '192.0.0.0', '192.0.0.255'],
  ['documentation', '192.0.2.0', '192.0.2.255'],
  ['AS112', '192.31.196.0', '192.31.196.255'],
  ['AMT', '192.52.193.0', '192.52.193.255'],
  ['6to4 relay', '192.88.99.0', '192.88.99.255'],
  ['private', '192.168.0.0', '192.168.255.255'],
  ['AS112', '192.175.48.0', '192.175.48.255'],
  ['benchmarking', '198.18.0.0', '198.19.255.255'],
  ['documentation', '198.51.100.0', '198.51.100.255'],
  ['documentation', '203.0.113.0', '203.0.113.255'],
  ['multicast', '224.0.0.0', '239.255.255.255'],
  ['reserved', '240.0.0.0', '255.255.255.254'],
  ['broadcast', '255.255.255.255', '255.255.255.255'],
  ['host service', '168.63.129.16', '168.63.129.16'],
  ['unspecified', '::', '::'],
  ['loopback', '::1', '::1'],
  ['IPv4-compatible', '::2', '::ffff:ffff'],
  ['IPv4-mapped', '::ffff:0.0.0.0', '::ffff:255.255.255.255'],
  ['IPv4-translated', '::ffff:0:0:0', '::ffff:0:ffff:ffff'],
  ['NAT64', '64:ff9b::', '64:ff9b::ffff:ffff'],
  ['local NAT64', '64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff'],
  ['discard', '100::', '100::ffff:ffff:ffff:ffff'],
  ['Teredo', '2001::', '2001:0:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['benchmarking', '2001:2::', '2001:2:0:ffff:ffff:ffff:ffff:ffff'],
  ['AMT', '2001:3::', '2001:3:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['ORCHID', '2001:10::', '2001:1f:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['ORCHIDv2', '2001:20::', '2001:2f:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['documentation', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['6to4', '2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['AS112', '2620:4f:8000::', '2620:4f:8000:ffff:ffff:ffff:ffff:ffff'],
  ['documentation', '3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['not allocated', '4000::', '5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['segment routing', '5f00::', '5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['unique local', 'fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['link-local', 'fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['site-local', 'fec0::', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['multicast', 'ff00::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
];

/** The neighbours of the ranges above, which are public. */
const PUBLIC = [
  '1.0.0.0',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '169.255.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.0.1.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2001:200::1',
  '2003::1',
  '2606:4700::1111',
  '3ffe:ffff::1',
];

describe('an address without an allowed network', () => {
  it.each(SPECIAL)('%s is blocked, from %s to %s', (_, first, last) => {
    expect([kindOf(first), kindOf(last)]).toEqual(['blocked', 'blocked']);
  });

  it.each(PUBLIC)('%s is public and allowed', (address) => {
    expect(kindOf(address)).toBe('allowed');
  });

  it.each(['fe80::1%eth0', '::ffff:10.0.0.1', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8', '2002:808:808::'])(
    '%s is blocked: a scope, or an IPv4 address within',
    (address) => {
      expect(kindOf(address)).toBe('blocked');
    },
  );

  it.each([
    '',
    'localhost',
    '127.1',
    '0177.0.0.1',
    '0x7f.0.0.1',
    '2130706433',
    '127.0.0.1.',
    '[::1]',
    '1.2.3.4/8',
  ])('%j is blocked, not being an address in standard form', (text) => {
    expect(kindOf(text)).toBe('blocked');
  });

  it('no IPv6 outside 2000::/3 is ever allowed, and no text makes it throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV6(), fc.string()), (text) => {
        const decision = decideAddress(text, 'public', PUBLIC_ONLY);
        if (decision.kind === 'allowed') expect(/^[23]/.test(text)).toBe(true);
      }),
    );
  });
});

describe('an allowed network', () => {
  const local = policyOf('127.0.0.0/8, 10.1.0.0/16, ::1/128, 64:ff9b::/96');

  it.each(['127.0.0.1', '127.255.255.255', '10.1.255.255', '::1', '::ffff:127.0.0.1', '64:ff9b::10.0.0.1'])(
    '%s within it is allowed at any port and scheme',
    (address) => {
      expect(kindOf(address, local, 'allowed_networks')).toBe('allowed');
      expect(kindOf(address, local)).toBe('allowed');
    },
  );

  it.each(['10.2.0.0', '192.168.0.1', '::2', '::ffff:10.2.0.0'])('%s beside it stays blocked', (address) => {
    expect(kindOf(address, local)).toBe('blocked');
  });

  it('a public address is out of reach for http and unlisted ports', () => {
    expect(kindOf('9.9.9.9', local)).toBe('allowed');
    expect(kindOf('9.9.9.9', local, 'allowed_networks')).toBe('blocked');
  });

  it('an IPv4 network decides the same for an address and its mapped form', () => {
    const anywhere = policyOf('100.0.0.0/6');
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const mapped = ipaddr.IPv4.parse(address).toIPv4MappedAddress().toString();
        expect(kindOf(mapped, anywhere, 'allowed_networks')).toBe(
          kindOf(address, anywhere, 'allowed_networks'),
        );
      }),
    );
  });
});

describe('HERALD_ALLOWED_NETWORKS', () => {
  it('empty text and stray commas allow nothing', () => {
    expect(parseNetworks('')).toEqual({ kind: 'networks', networks: [] });
    expect(parseNetworks(' , ,')).toEqual({ kind: 'networks', networks: [] });
  });

  it('every wrong entry is named at once', () => {
    expect(parseNetworks('10.0.0.0/8, 010.0.0.0/8, 127.0.0.1, ::1/129, local')).toMatchObject({
      kind: 'invalid',
      entries: ['010.0.0.0/8', '127.0.0.1', '::1/129', 'local'],
    });
  });
});
