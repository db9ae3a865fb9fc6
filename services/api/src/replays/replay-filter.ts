import type { EventType } from '@herald/domain/event-type';
import type { NewReplay } from '@herald/registry/replay-jobs';
import type { z } from 'zod';
import type { filter } from './replay-fields.ts';

/** What was asked for, as jobs name it. */
export function replayFilterOf(asked: z.output<typeof filter>): NewReplay['filter'] {
  return {
    projectId: asked.project_id,
    endpointIds: asked.endpoint_ids,
    channelIds: asked.channel_ids,
    eventTypes: asked.event_types as EventType[],
    publicationIds: asked.publication_ids,
    eventIds: asked.event_ids,
    reasons: asked.reasons,
  };
}
