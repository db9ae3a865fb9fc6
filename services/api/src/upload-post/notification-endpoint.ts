import { randomUUIDv7 } from 'node:crypto';
import { ALL_PROJECTS, type Endpoint } from '@herald/domain/endpoint';
import { notificationEndpointId } from '@herald/domain/ids';
import type { Sealing } from '@herald/registry/sealing';
import { endpointOf } from '../endpoints/change.ts';
import { newEndpoint } from '../endpoints/endpoint-fields.ts';
import { newSecret } from '../endpoints/new-secret.ts';
import type { AskedChannel, NotificationChannel } from './notification-channel.ts';

const FOR_EVERY_CHANNEL = {
  project_id: ALL_PROJECTS,
  subscription: { event_types: ['publication.published', 'publication.failed'] },
};

/** A channel that was not there before, with an address. Its secret is made here: who wants to verify rotates it. */
export function newChannel(
  channel: NotificationChannel,
  { on, address }: AskedChannel,
  given: { accountId: string; sealing: Sealing; nowMs: number },
): Endpoint {
  const { accountId, sealing, nowMs } = given;
  const owner = { id: notificationEndpointId(accountId, channel), accountId };
  const seal = (credential: string) => sealing.seal(credential, owner);
  const state = on ? 'active' : 'off';
  if (channel === 'telegram') {
    const name = 'Upload notifications (Telegram)';
    const asked = newEndpoint.parse({ ...FOR_EVERY_CHANNEL, kind: channel, name, state, chat_id: address });
    return endpointOf(asked, { ...owner, secret: undefined, seal, nowMs });
  }
  const asked = newEndpoint.parse({
    ...FOR_EVERY_CHANNEL,
    kind: channel,
    name: 'Upload notifications',
    state,
    url: address,
    format: 'upload-post',
  });
  const secretId = `sec_${randomUUIDv7()}`;
  const secret = newSecret({ text: undefined, scheme: 'v1' }, owner, { sealing, secretId, nowMs });
  return endpointOf(asked, { ...owner, secret: secret.sealed, seal, nowMs });
}
