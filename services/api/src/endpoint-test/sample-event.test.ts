import { expect, it } from 'vitest';
import { sampleEvent } from './sample-event.ts';

it('a test of a publication is of one project, also where the endpoint is of all', () => {
  const projectOf = (projectId: string, eventType: 'publication.failed' | 'endpoint.failing') => {
    const subscription = { channelIds: new Set<string>(), eventTypes: new Set<never>() };
    const endpoint = { id: 'ep_1', accountId: 'acc_1', projectId, name: '', url: '', subscription };
    return sampleEvent(endpoint, eventType, { eventId: 'e', nowMs: 0 }).project_id;
  };
  expect(projectOf('p1', 'publication.failed')).toBe('p1');
  expect(projectOf('*', 'publication.failed')).toBe('proj_test');
  // What happens to such an endpoint is told to those of all projects.
  expect(projectOf('*', 'endpoint.failing')).toBe('*');
});
