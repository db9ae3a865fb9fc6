import { afterEach, expect, it } from 'vitest';
import { shakeHands } from './handshake.ts';
import type { ResolvedAddress } from './resolver.ts';
import { createCertificate } from './testing/certificates.ts';
import { policyFor } from './testing/local.ts';
import { type Behaviour, type Receiver, startReceiver } from './testing/receivers.ts';

const HOST = 'receiver.example';
const LOOPBACK: ResolvedAddress = { address: '127.0.0.1', family: 4 };
const authority = {
  name: 'Test authority',
  ...createCertificate({ name: 'Test authority', isAuthority: true }),
};
const notAfter = new Date('2049-05-06T07:08:09Z');
const good = createCertificate({ name: HOST, issuer: authority, notAfter });

let server: Receiver;

afterEach(() => server.close());

async function shake(scheme: 'http' | 'https', behaviour: Behaviour, timeoutMs = 10_000) {
  server = await startReceiver({ onRequest: () => {}, ...behaviour });
  return shakeHands({ origin: `${scheme}://${HOST}:${server.port}`, hostname: HOST }, [LOOPBACK], {
    policy: policyFor(),
    ca: [authority.cert],
    timeoutMs,
  });
}

it('tells who signed the certificate and until when, makes no request and leaves nothing open', async () => {
  const handshake = await shake('https', { tls: good });
  expect(handshake).toMatchObject({
    kind: 'open',
    certificate: { issuer: 'Test authority', subject: HOST, expiresAtMs: notAfter.getTime() },
    phases: { connectMs: expect.any(Number), tlsMs: expect.any(Number) },
  });
  await server.allClosed();
  expect(server.requests).toEqual([]);
});

it('plain http has no certificate', async () => {
  expect(await shake('http', {})).toMatchObject({ kind: 'open', certificate: undefined });
});

it('a certificate that is not trusted fails at tls', async () => {
  const handshake = await shake('https', { tls: createCertificate({ name: HOST }) });
  expect(handshake).toMatchObject({ kind: 'failed', at: 'tls', error: 'tls' });
});

it('a server that never shakes hands runs into the deadline, and its connection is closed', async () => {
  const handshake = await shake('https', { onConnection: () => {} }, 300);
  expect(handshake).toMatchObject({ kind: 'failed', at: 'tls', error: 'timeout' });
  await server.allClosed();
});

it('a port that nobody listens on fails at the connection', async () => {
  server = await startReceiver({});
  const { port } = server;
  await server.close();
  const handshake = await shakeHands({ origin: `http://${HOST}:${port}`, hostname: HOST }, [LOOPBACK], {
    policy: policyFor(),
    ca: [],
    timeoutMs: 10_000,
  });
  expect(handshake).toMatchObject({ kind: 'failed', at: 'connection', error: 'refused' });
  server = await startReceiver({});
});
