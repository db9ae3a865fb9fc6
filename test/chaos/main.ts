/** `npm run chaos`: strikes at Herald at every point of the crash table and counts what arrived. */
import { runTool, type Tool } from '../tool/run-tool.ts';
import { type ChaosOptions, readOptions, USAGE } from './options.ts';
import { reportOf } from './report.ts';
import { randomBlows } from './rows/random.ts';
import { type RowResult, runRow } from './run-row.ts';
import { openWorld } from './world.ts';

await runTool(async (tool) => {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(USAGE);
    return;
  }
  const results: RowResult[] = [];
  const end = await Promise.race([runAll(options, tool, results), tool.interrupted]);
  tell(results, options);
  if (end === 'interrupted') process.exitCode = 1;
});

async function runAll(
  { minutes, seed, rows, random }: ChaosOptions,
  { closing, onProgress }: Tool,
  results: RowResult[],
): Promise<void> {
  const untilMs = Date.now() + minutes * 60_000;
  const world = await openWorld(onProgress);
  closing.defer(() => world.close());
  for (const row of [...rows, ...(random ? [randomBlows({ seed, untilMs })] : [])]) {
    const result = await runRow(world, row, { seed: seed * 1_000 + results.length, onProgress });
    results.push(result);
    onProgress(`${row.name}: ${result.problems.length === 0 ? 'holds' : result.problems.join('; ')}`);
  }
}

function tell(results: readonly RowResult[], { json, seed }: ChaosOptions): void {
  console.log(json ? JSON.stringify({ seed, rows: results }, undefined, 2) : reportOf(results));
  process.exitCode = results.some(({ problems }) => problems.length > 0) ? 1 : 0;
}
