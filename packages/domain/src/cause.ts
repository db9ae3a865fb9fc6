/** Why a delivery exists. A replay names its job, so that running a job again is recognisable. */
export type Cause = 'event' | 'test' | `replay:${string}`;

export function isCause(text: string): text is Cause {
  return (
    text === 'event' || text === 'test' || (text.startsWith('replay:') && text.length > 'replay:'.length)
  );
}

export function replayCause(replayId: string): Cause {
  return `replay:${replayId}`;
}

/** The replay that a delivery belongs to; undefined for any other cause. */
export function replayOf(cause: Cause): string | undefined {
  return cause.startsWith('replay:') ? cause.slice('replay:'.length) : undefined;
}
