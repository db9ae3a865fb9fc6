/**
 * The token of a bot as Telegram gives it: the number of the bot, a colon and its key. Of letters that a path takes as
 * they are, since that is where it stands in a request.
 */
export const BOT_TOKEN = /^[0-9]{1,16}:[A-Za-z0-9_-]{20,100}$/;
