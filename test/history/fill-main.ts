/** `npm run history:fill`: attempts of a made-up past in a ClickHouse that is there, to try queries and the portal on. */
import { migrate } from '@herald/clickhouse/migrate';
import { runTool } from '../tool/run-tool.ts';
import { fillHistory } from './fill.ts';
import { FILL_USAGE, readFillOptions } from './options.ts';

const RETENTION_DAYS = 30;

await runTool(async ({ onProgress, interrupted }) => {
  const { help, rows, url, database } = readFillOptions(process.argv.slice(2));
  if (help) {
    console.log(FILL_USAGE);
    return;
  }
  await migrate({ url, database, retentionDays: RETENTION_DAYS });
  const filled = await Promise.race([
    fillHistory({
      ...{ url, database, rows, untilMs: Date.now() },
      onFilled: (events, of) => onProgress(`${events} of ${of} events with their attempts`),
    }),
    interrupted,
  ]);
  if (filled === 'interrupted') process.exitCode = 1;
  else console.log(`${filled} attempts are on record.`);
});
