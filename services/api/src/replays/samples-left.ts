import type { ReplayProgress, Sample } from '@herald/replay/progress';

/**
 * The samples of a plan without those that were erased since it was begun: their events were accepted before it ended,
 * and a plan that began later has left them out itself.
 */
export function samplesLeft(
  { samples, startedAtMs }: Pick<ReplayProgress, 'samples' | 'startedAtMs'>,
  erasedAtMs: (publicationId: string) => number | undefined,
): Sample[] {
  return samples.filter(({ publicationId }) => {
    const atMs = erasedAtMs(publicationId);
    return atMs === undefined || atMs < startedAtMs;
  });
}
