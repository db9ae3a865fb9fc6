import type { Express } from 'express';
import { send } from '../http/mount.ts';
import type { JsonObject } from './schema-writer.ts';

/** Anybody may read what the API is, and pages of any origin may show it. */
const HEADERS = { 'cache-control': 'public, max-age=300', 'cross-origin-resource-policy': 'cross-origin' };

/** Serves the document; it is written when it is asked for the first time. */
export function mountDocument(app: Express, write: () => JsonObject): void {
  let written: JsonObject | undefined;
  app.get('/openapi.json', (_request, response) => {
    response.locals.route = '/openapi.json';
    written ??= write();
    send(response, { status: 200, headers: HEADERS, body: written });
  });
}
