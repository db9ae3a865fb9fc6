import { variable } from '@herald/service-kit/config';
import { parseNetworks } from '@herald/webhook/address-policy';
import { z } from 'zod';
import { createSealing } from './sealing.ts';

/** What the API, which takes endpoints, and the dispatcher, which sends to them, have to agree on. */
export const endpointConfig = {
  HERALD_SEALING_KEYS: variable(
    z.string().transform((text, context) => {
      try {
        return createSealing(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
        return z.NEVER;
      }
    }),
    {
      expects:
        'the keys that seal secrets at rest as <id>:<base64 of 32 bytes>, separated by commas: the first seals, all open',
      example: 'k1:$(openssl rand -base64 32)',
      secret: true,
    },
  ),
  HERALD_ALLOWED_NETWORKS: variable(
    z
      .string()
      .default('')
      .transform((text, context) => {
        const parsed = parseNetworks(text);
        if (parsed.kind === 'networks') return parsed.networks;
        context.addIssue({ code: 'custom', message: parsed.message });
        return z.NEVER;
      }),
    {
      expects:
        'networks that endpoints may be in though they are not public, also by http, separated by commas',
      example: '127.0.0.0/8',
    },
  ),
};
