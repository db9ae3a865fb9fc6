/** `npm run test:contract`: a property-based tester asks the live API and ingest whatever their document allows, and what not. */
import { join } from 'node:path';
import { HERALD_DIR } from '@herald/local-stack/stack';
import { OptionError } from '../tool/options.ts';
import { preparePython } from '../tool/python-environment.ts';
import { runTool } from '../tool/run-tool.ts';
import { readOptions, USAGE } from './options.ts';
import { runSchemathesis, type Tested } from './schemathesis.ts';
import { partsOf, seededDocument } from './seeded-document.ts';
import { openContractWorld } from './world.ts';

const REQUIREMENTS = join(import.meta.dirname, 'python', 'requirements.txt');
const FOLDER = join(HERALD_DIR, 'contract');
/** Of the time; ingest is one operation. */
const SHARE_OF_INGEST = 0.15;

await runTool(async ({ closing, onProgress, interrupted }) => {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(USAGE);
    return;
  }
  const environment = await preparePython(REQUIREMENTS);
  if (environment.kind === 'absent') {
    throw new OptionError(`The contract test needs Python 3.10 or newer with venv: ${environment.reason}.`);
  }
  const run = async (): Promise<Tested[]> => {
    const world = await openContractWorld({ closing, onProgress });
    const answer = await fetch(`${world.apiUrl}/openapi.json`);
    const document = (await answer.json()) as Readonly<Record<string, unknown>>;
    const { api, ingest } = partsOf(seededDocument(document, world.values));
    const common = { ...options, ...environment, apiKey: world.apiKey, folder: FOLDER, closing };
    const ingestSeconds = Math.ceil(options.seconds * SHARE_OF_INGEST);
    const parts = [
      { name: 'ingest', url: world.ingestUrl, document: ingest, seconds: ingestSeconds },
      { name: 'api', url: world.apiUrl, document: api, seconds: options.seconds - ingestSeconds },
    ];
    const tested: Tested[] = [];
    for (const part of parts) {
      onProgress(`${part.name}: for ${part.seconds} seconds at most`);
      tested.push(await runSchemathesis({ ...common, ...part }));
    }
    return tested;
  };
  const tested = await Promise.race([run(), interrupted]);
  await closing.disposeAsync();
  if (tested === 'interrupted') process.exitCode = 1;
  else tell(tested);
});

function tell(tested: readonly Tested[]): void {
  const sum = (of: (part: Tested) => number) => tested.reduce((total, part) => total + of(part), 0);
  const failed = sum(({ failedCases }) => failedCases);
  for (const failure of tested.flatMap(({ failures }) => failures)) console.log(`FAULT ${failure}`);
  if (failed > 0) console.log(`Requests that show each fault: ${FOLDER}`);
  console.log(`${sum(({ operations }) => operations)} operations, ${sum(({ cases }) => cases)} cases`);
  console.log(`${sum(({ cases }) => cases) - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
