/**
 * Messages a second that a chat of Telegram takes (Bots FAQ, "My bot is hitting limits"): one, and of a group 20 a
 * minute. Groups and channels are not told apart by their number, so a channel gets the pace of a group; an @name is a
 * channel's.
 */
export function telegramRatePerSecond(chatId: string): number {
  return chatId.startsWith('-') ? 0.33 : 1;
}

/** The rate of an endpoint whose chat becomes another: that of the new chat, unless its owner chose one himself. */
export function rateInChat(
  ratePerSecond: number | undefined,
  fromChatId: string,
  toChatId: string,
): number | undefined {
  return ratePerSecond === telegramRatePerSecond(fromChatId)
    ? telegramRatePerSecond(toChatId)
    : ratePerSecond;
}

/** Messages a second that an incoming webhook of Slack takes ("Rate limits", incoming webhooks). */
export const SLACK_RATE_PER_SECOND = 1;
