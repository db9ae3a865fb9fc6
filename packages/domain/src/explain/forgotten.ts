import type { EventEvidence } from './evidence.ts';
import type { EventExplanation } from './explanation.ts';
import { iso } from './fate.ts';

/** Nothing is on record of the event: what is known of why. */
export function withoutRecord({ asOfMs, forgotten }: EventEvidence): EventExplanation {
  if (forgotten?.erased) {
    const { atMs } = forgotten.erased;
    const at = atMs === undefined ? '' : ` at ${iso(atMs)}`;
    const because = `What was on record of it was erased${at}, with all of its publication or of the account.`;
    return {
      steps: [{ step: 'accepted', result: 'yes', atMs: undefined, detail: because }],
      ended: {
        verdict: 'erased',
        because,
        remedy: 'Nothing brings it back. Produce the event again if it is wanted after all.',
      },
    };
  }
  const asOf = asOfMs === undefined ? 'yet; how far the history is, is not known' : `as of ${iso(asOfMs)}`;
  const because = [`No such event of this account is on record ${asOf}.`, ...mayBeForgotten(forgotten)].join(
    ' ',
  );
  return {
    steps: [{ step: 'accepted', result: 'unknown', atMs: undefined, detail: because }],
    ended: {
      verdict: 'not_on_record',
      because,
      remedy:
        'If it was sent later, look again. Else see whether its producer was told that it was accepted, by which account, and with which event id.',
    },
  };
}

function mayBeForgotten(forgotten: EventEvidence['forgotten']): string[] {
  const { keptDays, accountErasedAtMs } = forgotten ?? {};
  const told: string[] = [];
  if (keptDays !== undefined) told.push(`History is kept for ${keptDays} days.`);
  if (accountErasedAtMs !== undefined) {
    told.push(`What was accepted before ${iso(accountErasedAtMs)} was erased, with all of the account.`);
  }
  return told;
}
