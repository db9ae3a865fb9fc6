import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { Herald, TestAccount } from '@herald/testkit/herald';
import { publishByHttp } from './publishing.ts';

const folder = new URL('../../schemas/examples/', import.meta.url);

/** What a receiver gets for an example, byte by byte: the files have white space added. */
export function examplePayload(event: string, format: string): string {
  return JSON.stringify(read(`payloads/${event}.${format}.json`));
}

/** Publishes an example of an event about a publication as one of the account. */
export async function publishExample(herald: Herald, account: TestAccount, name: string): Promise<void> {
  const { endpoint: _, ...event } = read(`events/${name}.json`) as PublicationEvent;
  await publishByHttp(herald, account, {
    ...event,
    event_id: randomUUID(),
    account_id: account.accountId,
    event_type: `publication.${event.event_type.toLowerCase()}`,
    occurred_at: new Date(event.occurred_at).toISOString(),
    content: { ...event.content, media_type: event.content.media_type.toLowerCase() },
  });
}

function read(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, folder), 'utf8'));
}
