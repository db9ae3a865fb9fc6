/** Why a delivery exists. A replay names its job, so that running a job again is recognisable. */
export type Cause = 'event' | 'test' | `replay:${string}`;

export function isCause(text: string): text is Cause {
  return (
    text === 'event' || text === 'test' || (text.startsWith('replay:') && text.length > 'replay:'.length)
  );
}
