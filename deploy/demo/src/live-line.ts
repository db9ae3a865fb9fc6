import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import type { Colors } from './screen.ts';

const RESULT_CHARS = 11;

/** One attempt as a line: when, what came of it, where, what, and what is next. */
export function liveLine(
  attempt: DeliveryAttempt,
  endpointName: string,
  startedAtMs: number,
  colors: Colors,
): string {
  const at = `${((attempt.started_at - startedAtMs) / 1_000).toFixed(1)}s`.padStart(6);
  return [
    colors.dim(at),
    resultOf(attempt, colors),
    endpointName.padEnd(10),
    attempt.event_type.replace('publication.', '').padEnd(9),
    colors.dim(platformOf(attempt).padEnd(9)),
    colors.dim(`attempt ${attempt.attempt_number}`),
    nextOf(attempt, colors),
  ]
    .join('  ')
    .trimEnd();
}

function resultOf(attempt: DeliveryAttempt, colors: Colors): string {
  const text = attempt.response ? String(attempt.response.status) : (attempt.outcome ?? 'failed');
  return attempt.verdict === 'DELIVERED'
    ? colors.green(`✓ ${text}`.padEnd(RESULT_CHARS))
    : colors.red(`✗ ${text}`.padEnd(RESULT_CHARS));
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
