/** Writes the OpenAPI document to a file, for tools that read one: `node write-document.ts <file>`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createLogger } from '@herald/service-kit/log';
import { type ApiAppOptions, apiOperations } from '../api-app.ts';
import { jwksDescription } from '../endpoints/jwks.ts';
import { openApiDocument } from './document.ts';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('Name the file to write.');

// What operations are made with is asked for when they are performed, which none of them is.
const options = {
  log: createLogger({ service: 'api', level: 'silent', format: 'json' }),
  maxReplayPerSecond: 1_000,
  historyTimeoutMs: 10_000,
  ingestUrl: 'http://127.0.0.1:8090',
} as ApiAppOptions;

await mkdir(dirname(file), { recursive: true });
await writeFile(
  file,
  JSON.stringify(openApiDocument([...apiOperations(options), jwksDescription], options), null, 2),
);
