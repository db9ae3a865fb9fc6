import { z } from 'zod';
import type { Caller } from '../access/caller.ts';
import { isoTimeOrNull } from '../http/fields.ts';

const MAX_SECRET_CHARS = 200;

const credential = (description: string) =>
  z
    .string({ error: 'it is not a text' })
    .max(MAX_SECRET_CHARS, `it is longer than ${MAX_SECRET_CHARS} characters`)
    .optional()
    .meta({ description, writeOnly: true });

export const newSession = z
  .strictObject({
    api_key: credential('an API key of the account, hk_…'),
    portal_token: credential('the token of a portal link, hp_…; it can be used once'),
  })
  .refine((given) => (given.api_key === undefined) !== (given.portal_token === undefined), {
    error: 'it has not exactly one of api_key and portal_token',
  })
  .meta({
    description: 'a JSON object with api_key, or with portal_token',
    oneOf: [{ required: ['api_key'] }, { required: ['portal_token'] }],
  });

const ids = z.array(z.string()).nullable();

export const scopeView = z
  .object({ project_ids: ids, channel_ids: ids })
  .meta({ description: 'what of the account is seen: null for all of it' });

export const callerView = z
  .object({
    account_id: z.string(),
    /** A session that was made from an API key acts as that key. */
    actor: z.object({ kind: z.enum(['api_key', 'portal_session']), id: z.string() }),
    role: z.enum(['read', 'write', 'admin']),
    scope: scopeView,
    expires_at: z.string().nullable(),
  })
  .meta({ id: 'Caller' });

export const meView = callerView
  .extend({
    operations: z.array(z.string()).meta({
      description: 'the operationId of everything that may be asked for with this key or session',
      examples: [['listEndpoints']],
    }),
  })
  .meta({ id: 'Me' });

export function viewCaller(caller: Omit<Caller, 'isAdmitted'>): z.output<typeof callerView> {
  const { accountId, actor, role, scope, expiresAtMs } = caller;
  return {
    account_id: accountId,
    actor,
    role,
    scope: {
      project_ids: scope.projectIds ? [...scope.projectIds] : null,
      channel_ids: scope.channelIds ? [...scope.channelIds] : null,
    },
    expires_at: isoTimeOrNull(expiresAtMs),
  };
}
