import type { EventInput } from './event-input.ts';
import type { Random } from './random.ts';

export type MediaType = EventInput['content']['media_type'];

export interface SimulatedPlatform {
  type: string;
  media: readonly MediaType[];
  postId(random: Random): string;
  postUrl(postId: string, profile: string): string;
}

const DIGITS = '0123456789';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** What posts look like where they end up: media, ids and addresses as each platform forms them. */
export const SIMULATED_PLATFORMS: readonly SimulatedPlatform[] = [
  {
    type: 'instagram',
    media: ['video', 'photo'],
    postId: (random) => `C${random.text(`${LETTERS}-_`, 10)}`,
    postUrl: (postId) => `https://www.instagram.com/p/${postId}/`,
  },
  {
    type: 'youtube',
    media: ['video'],
    postId: (random) => random.text(`${LETTERS}-_`, 11),
    postUrl: (postId) => `https://www.youtube.com/watch?v=${postId}`,
  },
  {
    type: 'tiktok',
    media: ['video', 'photo'],
    postId: (random) => `7${random.text(DIGITS, 18)}`,
    postUrl: (postId, profile) => `https://www.tiktok.com/@${profile}/video/${postId}`,
  },
  {
    type: 'facebook',
    media: ['video', 'photo', 'text'],
    postId: (random) => `1${random.text(DIGITS, 14)}`,
    postUrl: (postId, profile) => `https://www.facebook.com/${profile}/posts/${postId}`,
  },
  {
    type: 'linkedin',
    media: ['video', 'photo', 'text'],
    postId: (random) => `urn:li:share:7${random.text(DIGITS, 18)}`,
    postUrl: (postId) => `https://www.linkedin.com/feed/update/${postId}/`,
  },
  {
    type: 'x',
    media: ['video', 'photo', 'text'],
    postId: (random) => `1${random.text(DIGITS, 18)}`,
    postUrl: (postId, profile) => `https://x.com/${profile}/status/${postId}`,
  },
  {
    type: 'threads',
    media: ['photo', 'text'],
    postId: (random) => `D${random.text(`${LETTERS}-_`, 10)}`,
    postUrl: (postId, profile) => `https://www.threads.net/@${profile}/post/${postId}`,
  },
  {
    type: 'pinterest',
    media: ['photo', 'video'],
    postId: (random) => random.text(DIGITS, 18),
    postUrl: (postId) => `https://www.pinterest.com/pin/${postId}/`,
  },
];

/** What platforms answer when they refuse. A null status is a call that got no answer. */
export const SIMULATED_FAILURES: readonly { status_code: number | null; error_message: string }[] = [
  {
    status_code: 400,
    error_message: 'The aspect ratio of the media is not supported. Use 9:16, 4:5 or 1:1.',
  },
  { status_code: 400, error_message: 'The caption has more hashtags than the 30 that are allowed.' },
  { status_code: 401, error_message: 'The access token has expired. Connect the account again.' },
  { status_code: 403, error_message: 'The account may not publish: the permission was withdrawn.' },
  { status_code: 413, error_message: 'The file is larger than the platform takes.' },
  { status_code: 415, error_message: 'The video codec is not supported. Use H.264 with AAC sound.' },
  { status_code: 422, error_message: 'The same content was published a short time ago.' },
  { status_code: 429, error_message: 'The daily limit of posts for this account is reached.' },
  { status_code: 500, error_message: 'The platform had an internal error while it processed the media.' },
  { status_code: 503, error_message: 'The platform is temporarily unavailable.' },
  { status_code: null, error_message: 'The platform gave no answer within 60 s.' },
];

export const SIMULATED_TITLES: readonly string[] = [
  'Spring collection: first look',
  'Five knife skills in two minutes',
  'How we pack 400 orders a day',
  'Sunrise over the harbour ☀️',
  'Behind the scenes at the studio',
  'Q&A: you asked, we answered',
  'Rezept der Woche: Käsespätzle',
  'Ruta de 12 km por la sierra',
  'Meet the team: Aiko, 受付の顔',
  'Before and after: the kitchen',
  'Our roadmap for the autumn',
  'One chair, three rooms',
];

export const SIMULATED_CAPTIONS: readonly string[] = [
  'Which one is yours? Tell us below 👇 #newin #spring',
  'Save this for later and tag someone who needs it.',
  'Link in bio. Free delivery until Sunday, "no small print".',
  'Shot on a phone, no filter.\n\nMore on Friday.',
  'Danke für 10.000 Follower! 🎉 Das Rezept steht in den Kommentaren.',
  'New here? Start with part one → pinned post.',
  'We tried it so that you do not have to. #honestreview',
  'Thank you, everyone who came by on Saturday ❤️',
];
