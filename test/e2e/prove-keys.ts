import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@herald/testkit/eventually';
import { expect } from 'vitest';

/** The command line, with Herald up. */
export interface CliUnderTest {
  env: NodeJS.ProcessEnv;
  /** For files of the test. */
  dir: string;
  herald: (...args: string[]) => Promise<{ code: number }>;
  heraldJson: <T>(...args: string[]) => Promise<T>;
}

async function ask(key: string, method: string, url: string, body?: object) {
  const answer = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as { key: string; key_id: string } };
}

interface Audit {
  items: { actor: { kind: string; id: string }; action: string; state: string; subject: { id: string } }[];
}

/** A key that is made by the API opens every service until it is revoked there, and the audit says who did both. */
export async function proveKeys(cli: CliUnderTest): Promise<void> {
  const { env, dir, heraldJson } = cli;
  const api = env.HERALD_API_URL as string;
  const ingest = `http://127.0.0.1:${env.HERALD_INGEST_PORT}/v1/events`;
  const operators = ['keys', 'create', '--account', 'acme', '--role', 'admin'];
  const { key, key_id } = await heraldJson<{ key: string; key_id: string }>(...operators);
  const made = await eventually(async () => {
    const answer = await ask(key, 'POST', `${api}/v1/api-keys`, { role: 'write' });
    expect(answer.status).toBe(201);
    return answer.body;
  });
  /** Ingest refuses what is no event, but only of who may send any. */
  const opens = async () => [
    (await ask(made.key, 'GET', `${api}/v1/endpoints`)).status,
    (await ask(made.key, 'POST', ingest, {})).status,
  ];
  await eventually(async () => expect(await opens()).toEqual([200, 422]));
  expect((await ask(key, 'DELETE', `${api}/v1/api-keys/${made.key_id}`)).status).toBe(200);
  await eventually(async () => expect(await opens()).toEqual([401, 401]));

  writeFileSync(join(dir, 'admin.env'), `HERALD_API_KEY=${key}\n`);
  await portalLinks(cli, '--env-file', join(dir, 'admin.env'));
  const done = { state: 'done' };
  const byKey = { ...done, actor: { kind: 'api_key', id: key_id } };
  const byOperator = { ...done, actor: { kind: 'operator', id: expect.stringContaining('@') } };
  await eventually(async () => {
    const { items } = await heraldJson<Audit>('--env-file', join(dir, 'admin.env'), 'audit', 'list');
    const of = (id: string) => items.filter(({ subject }) => subject.id === id);
    expect(of(made.key_id)).toMatchObject([
      { ...byKey, action: 'api_key.revoked' },
      { ...byKey, action: 'api_key.created' },
    ]);
    expect(of(key_id)).toMatchObject([{ ...byOperator, action: 'api_key.created' }]);
  });
}

/** A link is made, opens what it is limited to, and ends with its session. */
async function portalLinks({ env, herald, heraldJson }: CliUnderTest, ...admin: string[]) {
  const api = env.HERALD_API_URL as string;
  const links = (...args: string[]) => [...admin, 'portal-links', ...args];
  const link = await heraldJson<{ link_id: string; url: string; token: string }>(
    ...links('create', '--projects', 'proj_1,proj_2', '--expires-in', '60'),
  );
  expect(link.url).toBe(`/enter#t=${link.token}`);
  const entered = await fetch(`${api}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ portal_token: link.token }),
  });
  const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
  const me = () => fetch(`${api}/v1/me`, { headers: { cookie } });
  expect(await (await me()).json()).toMatchObject({ scope: { project_ids: ['proj_1', 'proj_2'] } });
  const listed = await heraldJson<{ items: object[] }>(...links('list', '--limit', '1'));
  expect(listed.items).toMatchObject([{ link_id: link.link_id, state: 'in_session' }]);
  expect((await herald(...links('revoke', link.link_id))).code).toBe(0);
  expect((await me()).status).toBe(401);
}
