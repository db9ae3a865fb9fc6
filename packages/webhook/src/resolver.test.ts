import { describe, expect, it } from 'vitest';
import { createResolver, type ResolverOptions } from './resolver.ts';

/** A name server's answer: addresses, or an error code. */
type Answer = string[] | string;

function answering(answer: Answer): () => Promise<string[]> {
  return async () => {
    if (typeof answer !== 'string') return answer;
    throw Object.assign(new Error(answer), { code: answer });
  };
}

function resolverFor(options: { four?: Answer; six?: Answer; local?: Answer; localNames?: boolean }) {
  const { four = 'ENOTFOUND', six = 'ENOTFOUND', local = 'ENOTFOUND', localNames = false } = options;
  let localAsked = 0;
  const dns = { resolve4: answering(four), resolve6: answering(six) } as unknown as NonNullable<
    ResolverOptions['dns']
  >;
  const lookup = async () => {
    localAsked++;
    return (await answering(local)()).map((address) => ({ address, family: 4 }));
  };
  return { resolve: createResolver({ localNames, dns, lookup }), localAsked: () => localAsked };
}

describe('a name', () => {
  it('has the addresses of both families, and one family is enough', async () => {
    expect(await resolverFor({ four: ['9.9.9.9'], six: ['2620:fe::fe'] }).resolve('example.com')).toEqual({
      kind: 'resolved',
      addresses: [
        { address: '9.9.9.9', family: 4 },
        { address: '2620:fe::fe', family: 6 },
      ],
    });
    expect(
      await resolverFor({ four: 'ETIMEOUT', six: ['2620:fe::fe'] }).resolve('example.com'),
    ).toMatchObject({
      addresses: [{ family: 6 }],
    });
  });

  it('without an address fails with what the name servers said', async () => {
    expect(await resolverFor({ four: 'ENOTFOUND', six: 'ETIMEOUT' }).resolve('example.com')).toEqual({
      kind: 'failed',
      message: 'example.com has no address in DNS (ENOTFOUND, ETIMEOUT)',
    });
  });

  it('that DNS does not have is looked up locally only where local names are wanted', async () => {
    const off = resolverFor({ local: ['10.0.0.5'] });
    expect(await off.resolve('receiver')).toMatchObject({ kind: 'failed' });
    expect(off.localAsked()).toBe(0);
    const on = resolverFor({ local: ['10.0.0.5'], localNames: true });
    expect(await on.resolve('receiver')).toEqual({
      kind: 'resolved',
      addresses: [{ address: '10.0.0.5', family: 4 }],
    });
  });

  it('whose servers do not answer never takes a thread of the system look-up', async () => {
    const slow = resolverFor({ four: 'ETIMEOUT', six: 'ETIMEOUT', local: ['10.0.0.5'], localNames: true });
    expect(await slow.resolve('example.com')).toMatchObject({ kind: 'failed' });
    expect(slow.localAsked()).toBe(0);
  });

  it('that nobody knows is a failure that names it, not an exception', async () => {
    expect(await resolverFor({ localNames: true }).resolve('receiver')).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('receiver is neither in DNS nor known locally'),
    });
  });

  it.each(['localhost', 'localhost.', 'hook.localhost'])(
    '%s is loopback, whatever a name server says',
    async (name) => {
      expect(await resolverFor({ four: ['9.9.9.9'] }).resolve(name)).toMatchObject({
        addresses: [{ address: '127.0.0.1' }, { address: '::1' }],
      });
    },
  );
});
