import type { EventInput } from '@herald/publisher/event-input';

/** One event of a run. */
export interface LoadEvent {
  run: number;
  /** From 0 within its run. */
  seq: number;
  project: string;
}

export const ACCOUNT = 'bench';

/** Of an event as JSON. */
export const EVENT_BYTES = 1_024;

const MARKER = 'bench:';
const MARKER_END = 0x3b; // ;
const MAX_MARKER_BYTES = 100;

/**
 * The event with its marker, by which the sink knows it again whatever a sender made of the rest. Nothing in the
 * marker is escaped in JSON.
 */
export function eventInputOf(event: LoadEvent, occurredAt: Date): EventInput {
  const withCaption = (caption: string) =>
    ({
      event_type: 'publication.published',
      occurred_at: occurredAt.toISOString(),
      account_id: ACCOUNT,
      project_id: event.project,
      channel: { id: `${event.project}-instagram`, type: 'instagram', name: 'Bench' },
      publication_id: `post-${event.run}-${event.seq}`,
      content: { media_type: 'photo', title: markerOf(event), caption, media_urls: [] },
      status_code: 200,
      result: { url: `https://social.example/p/${event.seq}`, publish_id: null, post_id: `p${event.seq}` },
    }) satisfies EventInput;
  const bytes = JSON.stringify(withCaption('')).length;
  return withCaption(FILLER.slice(0, EVENT_BYTES - bytes));
}

export function markerOf({ run, seq, project }: LoadEvent): string {
  return `${MARKER}${run}:${seq}:${project};`;
}

/** Undefined for a body without a marker. */
export function findMarker(body: Buffer): LoadEvent | undefined {
  const from = body.indexOf(MARKER);
  if (from === -1) return undefined;
  const start = from + MARKER.length;
  const end = body.indexOf(MARKER_END, start);
  if (end === -1 || end - start > MAX_MARKER_BYTES) return undefined;
  const [run, seq, project] = body.toString('latin1', start, end).split(':');
  if (project === undefined) return undefined;
  return { run: Number(run), seq: Number(seq), project };
}

/** Words, since what is the same throughout would compress better than any caption. */
const FILLER = fillerOf(
  'the quick brown fox jumps over a lazy dog while seven wizards mix bright quartz jelly'.split(' '),
);

function fillerOf(words: readonly string[]): string {
  let text = '';
  // Numerical Recipes' linear congruential generator: the same text in each run.
  for (let state = 1; text.length < EVENT_BYTES; state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) {
    text += `${words[Math.floor((state / 2 ** 32) * words.length)]} `;
  }
  return text;
}
