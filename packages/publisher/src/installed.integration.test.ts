import { join } from 'node:path';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { SUBJECT_SCHEMAS } from '@herald/contracts/schemas';
import { TOPIC_SPECS } from '@herald/contracts/topics';
import { applyTopics } from '@herald/kafka/topics';
import { codeBlocks, type InstalledPackage, installPacked } from '@herald/pack/installed-package';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

const workspace = join(import.meta.dirname, '..');
const { brokers, registryUrl } = inject('stack');
let installed: InstalledPackage;

beforeAll(async () => {
  const source = connectSchemaRegistry({ url: registryUrl });
  [installed] = await Promise.all([
    installPacked(workspace),
    applyTopics({ brokers, clientId: 'installed-test', logger: { log: () => {} } }, TOPIC_SPECS, {
      replicationFactor: 1,
    }),
    ...SUBJECT_SCHEMAS.map((subjectSchema) => source.apply(subjectSchema)),
  ]);
});

afterAll(() => installed?.remove());

/** The examples of the README, with the addresses of the test's own servers. */
async function examples(language: string): Promise<string[]> {
  const blocks = await codeBlocks(join(workspace, 'README.md'), language);
  return blocks.map((code) =>
    code
      .replace("'127.0.0.1:9092'", brokers.map((broker) => `'${broker}'`).join(', '))
      .replace('http://127.0.0.1:8081/apis/ccompat/v7', registryUrl),
  );
}

test('installed into an empty project it publishes, as plain JavaScript and as its README shows', async () => {
  const [publishing, failing] = await examples('js');
  const printed = await installed.run(publishing as string);
  expect(printed).toMatch(/^[0-9a-f-]{36} is on record at publication\.events:\d+:\d+\n$/);
  const problems = await installed.run(failing as string);
  expect(problems).toContain('event_type: it is none of the three types. Give "publication.published"');
  expect(problems).toContain('occurred_at: it is missing. Give ISO 8601');
});

test('its types are strict: what the README shows passes, and a wrong event does not', async () => {
  const [code] = await examples('ts');
  await installed.typeCheck(`${code}
// @ts-expect-error: there is no such type of event
await published([{ ...({} as EventInput), event_type: 'publication.liked' }]);
`);
});
