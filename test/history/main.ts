/** `npm run bench:history`: what a page of each list costs over one million attempts and over many. */
import type { ClickHouseOptions } from '@herald/clickhouse/client';
import { openHistoryStore } from '@herald/clickhouse/history-store';
import { startStack } from '@herald/local-stack/stack';
import { describeMachine } from '../load/machine.ts';
import { runTool, type Tool } from '../tool/run-tool.ts';
import { measureLists, type Which } from './measure.ts';
import { BENCH_USAGE, type BenchOptions, readBenchOptions } from './options.ts';
import { dropDatabase, type Past, pastOf } from './past.ts';
import { faultsOf, type Measured, tableOf } from './report.ts';
import { connectServer } from './server.ts';

const BASE_ROWS = 1_000_000;

await runTool(async (tool) => {
  const { help, json, ...options } = readBenchOptions(process.argv.slice(2));
  if (help) {
    console.log(BENCH_USAGE);
    return;
  }
  const machine = describeMachine();
  const measured = await Promise.race([measureAll(options, tool), tool.interrupted]);
  await tool.closing.disposeAsync();
  if (measured === 'interrupted') {
    process.exitCode = 1;
    return;
  }
  const faults = measured.flatMap(faultsOf);
  if (json) console.log(JSON.stringify({ machine, faults, measured }, undefined, 2));
  else console.log(tableOf(measured));
  if (json) console.error(tableOf(measured));
  for (const fault of faults) console.error(`The floor does not hold: ${fault}`);
  process.exitCode = faults.length > 0 ? 1 : 0;
});

async function measureAll(
  { rows, dataDir, ...which }: Omit<BenchOptions, 'help' | 'json'>,
  { closing, onProgress }: Tool,
): Promise<Measured[]> {
  // What is kept is measured in minutes, again and again; the smaller past beside it would have to be filled first.
  const sizes = dataDir ? [rows] : [...new Set([Math.min(BASE_ROWS, rows), rows])];
  const stack = await startStack({ components: ['clickhouse'], ...(dataDir && { dataDir }), onProgress });
  closing.defer(() => stack.stop());
  const measured: Measured[] = [];
  for (const rows of sizes) {
    const options = { url: stack.clickhouseUrl, database: `herald_${rows}` };
    const past = await pastOf({ ...options, rows, dataDir, onProgress });
    measured.push(await measurePast(options, past, which, onProgress));
    if (!dataDir) await dropDatabase(options);
  }
  return measured;
}

async function measurePast(
  options: ClickHouseOptions,
  { attempts, fillS, untilMs }: Past,
  which: Which,
  onProgress: (line: string) => void,
): Promise<Measured> {
  await using closing = new AsyncDisposableStack();
  const server = connectServer(options);
  closing.defer(() => server.close());
  // As on the day that the past ends: a list begins there.
  const history = openHistoryStore({ ...options, now: () => untilMs });
  closing.defer(() => history.close());
  const figures = await measureLists(server, history, { untilMs, ...which }, onProgress);
  const tables = await server.ask<Measured['tables'][number]>(`
    SELECT table AS name, sum(rows) AS rows, sum(bytes_on_disk) AS diskBytes
    FROM system.parts
    WHERE active AND database = currentDatabase()
    GROUP BY table
    ORDER BY diskBytes DESC`);
  const diskBytes = tables.reduce((sum, table) => sum + table.diskBytes, 0);
  return { attempts, fillS, diskBytesPerAttempt: diskBytes / attempts, tables, figures };
}
