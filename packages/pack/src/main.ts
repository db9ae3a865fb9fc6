import { resolve } from 'node:path';
import { pack } from './pack.ts';

const [workspace = '.', ...others] = process.argv.slice(2);
if (others.length > 0 || workspace.startsWith('-')) {
  console.error('Usage: node packages/pack/src/main.ts [workspace folder, default .]');
  process.exit(2);
}
console.log(await pack(resolve(workspace), resolve(workspace)));
