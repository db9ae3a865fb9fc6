/** `npm run test:contract`: a property-based tester asks the live API and ingest whatever their document allows, and what not. */
import { join } from 'node:path';
import { HERALD_DIR } from '@herald/local-stack/stack';
import { OptionError } from '../tool/options.ts';
import { preparePython } from '../tool/python-environment.ts';
import { runTool, type Tool } from '../tool/run-tool.ts';
import { type ContractOptions, readOptions, USAGE } from './options.ts';
import { runSchemathesis, type SchemathesisOptions, type Tested } from './schemathesis.ts';
import { countOperations, partsOf, seededDocument } from './seeded-document.ts';
import { openContractWorld } from './world.ts';

const REQUIREMENTS = join(import.meta.dirname, 'python', 'requirements.txt');
const FOLDER = join(HERALD_DIR, 'contract');

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
  const tested = await Promise.race([
    testAll(options, environment.python, { closing, onProgress }),
    interrupted,
  ]);
  await closing.disposeAsync();
  if (tested === 'interrupted') process.exitCode = 1;
  else tell(tested);
});

interface AllTested {
  operations: number;
  parts: readonly Tested[];
}

/**
 * What is refused is asked by the document as it is; what is allowed, by one that knows what exists: a made-up id is
 * mostly answered 404.
 */
async function testAll(
  { seconds, examples, seed }: ContractOptions,
  python: string,
  tool: Pick<Tool, 'closing' | 'onProgress'>,
): Promise<AllTested> {
  const world = await openContractWorld(tool);
  const answer = await fetch(`${world.apiUrl}/openapi.json`);
  const { api, ingest } = partsOf((await answer.json()) as Readonly<Record<string, unknown>>);
  const [knownApi, knownIngest] = [seededDocument(api, world.values), seededDocument(ingest, world.values)];
  const test = (
    part: Pick<SchemathesisOptions, 'name' | 'mode' | 'url' | 'document'> & { share: number },
  ) => {
    const ofPart = { ...part, seconds: Math.ceil(seconds * part.share) };
    tool.onProgress(`${part.name}: for ${ofPart.seconds} seconds at most`);
    const { apiKey } = world;
    return runSchemathesis({ ...ofPart, python, apiKey, examples, seed, folder: FOLDER, ...tool });
  };
  const { apiUrl, ingestUrl } = world;
  const parts = [
    await test({ name: 'ingest', mode: 'all', url: ingestUrl, document: knownIngest, share: 0.2 }),
    await test({ name: 'api-refused', mode: 'negative', url: apiUrl, document: api, share: 0.4 }),
    await test({ name: 'api-allowed', mode: 'positive', url: apiUrl, document: knownApi, share: 0.4 }),
  ];
  return { operations: countOperations(api) + countOperations(ingest), parts };
}

function tell({ operations, parts }: AllTested): void {
  const sum = (of: (part: Tested) => number) => parts.reduce((total, part) => total + of(part), 0);
  const failed = sum(({ failedCases }) => failedCases);
  for (const failure of parts.flatMap(({ failures }) => failures)) console.log(`FAULT ${failure}`);
  if (failed > 0) console.log(`Requests that show each fault: ${FOLDER}`);
  console.log(`${operations} operations, ${sum(({ cases }) => cases)} cases`);
  console.log(`${sum(({ cases }) => cases) - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
