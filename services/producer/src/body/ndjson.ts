import { type BatchItem, type EventBatch, notABatch, type Place, tooManyEvents } from './event-batch.ts';
import { parseJson } from './json-text.ts';

const MAX_SHOWN_CHARS = 200;

/** Newline-delimited JSON: an event a line; empty lines are none, and count as lines. */
export function readNdjson(text: string, maxBatchEvents: number): EventBatch {
  const items: BatchItem[] = [];
  let line = 0;
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start);
    const content = text.slice(start, end < 0 ? undefined : end).trim();
    start = end < 0 ? text.length : end + 1;
    line += 1;
    if (content === '') continue;
    if (items.length === maxBatchEvents) return tooManyEvents(maxBatchEvents);
    items.push(itemOf(content, { index: items.length, line }));
  }
  if (items.length === 0)
    return notABatch('no_events', {
      problem: 'The body has no line with an event.',
      remedy: 'Send at least one.',
    });
  return { ok: true, single: false, items };
}

function itemOf(content: string, place: Place): BatchItem {
  const parsed = parseJson(content);
  if (parsed.ok) return { input: parsed.value, place, problems: [] };
  const shown = content.length > MAX_SHOWN_CHARS ? `${content.slice(0, MAX_SHOWN_CHARS)}…` : content;
  const problem = `it is not JSON: ${parsed.detail}`;
  return {
    input: undefined,
    place,
    problems: [{ field: '', value: shown, problem, remedy: 'Write one event as JSON on each line.' }],
  };
}
