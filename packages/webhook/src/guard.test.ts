import { afterEach, describe, expect, it } from 'vitest';
import type { RefusedAddress } from './address.ts';
import { createGuardedConnect, decideHost, GuardError } from './guard.ts';
import type { Resolution, Resolver } from './resolver.ts';
import { localSender, policyFor, requestTo } from './testing/local.ts';
import { type Receiver, response, startReceiver } from './testing/receivers.ts';

/** Gives these answers one after the other, the last one for ever. */
function resolverOf(...answers: Array<readonly string[] | Resolution>): Resolver & { asked: string[] } {
  const asked: string[] = [];
  const resolver = async (hostname: string): Promise<Resolution> => {
    const answer = answers[Math.min(asked.push(hostname), answers.length) - 1] as
      | readonly string[]
      | Resolution;
    if ('kind' in answer) return answer;
    const addresses = answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }) as const);
    return { kind: 'resolved', addresses };
  };
  return Object.assign(resolver, { asked });
}

const PUBLIC_ONLY = policyFor('');

describe('a host', () => {
  it('passes with all its addresses when all are public', async () => {
    const resolver = resolverOf(['9.9.9.9', '2606:4700::1111']);
    expect(await decideHost('example.com', 'public', { policy: PUBLIC_ONLY, resolver })).toEqual({
      kind: 'allowed',
      addresses: [
        { address: '9.9.9.9', family: 4 },
        { address: '2606:4700::1111', family: 6 },
      ],
    });
  });

  it.each([
    [['9.9.9.9', '127.0.0.1']],
    [['127.0.0.1', '9.9.9.9']],
    [['9.9.9.9', '::ffff:10.0.0.1']],
    [['9.9.9.9', 'not an address']],
  ])('is blocked when any one address is not: %s', async (addresses) => {
    const resolver = resolverOf(addresses);
    expect(await decideHost('example.com', 'public', { policy: PUBLIC_ONLY, resolver })).toMatchObject({
      kind: 'blocked',
      message: expect.stringMatching(/^example\.com has an address that is not an? /),
    });
  });

  it('tells no address of a name: who asks must not learn what is inside', async () => {
    for (const [address, reach] of [
      ['10.3.7.21', 'public'],
      ['fd12:3456::7', 'public'],
      ['10.3.7.21', 'allowed_networks'],
    ] as const) {
      const guard = { policy: PUBLIC_ONLY, resolver: resolverOf([address]) };
      const decision = await decideHost('db.internal', reach, guard);
      expect(decision.kind).toBe('blocked');
      expect(JSON.stringify(decision)).not.toContain(address);
    }
  });

  it('without an address is unresolved, not allowed', async () => {
    for (const answer of [[], { kind: 'failed', message: 'no such name' } as const]) {
      const decision = await decideHost('example.com', 'public', {
        policy: PUBLIC_ONLY,
        resolver: resolverOf(answer),
      });
      expect(decision.kind).toBe('unresolved');
    }
  });

  it('that is an address is decided without asking the resolver', async () => {
    const resolver = resolverOf(['9.9.9.9']);
    const guard = { policy: PUBLIC_ONLY, resolver };
    expect((await decideHost('127.0.0.1', 'public', guard)).kind).toBe('blocked');
    expect((await decideHost('9.9.9.9', 'public', guard)).kind).toBe('allowed');
    expect(resolver.asked).toEqual([]);
  });
});

describe('at the socket', () => {
  let server: Receiver;
  afterEach(() => server.close());

  async function listening(host: string) {
    server = await startReceiver({ host, onRequest: (socket) => socket.write(response(200)) });
    return server;
  }

  async function outcomesOf(resolver: Resolver, times: number) {
    const sender = localSender({ policy: policyFor('127.0.0.1/32'), resolver });
    const outcomes = [];
    for (let i = 0; i < times; i++) {
      outcomes.push((await sender.send(requestTo(`http://victim.example:${server.port}/`))).outcome);
    }
    sender.close();
    return outcomes;
  }

  it('opens none to a name that resolves to an address which is not allowed', async () => {
    await listening('127.0.0.2');
    const outcomes = await outcomesOf(resolverOf(['127.0.0.2']), 1);
    expect(outcomes).toMatchObject([{ kind: 'error', error: 'blocked_address' }]);
    expect(server.accepted).toBe(0);
  });

  it('opens none when only one of the addresses is not allowed', async () => {
    await listening('127.0.0.1');
    const outcomes = await outcomesOf(resolverOf(['127.0.0.1', '10.0.0.1']), 1);
    expect(outcomes).toMatchObject([
      { error: 'blocked_address', message: expect.not.stringContaining('10.0.0.1') },
    ]);
    expect(server.accepted).toBe(0);
  });

  it('opens none to a name that was harmless when it was looked up before', async () => {
    await listening('0.0.0.0');
    const resolver = resolverOf({ kind: 'failed', message: 'gone' }, ['127.0.0.1'], ['127.0.0.2']);
    const sender = localSender({ policy: policyFor('127.0.0.1/32'), resolver, maxIdleConnections: 0 });
    const request = requestTo(`http://victim.example:${server.port}/`);
    expect((await sender.send(request)).outcome).toMatchObject({ error: 'dns' });
    expect((await sender.send(request)).outcome).toMatchObject({ status: 200 });
    expect((await sender.send(request)).outcome).toMatchObject({ error: 'blocked_address' });
    sender.close();
    expect(server.accepted).toBe(1);
    expect(resolver.asked).toHaveLength(3);
  });

  it('connects to the very address that was checked, resolved once', async () => {
    await listening('127.0.0.1');
    const resolver = resolverOf(['127.0.0.1'], ['127.0.0.2']);
    expect(await outcomesOf(resolver, 1)).toMatchObject([{ status: 200 }]);
    expect(resolver.asked).toEqual(['victim.example']);
  });

  it('opens none to an address in the URL, which no look-up sees', async () => {
    await listening('127.0.0.2');
    const sender = localSender({ policy: PUBLIC_ONLY });
    for (const url of [`https://127.0.0.2:${server.port}/`, 'https://127.0.0.2:443/', 'https://[::1]/']) {
      expect((await sender.send(requestTo(url))).outcome).toMatchObject({ error: 'blocked_address' });
    }
    sender.close();
    const connect = createGuardedConnect({
      policy: PUBLIC_ONLY,
      resolver: resolverOf([]),
      ca: [],
      maxTlsSessions: 1,
    });
    const target = { hostname: '127.0.0.2', protocol: 'http:', port: String(server.port) };
    const error = await new Promise((resolve) => {
      const socket = connect(target, (...[failure]) => resolve(failure));
      expect(socket).toBeUndefined();
    });
    expect(error).toBeInstanceOf(GuardError);
    expect(server.accepted).toBe(0);
  });

  it('tells of each that it does not open, with the address, which the outcome does not say', async () => {
    await listening('127.0.0.1');
    const refused: RefusedAddress[] = [];
    const onRefused = (one: RefusedAddress) => refused.push(one);
    const sender = localSender({ policy: PUBLIC_ONLY, resolver: resolverOf(['10.1.2.3']), onRefused });
    for (const url of ['https://victim.example/', 'https://[::1]/']) {
      expect((await sender.send(requestTo(url))).outcome).toMatchObject({ error: 'blocked_address' });
    }
    sender.close();
    expect(refused).toEqual([
      { reason: 'private', hostname: 'victim.example', address: '10.1.2.3' },
      { reason: 'loopback', hostname: '::1', address: '::1' },
    ]);
  });

  it('a resolver that never answers runs into the deadline', async () => {
    await listening('127.0.0.1');
    const sender = localSender({ resolver: () => new Promise(() => {}) });
    const request = requestTo(`http://victim.example:${server.port}/`, { timeoutMs: 100 });
    expect((await sender.send(request)).outcome).toMatchObject({
      error: 'timeout',
      message: 'no connection was made in 100 ms',
    });
    sender.close();
  });

  it('a port that nobody listens on gives refused, for one address or several', async () => {
    await listening('127.0.0.1');
    const { port } = server;
    await server.close();
    for (const addresses of [['127.0.0.1'], ['127.0.0.1', '127.0.0.3']]) {
      const sender = localSender({ policy: policyFor('127.0.0.0/8'), resolver: resolverOf(addresses) });
      expect((await sender.send(requestTo(`http://victim.example:${port}/`))).outcome).toMatchObject({
        kind: 'error',
        error: 'refused',
        message: expect.stringContaining('ECONNREFUSED'),
      });
      sender.close();
    }
    await listening('127.0.0.1');
  });
});
