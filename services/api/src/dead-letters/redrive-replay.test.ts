import { NO_FILTER } from '@herald/replay/job';
import type { ReplayProgress } from '@herald/replay/progress';
import { describe, expect, it } from 'vitest';
import type { Replay } from '../replays/replay-view.ts';
import { placeOfRedrive, redriveOf } from './redrive-replay.ts';

const NOON_MS = Date.UTC(2026, 0, 15, 12);

const asked = redriveOf({
  filter: { endpoint_id: 'ep', status: 503 },
  per_second: 10,
  dry_run: false,
});

/** What the account has had done of it, in order. */
function replaysIn(...states: (ReplayProgress['state'] | undefined)[]): Replay[] {
  const replays: Replay[] = [];
  for (const state of states) {
    const place = placeOfRedrive('acme', asked, replays, NOON_MS);
    if (place.kind !== 'new') throw new Error('it was asked for before');
    const createdAtMs = NOON_MS + replays.length;
    replays.push({
      job: {
        ...asked,
        id: place.replayId,
        accountId: 'acme',
        wanted: 'running',
        createdAtMs,
        updatedAtMs: createdAtMs,
      },
      progress: state && ({ state } as ReplayProgress),
    });
  }
  return replays;
}

describe('a redrive by filter', () => {
  it('is a replay of the deliveries that are dead, and of no others', () => {
    expect(asked).toEqual({
      dryRun: false,
      source: { kind: 'history', states: ['dead'], lastStatuses: [503], fromMs: undefined, toMs: undefined },
      filter: { ...NO_FILTER, endpointIds: ['ep'] },
      targetEndpointId: undefined,
      skipDelivered: true,
      perSecond: 10,
    });
  });

  it('is one replay for two who ask at once', () => {
    const ask = (accountId: string) => placeOfRedrive(accountId, asked, [], NOON_MS);
    expect(ask('acme')).toEqual(ask('acme'));
    expect(ask('acme')).not.toEqual(ask('other'));
  });

  it.each([undefined, 'planning', 'running', 'paused'] as const)(
    'is the one that was asked for before while that is open (%s)',
    (state) => {
      const replays = replaysIn(state);
      expect(placeOfRedrive('acme', { ...asked, perSecond: 99 }, replays, NOON_MS)).toEqual({
        kind: 'asked_before',
        replay: replays[0],
      });
    },
  );

  it.each(['completed', 'cancelled', 'failed'] as const)('is another one when the last is %s', (state) => {
    const replays = replaysIn(state, state, state);
    expect(new Set(replays.map(({ job }) => job.id)).size).toBe(3);
    expect(placeOfRedrive('acme', asked, replays, NOON_MS)).toMatchObject({ kind: 'new' });
  });

  it('is the one that has just sent all, whose deliveries may have left nothing on record yet', () => {
    const [replay] = replaysIn('completed');
    const sent = { ...replay!, progress: { state: 'completed', finishedAtMs: NOON_MS } as ReplayProgress };
    expect(placeOfRedrive('acme', asked, [sent], NOON_MS + 2_000)).toEqual({
      kind: 'asked_before',
      replay: sent,
    });
    expect(placeOfRedrive('acme', asked, [sent], NOON_MS + 120_000)).toMatchObject({ kind: 'new' });
  });

  it('is not mixed up with that of another filter, nor with a plan', () => {
    const replays = replaysIn('running');
    const other = redriveOf({ filter: { endpoint_id: 'ep' }, per_second: 10, dry_run: false });
    expect(placeOfRedrive('acme', other, replays, NOON_MS)).toMatchObject({ kind: 'new' });
    expect(placeOfRedrive('acme', { ...asked, dryRun: true }, replays, NOON_MS)).toMatchObject({
      kind: 'new',
    });
  });

  it('is not mixed up with what sends elsewhere, or delivered ones too, nor with a bulk plan', () => {
    const [replay] = replaysIn('running');
    for (const other of [
      { ...replay!.job, targetEndpointId: 'ep_other' },
      { ...replay!.job, skipDelivered: false },
      { ...replay!.job, id: 'bp_1' },
    ]) {
      expect(placeOfRedrive('acme', asked, [{ ...replay!, job: other }], NOON_MS)).toMatchObject({
        kind: 'new',
      });
    }
  });

  it('is planned anew after a plan of it was started and is over', () => {
    const plan = { ...asked, dryRun: true };
    const first = placeOfRedrive('acme', plan, [], NOON_MS);
    if (first.kind !== 'new') throw new Error('it was asked for before');
    const [run] = replaysIn('completed');
    const started = { ...run!, job: { ...run!.job, id: first.replayId } };
    const next = placeOfRedrive('acme', plan, [started], NOON_MS + 120_000);
    expect(next).toMatchObject({ kind: 'new' });
    expect(next).not.toEqual(first);
  });
});
