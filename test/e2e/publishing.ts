import type { Published } from '@herald/publisher/published';
import { createPublisher } from '@herald/publisher/publisher';
import { runSimulation } from '@herald/publisher/simulation-run';
import { type SimulatedEvent, simulatedWorld, simulateEvents } from '@herald/publisher/simulator';
import type { Herald, TestAccount } from '@herald/testkit/herald';

export interface PublishOptions {
  count: number;
  eventsPerSecond: number;
  seed: number;
  /** Called for each event that is on record, with how many there are by now. */
  onPublished?: (count: number, published: Published) => void;
}

/** Publishes simulated events of the account by the SDK; resolves with those on record. */
export async function publish(
  { stack }: Herald,
  { accountId }: TestAccount,
  { count, eventsPerSecond, seed, onPublished = () => {} }: PublishOptions,
): Promise<SimulatedEvent[]> {
  const accounts = simulatedWorld({ accountIds: [accountId], projectsPerAccount: 1, channelsPerProject: 3 });
  const publisher = await createPublisher({ brokers: stack.brokers, registry: stack.registryUrl });
  const published: SimulatedEvent[] = [];
  try {
    await runSimulation({
      events: simulateEvents({ seed, accounts, now: Date.now }),
      publish: (event) => publisher.publish(event),
      count,
      eventsPerSecond,
      onPublished(event, at) {
        published.push(event);
        onPublished(published.length, at);
      },
    });
  } finally {
    await publisher.close();
  }
  return published;
}

/** Publishes one event of the account by HTTP ingest; resolves when it is on record. */
export async function publishByHttp(
  { services }: Herald,
  { accountId, projectId, apiKey }: TestAccount,
  given: object = {},
): Promise<void> {
  const response = await fetch(`${services.addresses('producer').ingestUrl}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      event_type: 'publication.published',
      occurred_at: new Date().toISOString(),
      account_id: accountId,
      project_id: projectId,
      channel: { id: 'by-http', type: 'instagram' },
      publication_id: 'post_by_http',
      content: { media_type: 'text' },
      ...given,
    }),
  });
  if (!response.ok) throw new Error(`The event was answered ${response.status}: ${await response.text()}`);
}
