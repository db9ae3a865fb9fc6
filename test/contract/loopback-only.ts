/**
 * Loaded into a service before its own code (`node --import`): whatever a made-up URL names, only loopback is
 * connected to, and no name server is asked.
 */
import { promises as dns, type LookupOptions } from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { isIPv4, Socket } from 'node:net';

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));

const refusal = (host: string): Error =>
  Object.assign(new Error(`${host} is not on loopback`), { code: 'ECONNREFUSED' });

const notFound = (name: string): Error =>
  Object.assign(new Error(`queryA ENOTFOUND ${name}`), { code: 'ENOTFOUND' });

const connect = Socket.prototype.connect as (this: Socket, ...args: unknown[]) => Socket;

Socket.prototype.connect = function (this: Socket, ...args: unknown[]): Socket {
  // node:net gives itself its arguments as one list.
  const [first, second] = (Array.isArray(args[0]) ? args[0] : args) as [unknown, unknown];
  const { host = 'localhost', path } = hostOf(first, second);
  if (path !== undefined || isLoopback(host)) return connect.apply(this, args);
  return this.destroy(refusal(host));
} as Socket['connect'];

function hostOf(first: unknown, second: unknown): { host?: string; path?: string } {
  if (typeof first === 'object' && first !== null) return first;
  return typeof second === 'string' ? { host: second } : {};
}

const unknown = async (name: string): Promise<never> => {
  throw notFound(name);
};
const systemLookup = dns.lookup as (name: string, options?: LookupOptions) => Promise<unknown>;
Object.assign(dns.Resolver.prototype, { resolve4: unknown, resolve6: unknown });
Object.assign(dns, {
  lookup: (name: string, options?: LookupOptions) =>
    isLoopback(name) ? systemLookup(name, options) : unknown(name),
});
syncBuiltinESMExports();
