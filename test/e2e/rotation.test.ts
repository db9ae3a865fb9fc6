import { createPublicKey, type JsonWebKeyInput, verify } from 'node:crypto';
import { untilConfigured } from '@herald/testkit/configuration';
import { eventually } from '@herald/testkit/eventually';
import { type Herald, openHerald } from '@herald/testkit/herald';
import { createReceiver, type Received, type Receiver } from '@herald/testkit/receiver';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { publishByHttp } from './publishing.ts';
import { verifierOf } from './signature.ts';

interface Rotated {
  secret: string;
  public_key: string | null;
  revision: number;
  secrets: { secret_id: string; scheme: string; expires_at: string | null }[];
}

let herald: Herald;
const receivers: Receiver[] = [];

beforeAll(async () => {
  herald = await openHerald();
});

afterAll(async () => {
  for (const receiver of receivers) await receiver.close();
  await herald?.close();
});

/** An account with one endpoint, at a receiver of its own. */
async function openScene() {
  const account = await herald.openAccount();
  const receiver = await createReceiver();
  receivers.push(receiver);
  const { endpointId, secret } = await account.addEndpoint({ url: receiver.url });
  return {
    endpointId,
    secret,
    /** Resolves when every dispatcher signs by it. */
    async rotate(body: object): Promise<Rotated> {
      const rotated = await account.api().post<Rotated>(`/v1/endpoints/${endpointId}/rotate-secret`, body);
      for (const name of herald.services.running('dispatcher')) {
        await untilConfigured(herald.services.addresses(name).adminUrl, rotated.revision);
      }
      return rotated;
    },
    /** What the receiver gets of an event that is published now. */
    async nextMessage(): Promise<Received> {
      const before = receiver.requests.length;
      await publishByHttp(herald, account);
      return eventually(() => {
        const received = receiver.requests[before];
        if (!received) throw new Error('Nothing was received');
        return received;
      });
    },
  };
}

const signaturesOf = ({ headers }: Received) => String(headers['webhook-signature']).split(' ');

test('a receiver accepts with the old secret until the overlap ends, and with the new one from its start', async () => {
  const { secret: old, rotate, nextMessage } = await openScene();
  expect(verifierOf(old)(await nextMessage())).toBe(true);

  const { secret: current, secrets } = await rotate({ overlap_seconds: 10 });
  expect(secrets.map(({ expires_at }) => expires_at === null)).toEqual([true, false]);
  const during = await nextMessage();
  expect(during.arrivedAtMs).toBeLessThan(Date.parse(secrets[1]!.expires_at!));
  expect([verifierOf(old)(during), verifierOf(current)(during)]).toEqual([true, true]);

  const after = await eventually(async () => {
    const message = await nextMessage();
    if (signaturesOf(message).length > 1) throw new Error('The old secret still signs');
    return message;
  });
  expect(after.arrivedAtMs).toBeGreaterThanOrEqual(Date.parse(secrets[1]!.expires_at!));
  expect([verifierOf(old)(after), verifierOf(current)(after)]).toEqual([false, true]);

  const leaked = await rotate({ overlap_seconds: 0, secret: old });
  expect(leaked.secret).toBe(old);
  const taken = await nextMessage();
  expect([verifierOf(old)(taken), verifierOf(current)(taken)]).toEqual([true, false]);
});

test('what is signed by v1a verifies with the key that the endpoint publishes, beside the v1 that overlaps', async () => {
  const { endpointId, secret: old, rotate, nextMessage } = await openScene();
  const { secrets: asymmetric, public_key } = await rotate({ signing_scheme: 'v1a' });
  expect(asymmetric.map(({ scheme }) => scheme)).toEqual(['v1a', 'v1']);
  const both = await nextMessage();
  expect(signaturesOf(both).map((each) => each.split(',')[0])).toEqual(['v1a', 'v1']);
  expect(verifierOf(old)(both)).toBe(true);

  const { apiUrl } = herald.services.addresses('api');
  const response = await fetch(`${apiUrl}/v1/endpoints/${endpointId}/jwks.json`);
  expect(response.headers.get('cache-control')).toContain('public');
  const { keys } = (await response.json()) as {
    keys: (JsonWebKeyInput['key'] & { kid: string; x: string })[];
  };
  expect(keys.map(({ kid }) => kid)).toEqual([asymmetric[0]!.secret_id]);
  const publicKey = createPublicKey({ key: keys[0]!, format: 'jwk' });
  expect(`whpk_${Buffer.from(keys[0]!.x, 'base64url').toString('base64')}`).toBe(public_key);
  expect(verify(null, signedContent(both), publicKey, signatureBytes(both))).toBe(true);
  const forged = Buffer.concat([signedContent(both), Buffer.from(' ')]);
  expect(verify(null, forged, publicKey, signatureBytes(both))).toBe(false);
});

/** Standard Webhooks: `id.timestamp.body`. */
function signedContent({ headers, body }: Received): Buffer {
  return Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
}

function signatureBytes(received: Received): Buffer {
  return Buffer.from(signaturesOf(received)[0]!.slice('v1a,'.length), 'base64');
}
