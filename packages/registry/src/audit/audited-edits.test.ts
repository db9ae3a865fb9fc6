import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditOf } from '../round.ts';
import { editorOn, empty, entryOf, type Fault, type Partition } from '../testing/partition.ts';
import { type AuditEntry, operator } from './entry.ts';
import type { AuditLog } from './log.ts';

const asked: AuditOf<number> = (before, after) => ({
  accountId: 'acc_1',
  asker: operator('test'),
  action: 'endpoint.updated',
  subject: { kind: 'endpoint', id: 'x' },
  decidedOn: before?.revision,
  before: before && { value: before.value },
  after: { value: after },
});

/** Keeps what it is given, with how many configuration records there were by then. */
function auditOn(partition: Partition, isAway: () => boolean = () => false) {
  const appended: { entry: AuditEntry; records: number }[] = [];
  const noted: AuditEntry[] = [];
  const log: AuditLog = {
    async append(entries) {
      if (isAway()) throw new Error('Kafka does not take the audit');
      appended.push(...entries.map((entry) => ({ entry, records: partition.records.length })));
    },
    note: (entries) => void noted.push(...entries),
  };
  return { appended, noted, log };
}

describe('an edit that somebody asks for', () => {
  it('is in the audit before it is made, as what it was decided on, whatever answers are lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.infiniteStream(
          fc.constantFrom<Fault>('none', 'none', 'none', 'none', 'lost before', 'lost answer'),
        ),
        fc.integer({ min: 1, max: 3 }),
        async (faults, writers) => {
          const partition = empty();
          const audits = Array.from({ length: writers }, () => auditOn(partition));
          const edited = await Promise.all(
            audits.map(({ log }) =>
              editorOn(partition, () => faults.next().value as Fault, 20_000, log).edit<never>(
                'x',
                (current) => ({ write: (current?.value ?? 0) + 1 }),
                asked,
              ),
            ),
          );
          const appended = audits.flatMap((audit) => audit.appended);
          for (const [at, { key, value }] of partition.records.entries()) {
            if (key !== 'x') continue;
            const before = appended.filter(({ records }) => records <= at);
            expect(before.map(({ entry }) => entry.after?.value)).toContain(Number(value));
          }
          for (const { appended: tries } of audits) {
            expect(new Set(tries.map(({ entry }) => entry.auditId)).size).toBe(1);
            expect(new Set(tries.map(({ entry }) => entry.askedAtMs)).size).toBe(1);
          }
          for (const [index, { noted }] of audits.entries()) {
            const revision = (edited[index] as { revision: number }).revision;
            expect(noted.at(-1)).toMatchObject({ state: 'done', revision });
          }
        },
      ),
      { numRuns: 10 },
    );
  });

  it('is not made where Kafka does not take its audit record', async () => {
    const partition = empty();
    const { log } = auditOn(partition, () => true);
    const edited = await editorOn(partition, () => 'none', 100, log).edit('x', () => ({ write: 1 }), asked);
    expect(edited).toMatchObject({ kind: 'unavailable', detail: expect.stringContaining('audit') });
    expect(entryOf(partition, 'x')).toBeUndefined();
  });

  it('is noted as not done where another writer came between and it was refused then', async () => {
    const partition = empty();
    const { log, noted } = auditOn(partition);
    const other = editorOn(partition);
    const slow: AuditLog = {
      ...log,
      async append(entries) {
        await log.append(entries);
        await other.edit('x', () => ({ write: 7 }));
      },
    };
    const edited = await editorOn(partition, () => 'none', 20_000, slow).edit<'taken'>(
      'x',
      (current) => (current ? { refuse: 'taken' } : { write: 1 }),
      asked,
    );
    expect(edited).toEqual({ kind: 'refused', refusal: 'taken' });
    expect(noted).toMatchObject([{ state: 'not_done' }]);
  });

  it('leaves nothing in the audit where it is refused at once', async () => {
    const partition = empty();
    const { log, appended, noted } = auditOn(partition);
    await editorOn(partition, () => 'none', 20_000, log).edit('x', () => ({ refuse: 'no' }), asked);
    expect([...appended, ...noted]).toEqual([]);
  });
});
