import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Express, Response } from 'express';

/** Its own files, the data of its own images, and requests to where it came from. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Herald API</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="docs/swagger-ui.css">
    <link rel="stylesheet" href="docs/page.css">
  </head>
  <body>
    <div id="docs"></div>
    <noscript>This page needs JavaScript. The document that it shows is <a href="openapi.json">openapi.json</a>.</noscript>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
`;

/** Without a validator, which is somebody else's server; a key is forgotten with the page. */
const START = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
});
`;

const STYLE = `body { margin: 0; }
`;

const OWN_FILES = { 'start.js': { type: 'js', text: START }, 'page.css': { type: 'css', text: STYLE } };
const LIBRARY = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')));
const LIBRARY_FILES = ['swagger-ui.css', 'swagger-ui-bundle.js'];

/** The documentation of the API as a page that needs nothing of other servers. */
export function mountDocs(app: Express): void {
  const head = (response: Response, route: string): Response => {
    response.locals.route = route;
    return response.set({
      'Cache-Control': 'public, max-age=300',
      'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    });
  };

  app.get('/docs', (_request, response) => {
    head(response, '/docs').type('html').send(PAGE);
  });
  for (const [name, { type, text }] of Object.entries(OWN_FILES)) {
    app.get(`/docs/${name}`, (_request, response) => {
      head(response, '/docs/{file}').type(type).send(text);
    });
  }
  for (const name of LIBRARY_FILES) {
    app.get(`/docs/${name}`, (_request, response) => {
      head(response, '/docs/{file}').sendFile(name, { root: LIBRARY, cacheControl: false });
    });
  }
}
