import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { problemsOf, statusesOf, undescribed } from './described.ts';
import { type Answer, operation } from './operation.ts';

const none = z.strictObject({});

const rename = operation({
  method: 'patch',
  path: '/v1/things/{thing_id}',
  operationId: 'renameThing',
  tag: 'endpoints',
  summary: 'Rename a thing.',
  role: 'write',
  params: z.strictObject({ thing_id: z.string() }),
  query: none,
  body: z.strictObject({ name: z.string() }),
  answers: z.object({ name: z.string(), renamed_at: z.string().nullable() }),
  responseHeaders: ['etag'],
  problems: ['404 not_found', '503 busy'],
  handle: () => ({ status: 204 }),
});

const answered = (body: unknown, headers: Record<string, string> = { ETag: '"1"' }): Answer => ({
  status: 200,
  headers,
  body,
});

describe('an answer', () => {
  it('that is as described passes, and what says how long it may be kept with it', () => {
    const headers = { etag: '"1"', 'cache-control': 'no-store' };
    expect(undescribed(rename, answered({ name: 'a', renamed_at: null }, headers))).toBeUndefined();
  });

  it.each<[fault: string, answer: Answer]>([
    ['does not list the status 202', { status: 202, body: {} }],
    ['renamed_at', answered({ name: 'a' })],
    ['fields that are not described', answered({ name: 'a', renamed_at: null, extra: 1 })],
    ['without the header etag', answered({ name: 'a', renamed_at: null }, {})],
    ['does not list the header location', answered({}, { etag: '"1"', location: '/' })],
    [
      'does not list the problem 409 taken',
      { problem: { status: 409, code: 'taken', title: '', detail: '' } },
    ],
    ['does not list the problem 404 gone', { problem: { status: 404, code: 'gone', title: '', detail: '' } }],
    [
      'answers 503 busy without the header retry-after',
      { problem: { status: 503, code: 'busy', title: '', detail: '' } },
    ],
    ['and does not say so', { status: 200, headers: { etag: '"1"' }, stream: () => {} }],
  ])('that is not as described is told from one that is: %s', (fault, answer) => {
    expect(undescribed(rename, answer)).toContain('PATCH /v1/things/{thing_id} ');
    expect(undescribed(rename, answer)).toContain(fault);
  });

  it('may be any problem that mounting answers with, those of a body only where one is taken', () => {
    expect(problemsOf(rename)).toContain('413 body_too_large');
    expect(problemsOf({ ...rename, body: undefined })).not.toContain('413 body_too_large');
    expect(problemsOf({ ...rename, body: undefined })).toContain('401 unauthorized');
  });

  it('has the status 200, or 204 where there is no body, unless the operation says otherwise', () => {
    expect(statusesOf(rename)).toEqual([200]);
    expect(statusesOf({ ...rename, answers: undefined })).toEqual([204]);
    expect(statusesOf({ ...rename, statuses: [202] })).toEqual([202]);
  });
});
