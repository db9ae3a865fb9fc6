import { readFileSync } from 'node:fs';
import { integer, variable } from '@herald/service-kit/config';
import { parseNetworks } from '@herald/webhook/address-policy';
import { type ParsedCertificates, parseCertificates } from '@herald/webhook/certificates';
import { BOT_TOKEN } from '@herald/webhook/chat/bot-token';
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
  HERALD_CATCH_UP_PER_SECOND: variable(integer({ min: 1, max: 100_000 }).default(100), {
    expects: 'held deliveries a second that one endpoint gets when it catches up, at most 100000',
    example: '100',
  }),
  HERALD_EXTRA_CA_FILE: variable(
    z
      .string()
      .transform((path, context) => {
        const parsed = readCertificates(path);
        if (parsed.kind === 'certificates') return parsed.pem;
        context.addIssue({ code: 'custom', message: `it ${parsed.message}` });
        return z.NEVER;
      })
      .default([]),
    {
      expects:
        'a PEM file of certificate authorities that receivers may be signed by, beside the public ones',
      example: '/etc/herald/internal-ca.pem',
    },
  ),
  HERALD_TELEGRAM_API_URL: variable(
    z
      .url({ protocol: /^https?$/, error: 'it is not an http or https URL' })
      .refine((url) => isBare(new URL(url)), 'it has a user name, a query or a fragment')
      .transform((url) => url.replace(/\/+$/, ''))
      .default('https://api.telegram.org'),
    {
      expects: 'the address of the Telegram Bot API, checked like the URL of any endpoint',
      example: 'https://api.telegram.org',
    },
  ),
  HERALD_TELEGRAM_BOT_TOKEN: variable(
    z.string().regex(BOT_TOKEN, 'it is not of the form that Telegram gives tokens').optional(),
    {
      expects: 'the token of the bot that writes where an endpoint has none of its own',
      example: '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw',
      secret: true,
    },
  ),
};

function readCertificates(path: string): ParsedCertificates {
  try {
    return parseCertificates(readFileSync(path, 'utf8'));
  } catch (error) {
    return { kind: 'invalid', message: `cannot be read: ${(error as Error).message}` };
  }
}

function isBare({ username, password, search, hash }: URL): boolean {
  return `${username}${password}${search}${hash}` === '';
}
