import type { IncomingMessage, RequestListener } from 'node:http';
import { json } from 'node:stream/consumers';
import type { RunPlan, Tally } from './tally.ts';

export interface ControlOptions {
  tally: Tally;
  /** From now on exactly these paths are not answered. */
  hang(paths: readonly string[]): void;
}

/** The sink's second port, on which the bench opens runs and reads the books. */
export function createControl({ tally, hang }: ControlOptions): RequestListener {
  return async (request, response) => {
    const [, what, run, part] = (request.url ?? '').split('/');
    const number = Number(run);
    if (request.method === 'PUT' && what === 'runs') {
      tally.open(await bodyOf<RunPlan>(request));
      response.writeHead(204).end();
    } else if (request.method === 'PUT' && what === 'hanging') {
      hang(await bodyOf<string[]>(request));
      response.writeHead(204).end();
    } else if (what === 'strays') {
      response.end(JSON.stringify(tally.strays));
    } else if (what === 'runs' && part === 'arrivals') {
      const { buffer, byteLength } = tally.arrivals(number) ?? new Float64Array();
      response.end(Buffer.from(buffer, 0, byteLength));
    } else if (what === 'runs') {
      response.end(JSON.stringify(tally.counts(number)));
    } else {
      response.writeHead(404).end();
    }
  };
}

async function bodyOf<T>(request: IncomingMessage): Promise<T> {
  return (await json(request)) as T;
}
