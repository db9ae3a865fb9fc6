/** `npm run demo:replay`: what an endpoint missed is delivered again by offset, though the replayer is killed half-way. */
import { join } from 'node:path';
import { HERALD_DIR } from '@herald/local-stack/stack';
import { present } from './present.ts';
import { readReplayOptions } from './replay-options.ts';
import { performReplay } from './replay-show.ts';

const options = readReplayOptions(process.argv.slice(2), join(HERALD_DIR, 'demo-replay'));

await present((hall) => performReplay({ options, ...hall }));
