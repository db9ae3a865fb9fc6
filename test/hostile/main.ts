/** `npm run hostile`: every outcome of its type and in time, and memory flat, whatever receivers do. */
import { hasProc } from '../load/proc.ts';
import { OptionError } from '../tool/options.ts';
import { runTool } from '../tool/run-tool.ts';
import { type HostileOptions, readOptions, USAGE } from './options.ts';
import { faultsOf } from './outcomes.ts';
import { type HostileRun, reportOf } from './report.ts';
import { runHostile, TIMEOUT_MS } from './run.ts';

/** What a busy machine may add to the deadline of an attempt. */
const GENEROUS_MS = 3_000;
const MIB = 1024 * 1024;

await runTool(async ({ closing, onProgress, interrupted }) => {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(USAGE);
    return;
  }
  if (!hasProc()) throw new OptionError('Memory is read from /proc: this runs on Linux only.');
  const run = await Promise.race([runHostile({ ...options, closing, onProgress }), interrupted]);
  await closing.disposeAsync();
  if (run === 'interrupted') process.exitCode = 1;
  else tell(run, options);
});

function tell(run: HostileRun, { maxGrowthMib }: HostileOptions): void {
  console.log(reportOf(run));
  const faults = faultsOf(run.outcomes, TIMEOUT_MS + GENEROUS_MS);
  const grownMib = run.growth.grownBytes / MIB;
  if (grownMib > maxGrowthMib)
    faults.push(`memory grew by ${grownMib.toFixed(1)} MiB, more than ${maxGrowthMib}`);
  for (const fault of faults) console.log(`FAULT ${fault}`);
  console.log(
    faults.length === 0 ? 'Memory is flat and every outcome is of its type.' : `${faults.length} faults`,
  );
  process.exitCode = faults.length === 0 ? 0 : 1;
}
