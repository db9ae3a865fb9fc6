/** `npm run bench`: what a webhook sender delivers, how soon, at what cost, and whether all of it arrives. */
import { OptionError } from '../tool/options.ts';
import { runTool, type Tool } from '../tool/run-tool.ts';
import { startHerald } from './herald/herald-sender.ts';
import { connectHttpSender } from './http/http-sender.ts';
import { describeMachine } from './machine.ts';
import { type BenchOptions, readOptions, USAGE } from './options.ts';
import { hasProc } from './proc.ts';
import { holds, type Mark, marksOf } from './report/marks.ts';
import { reportOf } from './report/report.ts';
import type { Results } from './results.ts';
import { projectsFor, runBench } from './run-bench.ts';
import { createRuns } from './runs.ts';
import { FULL, QUICK } from './scale.ts';
import { startSink } from './sink/sink.ts';
import { pathOf } from './topology.ts';

await runTool(async (tool) => {
  const options = readOptions(process.argv.slice(2));
  if (options.help) console.log(USAGE);
  else if (options.endpoints) printEndpoints(options);
  else {
    if (!hasProc()) throw new OptionError('CPU time is read from /proc: the bench runs on Linux only.');
    const results = await Promise.race([measure(options, tool), tool.interrupted]);
    await tool.closing.disposeAsync();
    if (results === 'interrupted') process.exitCode = 1;
    else tell(results, options);
  }
});

async function measure(
  { quick, only, profile, other, sinkPort }: BenchOptions,
  { closing, onProgress }: Tool,
): Promise<Results> {
  const machine = describeMachine();
  const sink = await startSink(sinkPort);
  closing.defer(() => sink.close());
  const sender = other
    ? connectHttpSender(other)
    : await startHerald({ sinkUrl: sink.url, profiled: profile, onProgress });
  closing.defer(() => sender.close());
  const bench = { sender, sink, runs: createRuns(sink), scale: quick ? QUICK : FULL };
  return runBench(bench, { only, scale: quick ? 'quick' : 'full', machine, onProgress });
}

function tell(results: Results, { json }: BenchOptions): void {
  const marks = marksOf(results);
  const broken = marks.filter(({ value, floor }) => floor && !holds(value, floor));
  if (json) console.log(JSON.stringify({ marks: marks.map(judged), ...results }, undefined, 2));
  else console.log(reportOf(results));
  for (const { what } of broken) console.error(`The floor does not hold: ${what}`);
  process.exitCode = broken.length + results.problems.length > 0 ? 1 : 0;
}

function judged(mark: Mark) {
  const { value, floor, goal } = mark;
  return {
    ...mark,
    ...(floor && { floorHolds: holds(value, floor) }),
    ...(goal && { goalReached: holds(value, goal) }),
  };
}

function printEndpoints({ only, quick, sinkPort }: BenchOptions): void {
  const { isolationRounds } = quick ? QUICK : FULL;
  for (const { name, endpoints, maxConcurrency } of projectsFor(only, isolationRounds)) {
    for (let slot = 0; slot < endpoints; slot++) {
      const url = `http://127.0.0.1:${sinkPort}${pathOf(name, slot)}`;
      console.log(JSON.stringify({ project_id: name, url, max_concurrency: maxConcurrency }));
    }
  }
}
