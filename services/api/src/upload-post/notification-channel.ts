import { rateInChat } from '@herald/domain/chat-pace';
import type { Endpoint } from '@herald/domain/endpoint';
import { inState } from '@herald/domain/endpoint-state';

/** A way in which uploads are told; each is an endpoint of all projects. */
export type NotificationChannel = 'webhook' | 'telegram';

/** What a request says of a channel; undefined for what it leaves out. */
export interface AskedChannel {
  on: boolean | undefined;
  /** A URL, or the id of a chat. */
  address: string | undefined;
}

export type ChannelPlan =
  | { kind: 'keep' }
  | { kind: 'change' }
  /** It is to be switched on, and nobody ever said where to. */
  | { kind: 'nowhere' };

/** `isHeld`: the dispatcher holds its deliveries, as it had failed for long or answered 410. */
export function planChannel(
  asked: AskedChannel,
  current: Endpoint | undefined,
  isHeld: boolean,
): ChannelPlan {
  const { on, address } = asked;
  if (!current) {
    if (address !== undefined) return { kind: 'change' };
    return on ? { kind: 'nowhere' } : { kind: 'keep' };
  }
  const isMoved = address !== undefined && address !== addressOf(current);
  // A client that sends its settings at each start must not end its endpoint's run of failures each time.
  const isSwitched = on === true ? current.state !== 'active' || isHeld : on === false && isOn(current);
  return { kind: isMoved || isSwitched ? 'change' : 'keep' };
}

/** Paused and disabled ones are on: what they miss is held for them. */
export function isOn(endpoint: Endpoint | undefined): boolean {
  return endpoint !== undefined && endpoint.state !== 'off';
}

export function addressOf({ url, telegram }: Endpoint): string {
  return telegram ? telegram.chatId : url;
}

/** The endpoint with what is asked for replaced; all else that was configured stays. */
export function changeChannel(current: Endpoint, { on, address }: AskedChannel, nowMs: number): Endpoint {
  const moved = address === undefined ? current : { ...current, ...movedTo(current, address) };
  const switched = on === undefined ? moved : inState(moved, on ? 'active' : 'off', nowMs);
  return { ...switched, updatedAtMs: nowMs };
}

function movedTo({ telegram, rateLimitPerSecond }: Endpoint, address: string): Partial<Endpoint> {
  if (!telegram) return { url: address };
  return {
    telegram: { ...telegram, chatId: address },
    rateLimitPerSecond: rateInChat(rateLimitPerSecond, telegram.chatId, address),
  };
}
