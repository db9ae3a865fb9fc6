import type { NewPortalLink } from '@herald/registry/portal/portal-link';
import type { Problem } from '@herald/service-kit/problem';
import type { z } from 'zod';
import { type Caller, suffices } from '../access/caller.ts';
import { forbidden } from '../http/problems.ts';
import type { newPortalLink } from './portal-link-fields.ts';

/**
 * Nobody opens with a link more than is open to him, nor for longer. The caller has a key, or a session from one, and so
 * the whole account: what he may not do is his role and his time.
 */
export function decidePortalLink(
  asked: z.output<typeof newPortalLink>,
  { actor, role, expiresAtMs }: Pick<Caller, 'actor' | 'role' | 'expiresAtMs'>,
  nowMs: number,
): { link: Omit<NewPortalLink, 'accountId'> } | { problem: Problem } {
  if (!suffices(role, asked.role)) return { problem: forbidden({ actor, role }, asked.role) };
  return {
    link: {
      name: asked.name,
      role: asked.role,
      projectIds: asked.project_ids ?? undefined,
      channelIds: asked.channel_ids ?? undefined,
      madeByKeyId: actor.id,
      expiresAtMs: Math.min(nowMs + asked.expires_in * 1_000, expiresAtMs ?? Number.POSITIVE_INFINITY),
      sessionSeconds: asked.session_seconds,
    },
  };
}
