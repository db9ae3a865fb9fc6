import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Resolver } from './resolver.ts';
import { createCertificate } from './testing/certificates.ts';
import { localSender, requestTo } from './testing/local.ts';
import { type Behaviour, type Receiver, response, startReceiver } from './testing/receivers.ts';

const HOST = 'receiver.example';
const DAY_MS = 24 * 60 * 60 * 1_000;

const authority = {
  name: 'Test authority',
  ...createCertificate({ name: 'Test authority', isAuthority: true }),
};
const good = createCertificate({ name: HOST, issuer: authority });
const toLoopback: Resolver = async () => ({
  kind: 'resolved',
  addresses: [{ address: '127.0.0.1', family: 4 }],
});

const sender = localSender({ resolver: toLoopback, ca: [authority.cert] });
let server: Receiver;

afterEach(() => server.close());
afterAll(() => sender.close());

async function attempt(behaviour: Behaviour, timeoutMs = 10_000) {
  server = await startReceiver({ onRequest: (socket) => socket.write(response(200)), ...behaviour });
  return sender.send(requestTo(`https://${HOST}:${server.port}/`, { timeoutMs }));
}

describe('TLS', () => {
  it("an own authority's certificate is trusted, and the connection is kept", async () => {
    const { outcome, remoteAddress } = await attempt({ tls: good });
    expect(outcome).toMatchObject({ status: 200 });
    expect(remoteAddress).toBe('127.0.0.1');
    await sender.send(requestTo(`https://${HOST}:${server.port}/`));
    expect([server.requests.length, server.accepted]).toEqual([2, 1]);
  });

  it('is timed apart from the name and from the connection, and a refused handshake has no time', async () => {
    const { phases, durationMs } = await attempt({ tls: good });
    const { dnsMs, connectMs, tlsMs } = phases;
    if (dnsMs === undefined || connectMs === undefined || tlsMs === undefined)
      throw new Error('a phase is missing');
    expect(dnsMs + connectMs + tlsMs).toBeLessThanOrEqual(durationMs);
    await server.close();
    const refused = await attempt({ tls: createCertificate({ name: HOST }) });
    expect(refused.phases).toMatchObject({ connectMs: expect.any(Number), tlsMs: undefined });
  });

  it.each([
    ['signed by itself', createCertificate({ name: HOST }), 'self-signed'],
    [
      'expired',
      createCertificate({ name: HOST, issuer: authority, notAfter: new Date(Date.now() - DAY_MS / 2) }),
      'expired',
    ],
    [
      'not valid yet',
      createCertificate({ name: HOST, issuer: authority, notBefore: new Date(Date.now() + DAY_MS / 2) }),
      'not yet valid',
    ],
    ['for another host', createCertificate({ name: 'other.example', issuer: authority }), 'other.example'],
    [
      'of an unknown authority',
      createCertificate({
        name: HOST,
        issuer: { name: 'Stranger', ...createCertificate({ name: 'Stranger', isAuthority: true }) },
      }),
      'unable to',
    ],
  ])('a certificate %s gives tls, says why, and nothing is sent', async (_, certificate, message) => {
    const { outcome, remoteAddress } = await attempt({ tls: certificate });
    expect(outcome).toMatchObject({ kind: 'error', error: 'tls', message: expect.stringContaining(message) });
    expect(remoteAddress).toBe('127.0.0.1');
    expect(server.requests).toEqual([]);
  });

  it('protocol versions that do not meet give tls', async () => {
    const { outcome } = await attempt({ tls: { ...good, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' } });
    expect(outcome).toMatchObject({ kind: 'error', error: 'tls' });
  });

  it('a server that speaks plain HTTP gives tls', async () => {
    const { outcome } = await attempt({ onConnection: (socket) => socket.write(response(200)) });
    expect(outcome).toMatchObject({ kind: 'error', error: 'tls' });
  });

  it('a server that breaks off within the handshake gives reset', async () => {
    const { outcome } = await attempt({ onConnection: (socket) => socket.destroy() });
    expect(outcome).toMatchObject({ kind: 'error', error: 'reset' });
  });

  it('a server that never shakes hands runs into the deadline, and its connection is closed', async () => {
    const { outcome } = await attempt({ onConnection: () => {} }, 300);
    expect(outcome).toMatchObject({ kind: 'error', error: 'timeout' });
    await server.allClosed();
  });
});
