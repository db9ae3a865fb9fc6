import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const GUARD = pathToFileURL(join(import.meta.dirname, 'loopback-only.ts')).href;

/** 192.0.2.0/24 is for documentation: nobody would answer there either, but not at once. */
const SCRIPT = `
import { connect } from 'node:net';
import { Resolver, lookup } from 'node:dns/promises';
const told = (promise) => promise.then(() => 'answered', (error) => error.cause?.code ?? error.code);
const connecting = (port, host) => new Promise((resolve) => {
  connect(port, host).once('connect', () => resolve('connected')).once('error', ({ message }) => resolve(message));
});
console.log(JSON.stringify([
  await told(fetch('http://192.0.2.1/')),
  await connecting(9, '192.0.2.1'),
  await told(new Resolver().resolve4('example.com')),
  await told(lookup('example.com')),
  await told(lookup('localhost')),
  await told(fetch(process.argv[1])),
]));
process.exit();
`;

it('a service under it reaches loopback, and neither another address nor a name server', async () => {
  const server = createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...['--import', GUARD, '--input-type=module', '--eval', SCRIPT, url],
  ]);
  server.close();
  expect(JSON.parse(stdout)).toEqual([
    'ECONNREFUSED',
    '192.0.2.1 is not on loopback',
    'ENOTFOUND',
    'ENOTFOUND',
    'answered',
    'answered',
  ]);
});
