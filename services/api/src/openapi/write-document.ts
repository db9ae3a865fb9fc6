/** Writes the OpenAPI document to a file, for tools that read one: `node write-document.ts <file>`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describedApi } from './described-api.ts';
import { openApiDocument } from './document.ts';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('Name the file to write.');

const document = openApiDocument(describedApi(), { ingestUrl: 'http://127.0.0.1:8090' });
await mkdir(dirname(file), { recursive: true });
await writeFile(file, JSON.stringify(document, null, 2));
