import type { ApiKeyInfo } from '@herald/registry/api-key';
import { z } from 'zod';
import { instant, isoTime, isoTimeOrNull, page, pageOf, text } from '../http/fields.ts';

const roles = z.enum(['read', 'write', 'admin'], { error: 'it is not a role' });

export const newApiKey = z
  .strictObject({
    name: text(200)
      .default('')
      .meta({ description: 'a text for people, up to 200 characters', examples: ['CI'] }),
    role: roles.default('read').meta({
      description: 'read, write or admin: each may do what those before it may',
      examples: ['write'],
    }),
    expires_at: instant('when it stops to open anything')
      .nullable()
      .default(null)
      .meta({
        description: 'when it stops to open anything, null for never',
        examples: ['2027-01-31T00:00:00Z'],
      }),
  })
  .meta({ description: 'a JSON object with name, role and expires_at, each of which may be left out' });

export const apiKeyParams = z.strictObject({
  key_id: text(200).meta({ description: 'the id of an API key', examples: ['0123456789abcdef'] }),
});

export const apiKeyQuery = z.strictObject(page);

const apiKeyFields = z.object({
  key_id: z.string(),
  prefix: z
    .string()
    .meta({ description: 'how the key begins: what it can be told by', examples: ['hk_0123456789abcdef'] }),
  name: z.string(),
  role: roles,
  state: z.enum(['active', 'expired', 'revoked']),
  created_at: z.string().nullable(),
  expires_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
  is_caller: z.boolean().meta({ description: 'whether it is the key that asks' }),
});

export const apiKeyView = apiKeyFields.meta({ id: 'ApiKey' });

export const createdApiKeyView = apiKeyFields
  .extend({
    key: z.string().meta({ description: 'the key itself: shown this once, and kept nowhere' }),
  })
  .meta({ id: 'CreatedApiKey' });

export const apiKeyPage = pageOf(apiKeyView).meta({ id: 'ApiKeyPage' });

export function viewApiKey(
  info: ApiKeyInfo,
  { callerKeyId, nowMs }: { callerKeyId: string | undefined; nowMs: number },
): z.output<typeof apiKeyView> {
  return {
    key_id: info.keyId,
    prefix: info.prefix,
    name: info.name,
    role: info.role,
    state: stateOf(info, nowMs),
    created_at: isoTime(info.createdAtMs),
    expires_at: isoTimeOrNull(info.expiresAtMs),
    revoked_at: isoTimeOrNull(info.revokedAtMs),
    is_caller: info.keyId === callerKeyId,
  };
}

function stateOf({ revokedAtMs, expiresAtMs }: ApiKeyInfo, nowMs: number): 'active' | 'expired' | 'revoked' {
  if (revokedAtMs !== undefined) return 'revoked';
  return expiresAtMs !== undefined && expiresAtMs <= nowMs ? 'expired' : 'active';
}
