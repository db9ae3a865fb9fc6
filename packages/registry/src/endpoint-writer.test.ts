import type { Endpoint } from '@herald/domain/endpoint';
import { expect, it } from 'vitest';
import { decideEdit, unlessUnreadable } from './endpoint-writer.ts';

const current = { value: { id: 'ep_1', projectId: 'own', name: '' } as Endpoint, revision: 7 };
const ofOwn = ({ projectId }: Endpoint) => projectId === 'own';
const rename = (endpoint: Endpoint): Endpoint => ({ ...endpoint, name: 'new' });

it('an edit is decided on the revision that it names, or on whatever is current', () => {
  expect(decideEdit(7, rename, ofOwn)(current)).toEqual({ write: { ...current.value, name: 'new' } });
  expect(decideEdit(undefined, rename, ofOwn)(current)).toHaveProperty('write');
  expect(decideEdit(6, rename, ofOwn)(current)).toMatchObject({ refuse: { kind: 'conflict' } });
  expect(decideEdit(undefined, rename, ofOwn)(undefined)).toEqual({ refuse: { kind: 'missing' } });
});

it('an endpoint that was taken out of somebody’s reach meanwhile is missing to him, whatever he edits', () => {
  const moved = { ...current, value: { ...current.value, projectId: 'other' } };
  for (const revision of [undefined, 6, 7]) {
    expect(decideEdit(revision, rename, ofOwn)(moved)).toEqual({ refuse: { kind: 'missing' } });
    expect(decideEdit(revision, () => undefined, ofOwn)(moved)).toEqual({ refuse: { kind: 'missing' } });
  }
});

it('nobody edits an endpoint so that it would be beyond his reach; to delete it is no such edit', () => {
  const widen = (endpoint: Endpoint): Endpoint => ({ ...endpoint, projectId: 'other' });
  expect(decideEdit(7, widen, ofOwn)(current)).toEqual({ refuse: { kind: 'not_admitted' } });
  expect(decideEdit(7, () => undefined, ofOwn)(current)).toEqual({ write: undefined });
});

it('an edit that comes to what already is writes nothing, and is answered with the revision that is', () => {
  expect(decideEdit(undefined, (same) => same, ofOwn)(current)).toEqual({
    refuse: { kind: 'written', revision: 7 },
  });
});

it('what a newer version wrote is not written over by one that cannot read it', () => {
  const make = () => ({ write: current.value });
  expect(unlessUnreadable(() => true, make)(undefined)).toMatchObject({ refuse: { kind: 'unavailable' } });
  expect(unlessUnreadable(() => true, make)(current)).toEqual({ write: current.value });
  expect(unlessUnreadable(() => false, make)(undefined)).toEqual({ write: current.value });
});
