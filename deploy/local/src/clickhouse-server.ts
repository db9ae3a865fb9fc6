/**
 * ClickHouse as a process of its own: `node --experimental-ffi clickhouse-server.ts LIBRARY DATA_DIR PORT`.
 *
 * The library is clickhouse-local. Its first statement opens the HTTP listener; its second reads standard input, so
 * the call below lasts until that ends. Who holds the other end stops the server by closing it, or by dying.
 */
import { dlopen, getRawPointer } from 'node:ffi';

const [library, dataDir, port] = process.argv.slice(2);
if (!library || !dataDir || !port) throw new Error('usage: clickhouse-server.ts LIBRARY DATA_DIR PORT');

const argv = [
  'clickhouse',
  '--multiquery',
  '--output-format=TSV',
  `--http_port=${port}`,
  '--listen_host=127.0.0.1',
  `--path=${dataDir}`,
  "--query=SYSTEM START LISTEN HTTP; SELECT * FROM file('-', 'LineAsString', 'line String') FORMAT Null",
];
const strings = argv.map((argument) => Buffer.from(`${argument}\0`));
const pointers = new BigUint64Array(strings.map((string) => getRawPointer(string)));

const { functions } = dlopen(library, {
  chdb_query_cmdline: { arguments: ['i32', 'pointer'], return: 'pointer' },
});
functions.chdb_query_cmdline(argv.length, getRawPointer(pointers));
