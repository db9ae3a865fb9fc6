/** `npm run quickstart`: from nothing to a verified webhook, by the API alone, with the time that each step takes. */
import { join } from 'node:path';
import { HERALD_DIR } from '@herald/local-stack/stack';
import { present } from './present.ts';
import { readQuickstartOptions } from './quickstart-options.ts';
import { performQuickstart } from './quickstart-show.ts';

const options = readQuickstartOptions(process.argv.slice(2), join(HERALD_DIR, 'quickstart-run'));

await present((hall) => performQuickstart({ options, ...hall }));
