import { eventually } from '@herald/testkit/eventually';
import { connectHeraldApi } from '@herald/testkit/herald-api';
import { createReceiver, type Received } from '@herald/testkit/receiver';
import { Webhook } from 'standardwebhooks';
import type { Hall, Verdict } from './present.ts';
import type { QuickstartOptions } from './quickstart-options.ts';
import type { Screen } from './screen.ts';
import { openStage } from './stage.ts';
import { createStopwatch } from './stopwatch.ts';

const PROJECT = 'prj_quickstart';

interface Tested {
  webhook_id: string;
  attempt: { outcome: string; response: { status: number } | null } | null;
}

interface Page {
  items: { delivery_id: string; state: string; attempts: number }[];
}

/** What an integrator does with HTTP, and nothing but HTTP; only the servers and the first key are the operator's. */
export async function performQuickstart({
  options,
  screen,
  closing,
  interrupted,
}: Hall & { options: QuickstartOptions }): Promise<Verdict> {
  const watch = createStopwatch(() => performance.now());
  const stage = await watch.time('stack', () => openStage(options, screen, closing));
  const receiver = await createReceiver();
  closing.defer(() => receiver.close());

  screen.section('By the API alone');
  const admin = connectHeraldApi({ url: stage.apiUrl, key: stage.apiKey });
  const { key } = await watch.time('key', () =>
    asked(screen, 'POST /v1/api-keys', () =>
      admin.post<{ key: string }>('/v1/api-keys', { name: 'quickstart', role: 'write' }),
    ),
  );
  const api = connectHeraldApi({ url: stage.apiUrl, key });
  const endpoint = await watch.time('endpoint', () =>
    asked(screen, 'POST /v1/endpoints', () =>
      api.post<{ endpoint_id: string; secret: string }>('/v1/endpoints', {
        project_id: PROJECT,
        name: 'quickstart',
        url: `${receiver.url}/hook`,
      }),
    ),
  );

  const webhook = new Webhook(endpoint.secret);
  const refused: string[] = [];
  receiver.verifyWith(({ webhookId, headers, body }: Received) => {
    try {
      webhook.verify(body, headers as Record<string, string>);
      return true;
    } catch {
      refused.push(webhookId);
      return false;
    }
  });

  const path = `/v1/endpoints/${endpoint.endpoint_id}/test`;
  const tested = await watch.time('test_event', () =>
    asked(screen, `POST ${path}`, () => api.post<Tested>(path, {})),
  );
  screen.line(`  answered ${tested.attempt?.response?.status ?? tested.attempt?.outcome ?? 'nothing yet'}`);

  const eventId = await watch.time('event', async () => {
    const ingest = connectHeraldApi({ url: stage.ingestUrl, key });
    const accepted = await asked(screen, 'POST /v1/events', () =>
      ingest.post<{ event_id: string }>('/v1/events', realEvent()),
    );
    await eventually(() => {
      const arrived = receiver.requests.some(({ body }) => body.includes(accepted.event_id));
      if (!arrived) throw new Error('the event has not arrived');
    });
    return accepted.event_id;
  });
  const [delivery] = await watch.time('history', () => untilDelivered(api, eventId));
  screen.line(`GET /v1/deliveries: ${delivery?.state} with attempt ${delivery?.attempts}`);

  // A message may come twice, though it hardly ever does.
  const accepted = receiver.requests.filter(({ status }) => status === 200);
  const verified = new Set(accepted.map(({ webhookId }) => webhookId)).size;
  screen.section(`${verified} messages, each verified by npm standardwebhooks`);
  if (!options.exit) {
    screen.line(`API   ${stage.apiUrl}    docs   ${stage.apiUrl}/docs`);
    screen.line('Ctrl-C ends it.');
    await interrupted;
  }
  const summary = {
    messages: receiver.requests.length,
    verified,
    seconds: watch.seconds(),
    api_seconds: watch.total({ without: 'stack' }),
  };
  return { summary, complaints: complaintsAbout(tested, verified, refused) };
}

/** Shows what is asked for, and does it. */
async function asked<T>(screen: Screen, request: string, ask: () => Promise<T>): Promise<T> {
  screen.line(request);
  return ask();
}

function realEvent() {
  return {
    event_type: 'publication.published',
    occurred_at: new Date().toISOString(),
    project_id: PROJECT,
    channel: { id: 'ch_instagram', type: 'instagram', name: 'quickstart' },
    publication_id: 'pub_quickstart',
    content: { media_type: 'photo', title: 'Hello', caption: 'My first webhook' },
    status_code: 200,
    result: { url: 'https://www.instagram.com/p/hello/' },
  };
}

function untilDelivered(api: ReturnType<typeof connectHeraldApi>, eventId: string): Promise<Page['items']> {
  return eventually(async () => {
    const { items } = await api.get<Page>(`/v1/deliveries?event_id=${eventId}`);
    if (items[0]?.state !== 'delivered') throw new Error('the delivery is not in the history yet');
    return items;
  });
}

function complaintsAbout(tested: Tested, verified: number, refused: readonly string[]): string[] {
  const complaints: string[] = [];
  if (tested.attempt?.response?.status !== 200) complaints.push('The test was not answered with 200.');
  if (verified !== 2) complaints.push(`${verified} messages were verified, not the test and the event.`);
  if (refused.length > 0) complaints.push(`The signatures of ${refused.join(', ')} do not hold.`);
  return complaints;
}
