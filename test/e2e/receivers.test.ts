import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { freePorts } from '@herald/local-stack/ports';
import { eventually } from '@herald/testkit/eventually';
import { assembleMessage } from '@herald/webhook/message';
import { render } from '@herald/webhook/render';
import { parseSecret } from '@herald/webhook/secret';
import type { Signer } from '@herald/webhook/sign';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');

interface Language {
  name: string;
  /** Of the code block in docs/receivers.md. */
  block: string;
  file: string;
  /** Answers where the toolchain is present. */
  probe: readonly [string, ...string[]];
  build?: readonly [string, ...string[]];
  start: (port: number) => readonly [string, ...string[]];
}

const LANGUAGES: readonly Language[] = [
  {
    name: 'Node.js',
    block: 'js',
    file: 'receiver.mjs',
    probe: [process.execPath, '--version'],
    start: () => [process.execPath, 'receiver.mjs'],
  },
  {
    name: 'Python',
    block: 'python',
    file: 'receiver.py',
    probe: ['python3', '--version'],
    start: () => ['python3', 'receiver.py'],
  },
  {
    name: 'Go',
    block: 'go',
    file: 'main.go',
    probe: ['go', 'version'],
    build: ['go', 'build', '-o', 'receiver', 'main.go'],
    start: () => ['./receiver'],
  },
  {
    name: 'PHP',
    block: 'php',
    file: 'receiver.php',
    probe: ['php', '--version'],
    start: (port) => ['php', '-S', `127.0.0.1:${port}`, 'receiver.php'],
  },
  {
    name: 'Java',
    block: 'java',
    file: 'Receiver.java',
    probe: ['java', '-version'],
    start: () => ['java', '-XX:TieredStopAtLevel=1', 'Receiver.java'],
  },
];

const page = await readFile(join(root, 'docs', 'receivers.md'), 'utf8');
const event = JSON.parse(
  await readFile(
    new URL('events/tiktok-video-failed.json', import.meta.resolve('@herald/schemas/examples/README.md')),
    'utf8',
  ),
) as PublicationEvent;

const present = await Promise.all(
  LANGUAGES.map(async ({ probe: [command, ...options] }) =>
    run(command, options).then(
      () => true,
      () => false,
    ),
  ),
);

function programOf({ block }: Language): string {
  const found = new RegExp(`^\`\`\`${block}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(page)?.[1];
  if (found === undefined) throw new Error(`docs/receivers.md has no block of ${block}`);
  return found;
}

function newSecret(): { text: string; signer: Signer } {
  const text = `whsec_${randomBytes(32).toString('base64')}`;
  const parsed = parseSecret(text);
  if (parsed.kind === 'invalid') throw new Error(parsed.message);
  return { text, signer: { ...parsed, expiresAtMs: undefined } };
}

it('the page has a receiver for at least five languages', () => {
  expect(LANGUAGES.map(programOf)).toHaveLength(5);
});

describe.each(LANGUAGES.map((language, index) => ({ ...language, isPresent: present[index] as boolean })))(
  'the receiver in $name',
  (language) => {
    const secret = newSecret();
    const former = newSecret();
    let dir: string;
    let port: number;
    let child: ChildProcess;
    let output = '';

    beforeAll(async () => {
      if (!language.isPresent) return;
      // Within the project, so that the one in Node.js finds its package.
      dir = await mkdtemp(join(language.name === 'Node.js' ? import.meta.dirname : tmpdir(), '.receiver-'));
      await writeFile(join(dir, language.file), programOf(language));
      const env = {
        ...process.env,
        GOTOOLCHAIN: 'local',
        GOPROXY: 'off',
        HERALD_SIGNING_SECRET: secret.text,
      };
      if (language.build) {
        const [command, ...options] = language.build;
        await run(command, options, { cwd: dir, env });
      }
      [port] = (await freePorts(1)) as [number];
      const [command, ...options] = language.start(port);
      child = spawn(command, options, { cwd: dir, env: { ...env, PORT: String(port) } });
      child.stdout?.on('data', (chunk) => {
        output += chunk;
      });
      child.stderr?.on('data', (chunk) => {
        output += chunk;
      });
      await eventually(async () => {
        await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}' });
      });
    });

    afterAll(async () => {
      child?.kill('SIGKILL');
      if (dir !== undefined) await rm(dir, { recursive: true, force: true });
    });

    interface Sending {
      eventId: string;
      signers?: Signer[];
      nowMs?: number;
      change?: (body: string) => string;
    }

    async function send({ eventId, signers = [secret.signer], nowMs = Date.now(), change }: Sending) {
      const rendered = render({ ...event, event_id: eventId }, 'publication');
      if (rendered.kind !== 'rendered') throw new Error(rendered.reason);
      const url = `http://127.0.0.1:${port}/`;
      const { request } = assembleMessage({
        endpoint: { id: 'ep_1', url, timeoutMs: 15_000, headers: {} },
        delivery: { eventId, attempts: 0, cause: 'event', traceparent: undefined },
        rendered,
        recorded: { url, headers: {}, credentials: [] },
        signers,
        version: '0.0.0',
        nowMs,
      });
      const body = request.body.toString();
      const { status } = await fetch(url, {
        method: 'POST',
        headers: { ...request.headers },
        body: change?.(body) ?? body,
      });
      return { status, id: request.headers['webhook-id'] as string };
    }

    const test = it.skipIf(!language.isPresent);

    test('takes what Herald sends, and does once what comes twice', async () => {
      const eventId = randomUUID();
      const first = await send({ eventId });
      const second = await send({ eventId });
      expect([first.status, second.status], output).toEqual([204, 204]);
      await eventually(() => {
        expect(output.split('\n').filter((line) => line === `${first.id} publication.failed`)).toHaveLength(
          1,
        );
      });
    });

    test('takes what two secrets have signed during a rotation', async () => {
      const { status } = await send({ eventId: randomUUID(), signers: [former.signer, secret.signer] });
      expect(status).toBe(204);
    });

    test('outlives a sender that leaves in the middle of its request', async () => {
      const socket = connect(port, '127.0.0.1');
      socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nabc');
      await new Promise((resolve) => setTimeout(resolve, 50));
      await new Promise((resolve) => socket.once('close', resolve).destroy());
      expect((await send({ eventId: randomUUID() })).status).toBe(204);
    });

    test('refuses another body, another secret, an old time and no signature', async () => {
      const eventId = randomUUID();
      const refused = [
        await send({
          eventId,
          change: (body) => body.replace('publication.failed', 'publication.published'),
        }),
        await send({ eventId, signers: [former.signer] }),
        await send({ eventId, nowMs: Date.now() - 3_600_000 }),
        await send({ eventId, signers: [] }),
      ];
      for (const { status } of refused) expect([400, 401]).toContain(status);
      expect(output).not.toContain(refused[0]?.id as string);
    });
  },
);
