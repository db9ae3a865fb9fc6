import type { Endpoint } from '@herald/domain/endpoint';
import { describe, expect, it } from 'vitest';
import { cutPage } from './endpoint-page.ts';

const some = ['ep_3', 'ep_1', 'ep_5', 'ep_2', 'ep_4'].map((id) => ({
  endpoint: { id } as Endpoint,
  revision: 0,
}));

function page(limit: number, cursor?: string) {
  const cut = cutPage(some, limit, cursor);
  if (cut.kind === 'refused_cursor') throw new Error(cut.reason);
  return { ids: cut.items.map(({ endpoint }) => endpoint.id), next: cut.nextCursor };
}

describe('a page of endpoints', () => {
  it('is newest first and ends without a cursor', () => {
    const first = page(2);
    expect(first.ids).toEqual(['ep_5', 'ep_4']);
    const second = page(3, first.next);
    expect(second).toEqual({ ids: ['ep_3', 'ep_2', 'ep_1'], next: undefined });
    expect(page(5).next).toBeUndefined();
  });

  it('goes on where the last one ended though its last endpoint is gone', () => {
    const { next } = page(2);
    const left = some.filter(({ endpoint }) => endpoint.id !== 'ep_4');
    const cut = cutPage(left, 2, next);
    expect(cut.kind === 'page' && cut.items.map(({ endpoint }) => endpoint.id)).toEqual(['ep_3', 'ep_2']);
  });

  it.each(['', 'x', 'bnVsbA', Buffer.from('{"after":5}').toString('base64url')])(
    'refuses the cursor %j instead of beginning again',
    (cursor) => {
      expect(cutPage(some, 2, cursor).kind).toBe('refused_cursor');
    },
  );
});
