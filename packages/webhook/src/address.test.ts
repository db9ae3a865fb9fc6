import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { decideAddress, type Reach } from './address.ts';
import { type AddressPolicy, DEFAULT_ALLOWED_PORTS, parseNetworks } from './address-policy.ts';
import { SPECIAL_RANGES } from './testing/special-ranges.ts';

function policyOf(networks: string): AddressPolicy {
  const parsed = parseNetworks(networks);
  if (parsed.kind === 'invalid') throw new Error(parsed.message);
  return { allowedNetworks: parsed.networks, allowedPorts: DEFAULT_ALLOWED_PORTS };
}

const PUBLIC_ONLY = policyOf('');

function kindOf(address: string, policy = PUBLIC_ONLY, reach: Reach = 'public'): string {
  return decideAddress(address, reach, policy).kind;
}

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
  it.each(SPECIAL_RANGES)('%s is blocked, from %s to %s', (_, first, last) => {
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
