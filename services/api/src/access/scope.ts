import { ALL_PROJECTS } from '@herald/domain/endpoint';
import { isOperational } from '@herald/domain/event-type';
import type { KnownInPart } from '@herald/domain/subscription';
import type { ReplayFilter, ReplayJob } from '@herald/replay/job';
import type { AccessScope } from './caller.ts';

/** Whether it is of an account as a whole. */
export function isWhole({ projectIds, channelIds }: AccessScope): boolean {
  return projectIds === undefined && channelIds === undefined;
}

/** An event, or what became of one, by where it happened. Operational events are of no channel. */
export function coversEvent(
  { projectIds, channelIds }: AccessScope,
  { projectId, channelId }: { projectId: string; channelId: string },
): boolean {
  return (projectIds?.has(projectId) ?? true) && (channelIds?.has(channelId) ?? true);
}

/**
 * An endpoint that may get nothing from beyond the scope. Of all projects, of all channels, or for operational events,
 * which no choice of channels keeps away, it may.
 */
export function coversEndpoint(
  { projectIds, channelIds }: AccessScope,
  { projectId, subscription }: Pick<KnownInPart, 'projectId' | 'subscription'>,
): boolean {
  if (projectIds && (projectId === ALL_PROJECTS || !projectIds.has(projectId))) return false;
  if (!channelIds) return true;
  const asked = subscription.channelIds;
  return asked.size > 0 && asked.isSubsetOf(channelIds) && ![...subscription.eventTypes].some(isOperational);
}

/** What a replay looks at, and where it sends it. An endpoint that is not there any more is nobody's. */
export function coversReplay(
  { projectIds, channelIds }: AccessScope,
  { filter, targetEndpointId }: Pick<ReplayJob, 'filter' | 'targetEndpointId'>,
  isOwn: (endpointId: string) => boolean,
): boolean {
  if (projectIds === undefined && channelIds === undefined) return true;
  return (
    (projectIds === undefined || isProjectOf(filter, projectIds)) &&
    (channelIds === undefined || isChannelOf(filter, channelIds)) &&
    (targetEndpointId === undefined ? goesTo(filter, isOwn) : isOwn(targetEndpointId))
  );
}

function isProjectOf({ projectId }: ReplayFilter, projectIds: ReadonlySet<string>): boolean {
  return projectId !== undefined && projectIds.has(projectId);
}

function isChannelOf({ channelIds: asked }: ReplayFilter, channelIds: ReadonlySet<string>): boolean {
  return asked.length > 0 && asked.every((channelId) => channelIds.has(channelId));
}

/** Without endpoints it goes to whoever the deliveries were for, and that may be anybody. */
function goesTo({ endpointIds }: ReplayFilter, isOwn: (endpointId: string) => boolean): boolean {
  return endpointIds.length > 0 && endpointIds.every(isOwn);
}
