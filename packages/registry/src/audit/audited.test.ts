import { expect, it } from 'vitest';
import { createAudited } from './audited.ts';
import { type AuditEntry, operator } from './entry.ts';

const asked = {
  accountId: 'acc_1',
  asker: operator('test'),
  action: 'history.erased',
  subject: { kind: 'account', id: 'acc_1' },
} as const;

function auditedBy(append: (entries: readonly AuditEntry[]) => Promise<void>) {
  const noted: AuditEntry[] = [];
  const audited = createAudited({ append, note: (entries) => void noted.push(...entries) }, () => 7);
  return { audited, noted };
}

it('a change is made only once it is on record that it was asked for, and what became of it is noted', async () => {
  const order: string[] = [];
  const { audited, noted } = auditedBy(async ([entry]) => void order.push(`${entry?.state} on record`));
  const done = await audited(
    asked,
    async () => {
      order.push('made');
      return { kind: 'made' };
    },
    () => 'done',
  );
  expect(done).toEqual({ kind: 'made' });
  expect(order).toEqual(['asked on record', 'made']);
  expect(noted).toMatchObject([{ ...asked, state: 'done', askedAtMs: 7 }]);
});

it('a change is not made where its record is refused', async () => {
  const { audited, noted } = auditedBy(async () => {
    throw new Error('Kafka is away');
  });
  let isMade = false;
  const change = async () => {
    isMade = true;
    return { kind: 'made' };
  };
  expect(await audited(asked, change, () => 'done')).toEqual({
    kind: 'unavailable',
    detail: 'Kafka is away',
  });
  expect(isMade).toBe(false);
  expect(noted).toEqual([]);
});

it('a change that was not confirmed stays as asked for', async () => {
  const { audited, noted } = auditedBy(async () => {});
  await audited(
    asked,
    async () => ({ kind: 'unavailable', detail: 'away' }),
    () => 'asked',
  );
  expect(noted).toEqual([]);
});
