import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AddressPolicy, DEFAULT_ALLOWED_PORTS, parseNetworks } from './address-policy.ts';
import { decideUrl, MAX_URL_CHARS } from './url.ts';

const PUBLIC_ONLY: AddressPolicy = { allowedNetworks: [], allowedPorts: DEFAULT_ALLOWED_PORTS };
const parsedLoopback = parseNetworks('127.0.0.0/8, ::1/128');
const LOCAL: AddressPolicy = {
  allowedNetworks: parsedLoopback.kind === 'networks' ? parsedLoopback.networks : [],
  allowedPorts: DEFAULT_ALLOWED_PORTS,
};

function reasonOf(url: string, policy = PUBLIC_ONLY): string {
  const decision = decideUrl(url, policy);
  return decision.kind === 'allowed' ? `allowed ${decision.destination.reach}` : decision.reason;
}

describe('a URL in public use', () => {
  it.each([
    ['https://example.com/hook?a=1', 'allowed public'],
    ['https://example.com:8443/', 'allowed public'],
    ['https://9.9.9.9/', 'allowed public'],
    ['https://[2606:4700::1111]/', 'allowed public'],
    ['https://example.com./', 'allowed public'],
    ['http://example.com/', 'scheme'],
    ['http://127.0.0.1/', 'scheme'],
    ['ftp://example.com/', 'scheme'],
    ['file:///etc/passwd', 'scheme'],
    ['javascript:alert(1)', 'scheme'],
    ['https://example.com:22/', 'port'],
    ['https://example.com:0/', 'port'],
    ['https://example.com:80/', 'port'],
    ['https://user@example.com/', 'userinfo'],
    ['https://user:secret@example.com/', 'userinfo'],
    ['https://:@example.com/', 'allowed public'],
    ['https://127.0.0.1@9.9.9.9/', 'userinfo'],
    ['', 'malformed'],
    ['example.com/hook', 'malformed'],
    ['https://', 'malformed'],
    ['https://example.com:99999/', 'malformed'],
    ['https://exa mple.com/', 'malformed'],
    ['https://256.0.0.1/', 'malformed'],
    [`https://example.com/${'a'.repeat(MAX_URL_CHARS)}`, 'malformed'],
  ])('%s: %s', (url, expected) => {
    expect(reasonOf(url)).toBe(expected);
  });

  it.each([
    'https://127.0.0.1/',
    'https://127.0.0.1./',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0x7f.0.0.1/',
    'https://0177.0.0.1/',
    'https://017700000001/',
    'https://127.0.0.1%2e/',
    'https://①②⑦.⓪.⓪.①/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[64:ff9b::127.0.0.1]/',
    'https://[2002:7f00:1::]/',
    'https://[fe80::1]/',
    'https://[fd00:ec2::254]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://0/',
    'https://10.0.0.1/',
    'https://100.100.100.200/',
  ])('%s is blocked by its address, however it is written', (url) => {
    expect(reasonOf(url)).toBe('address');
  });

  it('a message says what to do and repeats no credentials', () => {
    const decision = decideUrl('https://user:hunter2@example.com/', PUBLIC_ONLY);
    expect(decision).toMatchObject({ message: expect.stringContaining('header field') });
    expect(JSON.stringify(decision)).not.toContain('hunter2');
  });
});

describe('a URL where loopback is allowed', () => {
  it.each([
    ['http://127.0.0.1:4000/', 'allowed allowed_networks'],
    ['http://localhost:4000/', 'allowed allowed_networks'],
    ['https://localhost/', 'allowed public'],
    ['https://127.0.0.1/', 'allowed public'],
    ['https://127.0.0.1:4000/', 'allowed allowed_networks'],
    ['http://[::1]:4000/', 'allowed allowed_networks'],
    ['http://9.9.9.9/', 'address'],
    ['https://9.9.9.9:22/', 'address'],
    ['https://10.0.0.1/', 'address'],
    ['http://user@127.0.0.1/', 'userinfo'],
  ])('%s: %s', (url, expected) => {
    expect(reasonOf(url, LOCAL)).toBe(expected);
  });
});

it('the destination is what undici is to be asked for, the fragment left out', () => {
  expect(decideUrl('https://Example.COM:443/a b?q=ä#part', PUBLIC_ONLY)).toEqual({
    kind: 'allowed',
    destination: {
      origin: 'https://example.com',
      hostname: 'example.com',
      path: '/a%20b?q=%C3%A4',
      reach: 'public',
    },
  });
  expect(decideUrl('https://[2606:4700::1111]/', PUBLIC_ONLY)).toMatchObject({
    destination: { origin: 'https://[2606:4700::1111]', hostname: '2606:4700::1111' },
  });
});

it('no text makes it throw, and what is allowed is always https', () => {
  const pieces = fc.constantFrom(
    'http',
    'https',
    '://',
    ':',
    '/',
    '@',
    '[',
    ']',
    '.',
    '127',
    '::1',
    'a',
    '0x7f',
    '%2e',
    '443',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(pieces).map((all) => all.join('')),
      ),
      (text) => {
        const decision = decideUrl(text, PUBLIC_ONLY);
        if (decision.kind === 'allowed') expect(decision.destination.origin).toMatch(/^https:/);
      },
    ),
  );
});
