/** `npm run demo`: what Herald does, on real servers, in front of your eyes. */
import { join } from 'node:path';
import { HERALD_DIR } from '@herald/local-stack/stack';
import { readOptions } from './options.ts';
import { present } from './present.ts';
import { perform } from './show.ts';

const options = readOptions(process.argv.slice(2), join(HERALD_DIR, 'demo'));

await present((hall) => perform({ options, ...hall }));
