/**
 * ClickHouse as a process of its own: `node --experimental-ffi clickhouse-server.ts LIBRARY DATA_DIR PORT`.
 *
 * The library is clickhouse-local. Its first statement opens the HTTP listener; its second reads standard input, so
 * the call below lasts until that ends, which is when whoever started this process has died. SIGTERM ends it at
 * once: an insert is answered when its part is complete on disk, and ClickHouse's own way out would wait 5 s for
 * idle connections.
 */
import { dlopen, getRawPointer, toString as textAt } from 'node:ffi';
import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

const [library, dataDir, port] = process.argv.slice(2);
if (!library || !dataDir || !port) throw new Error('usage: clickhouse-server.ts LIBRARY DATA_DIR PORT');

const MAX_MEMORY_BYTES = 3_000_000_000;

const argv = [
  'clickhouse',
  '--multiquery',
  '--output-format=TSV',
  // As deploy/clickhouse/mutations.xml.
  '--enable_sharing_sets_for_mutations=0',
  `--http_port=${port}`,
  '--listen_host=127.0.0.1',
  `--path=${dataDir}`,
  "--query=SYSTEM START LISTEN HTTP; SELECT * FROM file('-', 'LineAsString', 'line String') FORMAT Null",
  '--',
  `--max_server_memory_usage=${MAX_MEMORY_BYTES}`,
  // It idles at half the CPU when it looks after its own memory and figures less often.
  '--memory_worker_period_ms=1000',
  '--asynchronous_metrics_update_period_s=60',
];
// Where all share the cores, a delivery goes before its history; by little, or that is late where they are full. Linux
// shares them among sessions first, and this process is the first of one: sched(7), "The autogroup feature".
const NICE = 3;
setPriority(NICE);
try {
  writeFileSync('/proc/self/autogroup', String(NICE));
} catch {
  // Another system, or a kernel without it: there its own priority is what counts.
}

const strings = argv.map((argument) => Buffer.from(`${argument}\0`));
const pointers = new BigUint64Array(strings.map((string) => getRawPointer(string)));

const { functions } = dlopen(library, {
  chdb_query_cmdline: { arguments: ['i32', 'pointer'], return: 'pointer' },
  chdb_result_error: { arguments: ['pointer'], return: 'pointer' },
});
const result = functions.chdb_query_cmdline(argv.length, getRawPointer(pointers));
const error = functions.chdb_result_error(result);
if (error) {
  console.error(textAt(error));
  process.exitCode = 1;
}
