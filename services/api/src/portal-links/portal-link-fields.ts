import type { PortalLink } from '@herald/registry/portal/portal-link';
import { z } from 'zod';
import { id, isoTime, isoTimeOrNull, page, pageOf, text } from '../http/fields.ts';
import { scopeView } from '../sessions/session-fields.ts';

const MAX_IDS = 100;
const MAX_EXPIRES_IN_S = 7 * 24 * 60 * 60;
const MAX_SESSION_S = 24 * 60 * 60;

const limitedTo = (what: string, example: string) =>
  z
    .array(id(`a ${what}`, example))
    .min(1, 'it is empty')
    .max(MAX_IDS, `it names more than ${MAX_IDS}`)
    .nullable()
    .default(null)
    .meta({
      description: `1 to ${MAX_IDS} ids of ${what}s that the session is limited to; null for no limit`,
      examples: [[example]],
    });

const seconds = (what: string, bounds: { min: number; max: number; preset: number }) =>
  z
    .int({ error: 'it is not a whole number' })
    .min(bounds.min, `it is below ${bounds.min}`)
    .max(bounds.max, `it is above ${bounds.max}`)
    .default(bounds.preset)
    .meta({
      description: `seconds ${what}, ${bounds.min} to ${bounds.max}; never beyond the key that makes the link`,
      examples: [bounds.preset],
    });

const role = z.enum(['read', 'write'], { error: 'it is neither read nor write' });

export const newPortalLink = z
  .strictObject({
    name: text(200)
      .default('')
      .meta({ description: 'a name for people, at most 200 characters', examples: ['Shop 1'] }),
    role: role.default('read').meta({ description: 'read or write', examples: ['read'] }),
    project_ids: limitedTo('project', 'proj_1'),
    channel_ids: limitedTo('channel', 'ch_instagram_1'),
    expires_in: seconds('for which the link may be used', { min: 10, max: MAX_EXPIRES_IN_S, preset: 600 }),
    session_seconds: seconds('that the session lasts', { min: 60, max: MAX_SESSION_S, preset: 3_600 }),
  })
  .prefault({})
  .meta({ description: 'a JSON object, or nothing for a link that may read all that the caller may' });

export const portalLinkParams = z.strictObject({ link_id: id('a portal link', '0123456789abcdef') });

export const portalLinkQuery = z.strictObject(page);

export const portalLinkView = z
  .object({
    link_id: z.string(),
    name: z.string(),
    role,
    scope: scopeView,
    state: z.enum(['open', 'in_session', 'over']),
    created_at: z.string().nullable(),
    expires_at: z.string().nullable(),
    session_seconds: z.number(),
    /** Null until it is used. */
    session_expires_at: z.string().nullable(),
  })
  .meta({ id: 'PortalLink' });

export const createdPortalLinkView = portalLinkView
  .extend({
    url: z.string().meta({
      description: 'what to send a person to, shown this once; a path where HERALD_PORTAL_URL is not set',
      examples: ['https://portal.example.com/enter#t=hp_…'],
    }),
    token: z.string().meta({ description: 'what POST /v1/sessions takes as portal_token, shown this once' }),
  })
  .meta({ id: 'CreatedPortalLink' });

export const portalLinkPage = pageOf(portalLinkView).meta({ id: 'PortalLinkPage' });

export function viewPortalLink(link: PortalLink, nowMs: number): z.output<typeof portalLinkView> {
  const endMs = link.session?.expiresAtMs ?? link.expiresAtMs;
  return {
    link_id: link.linkId,
    name: link.name,
    role: link.role,
    scope: {
      project_ids: link.projectIds ? [...link.projectIds] : null,
      channel_ids: link.channelIds ? [...link.channelIds] : null,
    },
    state: endMs <= nowMs ? 'over' : link.session ? 'in_session' : 'open',
    created_at: isoTime(link.createdAtMs),
    expires_at: isoTime(link.expiresAtMs),
    session_seconds: link.sessionSeconds,
    session_expires_at: isoTimeOrNull(link.session?.expiresAtMs),
  };
}
