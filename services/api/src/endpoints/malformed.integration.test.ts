import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Client, type RunningApi, startApi } from '../testing/running-api.ts';

let api: RunningApi;
let owner: Client;

beforeAll(async () => {
  api = await startApi(inject('stack'));
  owner = await api.client();
});

afterAll(() => api.stop());

const hook = 'http://127.0.0.1:9/hook';

describe('a request that is wrong', () => {
  const wrongBodies: [body: unknown, fields: string[]][] = [
    [{}, ['project_id', 'url']],
    [{ project_id: '', url: hook }, ['project_id']],
    [{ project_id: 'x'.repeat(201), url: hook }, ['project_id']],
    [{ project_id: 'a\ud800', url: hook }, ['project_id']],
    [{ url: 5 }, ['project_id', 'url']],
    [{ url: hook, project_id: 'p', kind: 'fax' }, ['kind']],
    [{ url: hook, project_id: 'p', format: 'xml' }, ['format']],
    [
      {
        url: hook,
        project_id: 'p',
        subscription: { event_types: ['publication.published', 'publication.x'] },
      },
      ['subscription.event_types[1]'],
    ],
    [{ url: hook, project_id: 'p', subscription: { channel_ids: ['a', 'a'] } }, ['subscription.channel_ids']],
    [{ url: hook, project_id: 'p', subscription: { channels: [] } }, ['subscription.channels']],
    [{ url: hook, project_id: 'p', subscription: null }, ['subscription']],
    [{ url: hook, project_id: 'p', subscription: { filter: 'video' } }, ['subscription.filter']],
    [
      { url: hook, project_id: 'p', subscription: { filter: { field: 'chanel.type', op: 'exists' } } },
      ['subscription.filter.field'],
    ],
    [
      {
        url: hook,
        project_id: 'p',
        subscription: { filter: { and: [{ field: 'status_code', op: 'gt', value: 'x' }, {}] } },
      },
      ['subscription.filter.and[0].value', 'subscription.filter.and[1]'],
    ],
    [{ url: hook, project_id: 'p', state: 'held' }, ['state']],
    [{ url: hook, project_id: 'p', retry_schedule: [] }, ['retry_schedule']],
    [{ url: hook, project_id: 'p', retry_schedule: ['5s', '7s'] }, ['retry_schedule[1]']],
    [{ url: hook, project_id: 'p', retry_schedule: Array(51).fill('5s') }, ['retry_schedule']],
    [{ url: hook, project_id: 'p', timeout_ms: 50 }, ['timeout_ms']],
    [{ url: hook, project_id: 'p', timeout_ms: '1000' }, ['timeout_ms']],
    [{ url: hook, project_id: 'p', max_concurrency: 1.5 }, ['max_concurrency']],
    [{ url: hook, project_id: 'p', rate_limit_per_second: 0 }, ['rate_limit_per_second']],
    [{ url: hook, project_id: 'p', ordering: 'fifo' }, ['ordering']],
    [
      { url: hook, project_id: 'p', headers: { Host: 'evil', 'webhook-id': '1', 'x-ok': 'yes' } },
      ['headers.host', 'headers.webhook-id'],
    ],
    [{ url: hook, project_id: 'p', headers: { 'x-a': 'line\nbreak' } }, ['headers.x-a']],
    [{ url: hook, project_id: 'p', headers: { 'x-a': 5 } }, ['headers.x-a']],
    [{ url: hook, project_id: 'p', secret: 'hunter2' }, ['secret']],
    [
      { url: hook, project_id: 'p', secret: `whsec_${'QUJD'.repeat(8)}`, signing_scheme: 'v1' },
      ['signing_scheme'],
    ],
    [{ url: hook, project_id: 'p', colour: 'red', id: 1 }, ['colour', 'id']],
    [
      { url: hook, project_id: 'p', timeout_ms: -1, ordering: 1, headers: [] },
      ['timeout_ms', 'ordering', 'headers'],
    ],
    [[], ['']],
    ['null', ['']],
    ['"text"', ['']],
    ['5', ['']],
  ];
  const labelled = wrongBodies.map(
    ([body, wrong]) => [JSON.stringify(body).slice(0, 80), body, wrong] as const,
  );

  it.each(labelled)('%s is told all its mistakes at once, each with its remedy', async (_, body, wrong) => {
    const reply = await owner.send('POST', '/v1/endpoints', body);
    expect(reply.status).toBe(400);
    expect(reply.headers.get('content-type')).toContain('application/problem+json');
    expect(reply.body).toMatchObject({ type: 'urn:herald:problem:invalid_request', status: 400 });
    const errors = reply.body.errors as { field: string; problem: string; remedy: string; in: string }[];
    expect(errors.map(({ field }) => field)).toEqual(wrong);
    for (const error of errors) {
      expect(error).toMatchObject({
        in: 'body',
        problem: expect.stringMatching(/./),
        remedy: expect.stringMatching(/./),
      });
    }
    expect(JSON.stringify(reply.body)).not.toContain('hunter2');
  });

  it.each([
    ['cut', '{"project_id":', 400, 'malformed_json'],
    ['too large', JSON.stringify({ name: 'x'.repeat(70_000) }), 413, 'body_too_large'],
  ])('that is %s is refused before it is looked into', async (_, body, status, code) => {
    const reply = await owner.send('POST', '/v1/endpoints', body);
    expect(reply).toMatchObject({ status, body: { type: `urn:herald:problem:${code}` } });
  });

  it('in another format is told to be JSON', async () => {
    const reply = await owner.send('POST', '/v1/endpoints', 'a=b', {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(reply).toMatchObject({ status: 415, body: { type: 'urn:herald:problem:unsupported_type' } });
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['project_id=', 'project_id'],
    ['colour=red', 'colour'],
  ])('as a query %s names what is wrong', async (query, field) => {
    const reply = await owner.get(`/v1/endpoints?${query}`);
    expect(reply.status).toBe(400);
    expect(reply.body.errors).toEqual([expect.objectContaining({ in: 'query', field })]);
  });

  it('with a cursor that cannot be read does not get everything', async () => {
    expect(await owner.get('/v1/endpoints?cursor=nonsense')).toMatchObject({
      status: 400,
      body: { type: 'urn:herald:problem:refused_cursor' },
    });
  });
});
