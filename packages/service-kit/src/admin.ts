import express, { type Response } from 'express';
import type { Registry } from 'prom-client';
import type { Checks } from './checks.ts';
import { type HttpServer, listen } from './http-server.ts';

export interface AdminOptions {
  host: string;
  port: number;
  liveness: Checks;
  readiness: Checks;
  registry: Registry;
}

/**
 * `/livez`: restart me when it fails. `/readyz`: send me no work while it fails. `/metrics`: Prometheus text.
 * A failing probe answers 503 with the failing checks by name.
 */
export function startAdminServer(options: AdminOptions): Promise<HttpServer> {
  const app = express();
  app.disable('x-powered-by');
  app.get('/livez', (_request, response) => answer(response, options.liveness));
  app.get('/readyz', (_request, response) => answer(response, options.readiness));
  app.get('/metrics', async (_request, response) => {
    response.type(options.registry.contentType).send(await options.registry.metrics());
  });
  return listen(app, options);
}

function answer(response: Response, checks: Checks): void {
  const failing = checks.failing();
  const ok = Object.keys(failing).length === 0;
  response.status(ok ? 200 : 503).json(ok ? { ok } : { ok, failing });
}
