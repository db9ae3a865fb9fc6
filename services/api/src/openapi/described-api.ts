import { createLogger } from '@herald/service-kit/log';
import { type ApiAppOptions, apiOperations } from '../api-app.ts';
import { jwksDescription } from '../endpoints/jwks.ts';
import type { AnyDescription } from '../http/operation.ts';

/**
 * Everything that the API can be asked, without a server. What operations are made with is asked for when they are
 * performed, which none of these is.
 */
export function describedApi(): readonly AnyDescription[] {
  const options = {
    log: createLogger({ service: 'api', level: 'silent', format: 'json' }),
    maxReplayPerSecond: 1_000,
    historyTimeoutMs: 10_000,
  } as ApiAppOptions;
  return [...apiOperations(options), jwksDescription];
}
