import { Resolver as DnsResolver, lookup as systemLookup } from 'node:dns/promises';

export interface ResolvedAddress {
  address: string;
  family: 4 | 6;
}

export type Resolution =
  | { kind: 'resolved'; addresses: readonly ResolvedAddress[] }
  | { kind: 'failed'; message: string };

/** All addresses of a host name. Never rejects. */
export type Resolver = (hostname: string) => Promise<Resolution>;

const QUERY_TIMEOUT_MS = 2_000;
const QUERY_TRIES = 2;

/** RFC 6761, section 6.3: answered without asking anyone. */
const LOCALHOST: Resolution = {
  kind: 'resolved',
  addresses: [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ],
};

/** What a name server says when it surely has no such name, or when there is no name server at all. */
const NOT_IN_DNS = new Set(['ENOTFOUND', 'ENODATA', 'ECONNREFUSED']);

export interface ResolverOptions {
  localNames: boolean;
  dns?: Pick<DnsResolver, 'resolve4' | 'resolve6'>;
  /** The system's look-up. */
  lookup?: (hostname: string, options: { all: true }) => Promise<Array<{ address: string; family: number }>>;
}

/**
 * Asks the name servers directly: the system's own look-up holds one of the process's four worker threads until it
 * ends, so that a few names with dead servers would stop everyone's. Only with `localNames`, for names that DNS does
 * not have, is it asked too: it knows the hosts file and the search domains of a local network.
 */
export function createResolver(options: ResolverOptions): Resolver {
  const { localNames, lookup = systemLookup } = options;
  const dns = options.dns ?? new DnsResolver({ timeout: QUERY_TIMEOUT_MS, tries: QUERY_TRIES });
  return async (hostname) => {
    if (/(^|\.)localhost\.?$/.test(hostname)) return LOCALHOST;
    const [four, six] = await Promise.allSettled([dns.resolve4(hostname), dns.resolve6(hostname)]);
    const addresses = [...found(four, 4), ...found(six, 6)];
    if (addresses.length > 0) return { kind: 'resolved', addresses };
    const codes = [codeOf(four), codeOf(six)];
    if (localNames && codes.every((code) => NOT_IN_DNS.has(code))) return resolveLocally(hostname, lookup);
    return {
      kind: 'failed',
      message: `${hostname} has no address in DNS (${[...new Set(codes)].join(', ')})`,
    };
  };
}

async function resolveLocally(
  hostname: string,
  lookup: NonNullable<ResolverOptions['lookup']>,
): Promise<Resolution> {
  try {
    const addresses = await lookup(hostname, { all: true });
    return {
      kind: 'resolved',
      addresses: addresses.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 })),
    };
  } catch (error) {
    return { kind: 'failed', message: `${hostname} is neither in DNS nor known locally (${String(error)})` };
  }
}

function found(settled: PromiseSettledResult<string[]>, family: 4 | 6): ResolvedAddress[] {
  return settled.status === 'fulfilled' ? settled.value.map((address) => ({ address, family })) : [];
}

function codeOf(settled: PromiseSettledResult<string[]>): string {
  if (settled.status === 'fulfilled') return 'ENODATA';
  return (settled.reason as NodeJS.ErrnoException).code ?? String(settled.reason);
}
