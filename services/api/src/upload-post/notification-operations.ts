import { notificationEndpointId } from '@herald/domain/ids';
import { effectiveState } from '@herald/registry/endpoint-status';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import type { Sealing } from '@herald/registry/sealing';
import { z } from 'zod';
import type { Account } from '../account/account.ts';
import type { DestinationRules } from '../endpoints/asked-destination.ts';
import { refusedWrite, tooManyEndpoints } from '../endpoints/write-answer.ts';
import { invalidRequest, type Mistake } from '../http/invalid.ts';
import { type AnyOperation, operation } from '../http/operation.ts';
import {
  type AskedChannel,
  addressOf,
  changeChannel,
  isOn,
  type NotificationChannel,
  planChannel,
} from './notification-channel.ts';
import { newChannel } from './notification-endpoint.ts';
import { askedNotifications, notificationsView } from './notification-fields.ts';
import { putChannel } from './put-channel.ts';

export interface NotificationOptions extends DestinationRules {
  sealing: Sealing;
  now: () => number;
}

type Asked = Readonly<Record<NotificationChannel, AskedChannel>>;

const CHANNELS: readonly NotificationChannel[] = ['webhook', 'telegram'];
const PATH = '/api/uploadposts/users/notifications';
const none = z.strictObject({});

/** Upload notifications, to the letter of the Upload-Post API: clients of it work as they are. */
export function notificationOperations(options: NotificationOptions): AnyOperation[] {
  const { sealing, now } = options;

  const get = operation({
    method: 'get',
    path: PATH,
    operationId: 'getUploadNotifications',
    tag: 'upload-post',
    summary:
      'Get where uploads of all projects are told: by webhook, by Telegram. Before any was set, nowhere.',
    role: 'read',
    wholeAccount: true,
    params: none,
    query: none,
    body: undefined,
    answers: notificationsView,
    problems: [],
    handle: ({ account }) => ({ status: 200, body: viewNotifications(account) }),
  });

  const set = operation({
    method: 'post',
    path: PATH,
    operationId: 'setUploadNotifications',
    tag: 'upload-post',
    summary: 'Set where uploads of all projects are told; what is left out stays as it is.',
    role: 'write',
    wholeAccount: true,
    params: none,
    query: none,
    body: askedNotifications,
    answers: notificationsView,
    problems: ['409 too_many_endpoints', '503 configuration_unavailable'],
    async handle({ account, body }) {
      const asked = askedOf(body);
      const mistakes = await mistakesOf(account, asked, options);
      if (mistakes.length > 0) return { problem: invalidRequest(mistakes) };
      const made = CHANNELS.filter((channel) => isToBeMade(account, channel, asked[channel]));
      const fullAt = account.endpoints.fullAt(made.length);
      if (made.length > 0 && fullAt !== undefined) return tooManyEndpoints(fullAt);
      for (const channel of CHANNELS) {
        if (!saysAnything(asked[channel])) continue;
        const result = await put(account, channel, asked[channel]);
        if (result.kind === 'missing') {
          if (asked[channel].on) return { problem: invalidRequest([NO_ADDRESS[channel]]) };
        } else if (result.kind !== 'written') {
          return refusedWrite(notificationEndpointId(account.id, channel), result);
        }
      }
      return { status: 200, body: viewNotifications(account) };
    },
  });

  return [get, set];

  /** Whether there is anything to change is decided on the very latest: another process may just have written. */
  function put(account: Account, channel: NotificationChannel, asked: AskedChannel) {
    const id = notificationEndpointId(account.id, channel);
    const given = { accountId: account.id, sealing, nowMs: now() };
    return putChannel(
      account,
      id,
      asked.address === undefined ? undefined : () => newChannel(channel, asked, given),
      (endpoint, revision) => {
        const plan = planChannel(asked, endpoint, isHeld(account, { endpoint, revision }));
        return plan.kind === 'change' ? changeChannel(endpoint, asked, given.nowMs) : endpoint;
      },
    );
  }
}

function saysAnything({ on, address }: AskedChannel): boolean {
  return on !== undefined || address !== undefined;
}

function isToBeMade(account: Account, channel: NotificationChannel, asked: AskedChannel): boolean {
  const { current, plan } = lookAt(account, channel, asked);
  return !current && plan.kind === 'change';
}

function askedOf({ channels, ...given }: z.output<typeof askedNotifications>): Asked {
  return {
    webhook: { on: channels?.webhook ?? undefined, address: given.webhook_url || undefined },
    telegram: { on: channels?.telegram ?? undefined, address: given.telegram_chat_id || undefined },
  };
}

function lookAt(account: Account, channel: NotificationChannel, asked: AskedChannel) {
  const current = account.endpoints.get(notificationEndpointId(account.id, channel));
  const plan = planChannel(asked, current?.endpoint, current !== undefined && isHeld(account, current));
  return { current, plan };
}

function isHeld(account: Account, { endpoint, revision }: ConfiguredEndpoint): boolean {
  return effectiveState(endpoint, revision, account.endpoints.status(endpoint.id)).state === 'held';
}

/** Of both channels at once, before either is written. */
async function mistakesOf(account: Account, asked: Asked, rules: DestinationRules): Promise<Mistake[]> {
  const webhook = lookAt(account, 'webhook', asked.webhook);
  const telegram = lookAt(account, 'telegram', asked.telegram);
  const mistakes: Mistake[] = [];
  if (webhook.plan.kind === 'nowhere') mistakes.push(NO_URL);
  const url = asked.webhook.address;
  const refused = url === undefined ? undefined : await rules.checkDestination(url);
  if (refused) mistakes.push({ ...refused, field: 'webhook_url' });
  if (telegram.plan.kind === 'nowhere') mistakes.push(NO_CHAT);
  const hasBot = rules.hasTelegramBot || telegram.current?.endpoint.telegram?.sealedToken !== undefined;
  if (asked.telegram.on && !hasBot) mistakes.push(NO_BOT);
  return mistakes;
}

const NO_URL: Mistake = {
  in: 'body',
  field: 'webhook_url',
  problem: 'it is missing, and channels.webhook is true',
  remedy: 'Expected: the https URL to POST to, with the first request that switches the webhook on.',
};

const NO_CHAT: Mistake = {
  in: 'body',
  field: 'telegram_chat_id',
  problem: 'it is missing, and channels.telegram is true',
  remedy: 'Expected: the id of the chat to write to, with the first request that switches Telegram on.',
};

const NO_BOT: Mistake = {
  in: 'body',
  field: 'channels.telegram',
  value: 'true',
  problem: 'this installation has no Telegram bot of its own',
  remedy:
    'Leave it false, or make an endpoint of kind telegram with the token of your bot: POST /v1/endpoints.',
};

const NO_ADDRESS: Readonly<Record<NotificationChannel, Mistake>> = { webhook: NO_URL, telegram: NO_CHAT };

function viewNotifications(account: Account): z.output<typeof notificationsView> {
  const of = (channel: NotificationChannel) =>
    account.endpoints.get(notificationEndpointId(account.id, channel))?.endpoint;
  const [webhook, telegram] = [of('webhook'), of('telegram')];
  return {
    success: true,
    notifications: {
      channels: { webhook: isOn(webhook), telegram: isOn(telegram) },
      webhook_url: webhook ? addressOf(webhook) : '',
      telegram_chat_id: telegram ? addressOf(telegram) : '',
    },
  };
}
