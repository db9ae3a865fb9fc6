import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Editor } from './editor.ts';
import { cutByBytes } from './round.ts';
import { editorOn, empty, entryOf, type Fault } from './testing/partition.ts';

/** An edit as PATCH with If-Match makes it. */
function set(editor: Editor<number>, key: string, ifRevision: number, value: number) {
  return editor.edit<'conflict'>(key, (current) =>
    current?.revision === ifRevision ? { write: value } : { refuse: 'conflict' },
  );
}

describe('the editor', () => {
  it('lets exactly one of several edits of one revision win, by however many writers, whatever answers are lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.infiniteStream(fc.constantFrom<Fault>('none', 'none', 'none', 'lost before', 'lost answer')),
        fc.integer({ min: 1, max: 4 }),
        async (faults, writers) => {
          const partition = empty();
          partition.records.push(
            { key: 'a', value: Buffer.from('0') },
            { key: 'b', value: Buffer.from('0') },
          );
          const fault = (): Fault => faults.next().value as Fault;
          const editors = Array.from({ length: writers }, () => editorOn(partition, fault));
          const racing = [...editors, ...editors];
          const [ofA, ofB] = await Promise.all(
            ['a', 'b'].map((key, revision) =>
              Promise.all(racing.map((editor, index) => set(editor, key, revision, index + 1))),
            ),
          );
          for (const [key, results] of [
            ['a', ofA],
            ['b', ofB],
          ] as const) {
            const kinds = results?.map(({ kind }) => kind) ?? [];
            expect(kinds.toSorted()).toEqual([...racing.slice(1).map(() => 'refused'), 'written']);
            expect(entryOf(partition, key)?.value).toBe(kinds.indexOf('written') + 1);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('answers with the revision that the edit has in the log', async () => {
    const partition = empty();
    const editor = editorOn(partition);
    const results = await Promise.all(['x', 'y', 'z'].map((key) => editor.edit(key, () => ({ write: 7 }))));
    for (const [index, key] of ['x', 'y', 'z'].entries()) {
      expect(results[index]).toEqual({ kind: 'written', revision: entryOf(partition, key)?.revision });
    }
  });

  it('decides the next edit of a key on what the one before has left', async () => {
    const partition = empty();
    const editor = editorOn(partition);
    const add = () => editor.edit('x', (current) => ({ write: (current?.value ?? 0) + 1 }));
    await Promise.all(Array.from({ length: 20 }, add));
    expect(entryOf(partition, 'x')?.value).toBe(20);
  });

  it('decides edits of one turn one after the other, and lets nobody else wait for that', async () => {
    const partition = empty();
    const editor = editorOn(partition);
    const settled: string[] = [];
    const isFree = () => ['a1', 'a2'].every((key) => entryOf(partition, key) === undefined);
    const asks = ['a1 a', 'a2 a', 'a3 a', 'b1 b'].map(async (asked) => {
      const [key = '', turnOf] = asked.split(' ');
      const decide = () => (turnOf === 'b' || isFree() ? { write: 1 } : { refuse: 'taken' });
      const { kind } = await editor.edit<string>(key, decide, undefined, turnOf);
      settled.push(`${key} ${kind}`);
    });
    await Promise.all(asks);
    expect(settled).toEqual(['a1 written', 'b1 written', 'a2 refused', 'a3 refused']);
  });

  it('says so when a deletion of which the answer was lost is on record', async () => {
    const partition = empty();
    partition.records.push({ key: 'x', value: Buffer.from('1') });
    const faults: Fault[] = ['none', 'lost answer'];
    const editor = editorOn(partition, () => faults.shift() ?? 'none');
    const deleted = await editor.edit<'missing'>('x', (current) =>
      current ? { write: undefined } : { refuse: 'missing' },
    );
    expect(deleted.kind).toBe('written');
  });

  it('never hangs: an edit that Kafka does not answer is unavailable in time, and later ones work', async () => {
    const partition = empty();
    let away = true;
    const editor = editorOn(partition, () => (away ? 'lost before' : 'none'), 100);
    expect(await editor.edit('x', () => ({ write: 1 }))).toMatchObject({
      kind: 'unavailable',
      detail: expect.stringContaining('the connection broke'),
    });
    away = false;
    expect((await editor.edit('y', () => ({ write: 1 }))).kind).toBe('written');
    expect(entryOf(partition, 'x')).toBeUndefined();
  });

  it('lets a failing decision hurt none but its own edit', async () => {
    const editor = editorOn(empty());
    const broken = editor.edit('x', () => {
      throw new Error('a bug');
    });
    const sound = editor.edit('y', () => ({ write: 1 }));
    await expect(broken).rejects.toThrow('a bug');
    expect((await sound).kind).toBe('written');
  });

  it('takes no more edits once it is closed, and finishes those that it has', async () => {
    const partition = empty();
    const editor = editorOn(partition);
    const edit = editor.edit('x', () => ({ write: 1 }));
    await editor.close();
    expect((await edit).kind).toBe('written');
    expect((await editor.edit('x', () => ({ write: 2 }))).kind).toBe('unavailable');
  });
});

describe('a batch', () => {
  it('stays below its bound and leaves nothing out, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40)), (sizes) => {
        const writes = sizes.map((size, index) => ({
          record: { key: String(index), value: Buffer.alloc(size) },
        }));
        const batches = cutByBytes(writes, 50);
        expect(batches.flat()).toEqual(writes);
        for (const batch of batches) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.reduce((sum, { record }) => sum + record.value.length, 0)).toBeLessThanOrEqual(50);
        }
      }),
    );
  });
});
