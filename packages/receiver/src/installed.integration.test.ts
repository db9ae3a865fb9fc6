import { join } from 'node:path';
import { codeBlocks, type InstalledPackage, installPacked } from '@herald/pack/installed-package';
import { afterAll, beforeAll, expect, test } from 'vitest';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const README = join(import.meta.dirname, '..', 'README.md');
let installed: InstalledPackage;

beforeAll(async () => {
  installed = await installPacked(join(import.meta.dirname, '..'), {
    beside: ['express@5.3.0', 'standardwebhooks@1.1.1'],
  });
});

afterAll(() => installed?.remove());

/** An example of the README on a port that is free, sent a message that is signed and one that is not. */
async function visited(example: string): Promise<string> {
  const listening = example.replace(/\.listen\(4000\)/, (call) =>
    call.replace('4000', "0, '127.0.0.1', visit"),
  );
  return installed.run(
    `${listening}
async function visit() {
  const { Webhook } = await import('standardwebhooks');
  const url = \`http://127.0.0.1:\${this.address().port}/hook\`;
  const body = JSON.stringify({ type: 'publication.published', data: { result: { url: 'https://example.com/post' } } });
  const sentAt = new Date();
  const headers = {
    'content-type': 'application/json',
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
    'webhook-signature': new Webhook(process.env.HERALD_SIGNING_SECRET).sign('msg_1', sentAt, body),
  };
  for (const sent of [body, body + ' ']) {
    const { status } = await fetch(url, { method: 'POST', headers, body: sent });
    console.log('answered', status);
  }
  process.exit();
}
`,
    { HERALD_SIGNING_SECRET: SECRET },
  );
}

test('installed into an empty project it receives, as plain JavaScript and as its README shows', async () => {
  const [plain, withExpress] = (await codeBlocks(README, 'js')) as [string, string];
  expect(await visited(plain)).toBe('msg_1 https://example.com/post\nanswered 204\nanswered 401\n');
  expect(await visited(withExpress)).toBe('msg_1 publication.published\nanswered 204\nanswered 401\n');
});

test('its types are strict: what the README shows passes, and a wrong message does not', async () => {
  const [code] = await codeBlocks(README, 'ts');
  await installed.typeCheck(`${code}
import { webhooks } from '@herald/webhooks/express';

const upload = createReceiver({ secrets: 'whsec_', format: 'upload-post' });
export const result = (headers: Headers) => {
  const received = upload.receive(headers, '');
  // @ts-expect-error: it was not looked at whether the signature holds
  received.message.result;
  return received.ok ? received.message.result.success : webhooks(upload);
};
`);
});
