import type { NewPortalLink } from '@herald/registry/portal/portal-link';
import type { Problem } from '@herald/service-kit/problem';
import type { z } from 'zod';
import { type Caller, suffices } from '../access/caller.ts';
import { isWithin } from '../access/scope.ts';
import { forbidden, scopeTooNarrow } from '../http/problems.ts';
import type { newPortalLink } from './portal-link-fields.ts';

/** Nobody opens with a link more than is open to him: not more, not for others, and a session not for longer. */
export function decidePortalLink(
  asked: z.output<typeof newPortalLink>,
  { actor, role, scope, expiresAtMs }: Pick<Caller, 'actor' | 'role' | 'scope' | 'expiresAtMs'>,
  nowMs: number,
): { link: Omit<NewPortalLink, 'accountId'> } | { problem: Problem } {
  if (!suffices(role, asked.role)) return { problem: forbidden(role, asked.role) };
  const wanted = {
    ...limitOf('projectIds', asked.project_ids, scope.projectIds),
    ...limitOf('channelIds', asked.channel_ids, scope.channelIds),
  };
  if (!isWithin(wanted, scope)) return { problem: BEYOND };
  const isSession = actor.kind === 'portal_session';
  const endMs = isSession ? (expiresAtMs ?? nowMs) : Number.POSITIVE_INFINITY;
  return {
    link: {
      name: asked.name,
      role: asked.role,
      projectIds: wanted.projectIds && [...wanted.projectIds],
      channelIds: wanted.channelIds && [...wanted.channelIds],
      parentLinkId: isSession ? actor.id : undefined,
      expiresAtMs: Math.min(nowMs + asked.expires_in * 1_000, endMs),
      sessionSeconds: asked.session_seconds,
    },
  };
}

/** What was asked for; else what the caller is limited to. */
function limitOf<Name extends 'projectIds' | 'channelIds'>(
  name: Name,
  asked: readonly string[] | null,
  own: ReadonlySet<string> | undefined,
): { [name in Name]?: ReadonlySet<string> } {
  const limit = asked ? new Set(asked) : own;
  return (limit ? { [name]: limit } : {}) as { [name in Name]?: ReadonlySet<string> };
}

const BEYOND = scopeTooNarrow(
  'The link would open projects or channels that the session itself does not. Name some of those that GET /v1/me lists.',
);
