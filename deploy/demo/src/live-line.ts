import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import type { Colors } from './screen.ts';

/** One attempt as a line: when, what came of it, where, what, and what is next. */
export function liveLine(
  attempt: DeliveryAttempt,
  endpointName: string,
  startedAtMs: number,
  colors: Colors,
): string {
  const at = `${((attempt.started_at - startedAtMs) / 1_000).toFixed(1)}s`.padStart(6);
  const result = resultOf(attempt);
  return [
    colors.dim(at),
    PAINT[result.tone](colors, `${result.mark} ${result.text}`.padEnd(11)),
    endpointName.padEnd(10),
    attempt.event_type.replace('publication.', '').padEnd(9),
    colors.dim(platformOf(attempt).padEnd(9)),
    attempt.attempt_number === 0 ? '' : colors.dim(`attempt ${attempt.attempt_number}`),
    nextOf(attempt, colors),
  ]
    .join('  ')
    .trimEnd();
}

type Tone = 'good' | 'bad' | 'kept';

const PAINT: Readonly<Record<Tone, (colors: Colors, text: string) => string>> = {
  good: (colors, text) => colors.green(text),
  bad: (colors, text) => colors.red(text),
  kept: (colors, text) => colors.yellow(text),
};

function resultOf(attempt: DeliveryAttempt): { mark: string; text: string; tone: Tone } {
  if (attempt.request === null) {
    return { mark: '·', text: attempt.disposition.toLowerCase(), tone: 'kept' };
  }
  const text = attempt.response ? String(attempt.response.status) : (attempt.outcome ?? 'failed');
  return attempt.verdict === 'DELIVERED'
    ? { mark: '✓', text, tone: 'good' }
    : { mark: '✗', text, tone: 'bad' };
}

function nextOf(attempt: DeliveryAttempt, colors: Colors): string {
  if (attempt.verdict === 'RETRY' && attempt.next_attempt_at !== null) {
    const waitMs = attempt.next_attempt_at - attempt.started_at;
    return colors.yellow(`again in ${(waitMs / 1_000).toFixed(1)} s`);
  }
  if (attempt.verdict === 'DEAD') return colors.red(`dead letter: ${attempt.reason}`);
  if (attempt.verdict === 'HOLD') return colors.yellow(`held: ${attempt.reason}`);
  return '';
}

/** The simulator's channel ids end in the platform. */
function platformOf({ channel_id, project_id }: DeliveryAttempt): string {
  return channel_id.replace(`${project_id}-`, '');
}
