import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assignCoPartitioned } from './assigner.ts';
import { assignByRendezvous } from './rendezvous.ts';

const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 9 });
const count = fc.integer({ min: 0, max: 48 });

function ownerOf(assignment: Map<string, number[]>): Map<number, string> {
  return new Map(
    [...assignment].flatMap(([member, numbers]) => numbers.map((number) => [number, member] as const)),
  );
}

describe('bounded rendezvous', () => {
  test('gives every number to exactly one member, and no member more than one above another', () => {
    fc.assert(
      fc.property(names, count, (members, size) => {
        const assignment = assignByRendezvous(members, size);
        const all = [...assignment.values()].flat().sort((a, b) => a - b);
        expect(all).toEqual(Array.from({ length: size }, (_, i) => i));
        const loads = members.map((member) => assignment.get(member)!.length);
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('does not depend on the order in which members are listed', () => {
    fc.assert(
      fc.property(names, count, (members, size) => {
        const there = ownerOf(assignByRendezvous(members, size));
        const back = ownerOf(assignByRendezvous([...members].reverse(), size));
        expect(new Map([...back].sort(([a], [b]) => a - b))).toEqual(
          new Map([...there].sort(([a], [b]) => a - b)),
        );
      }),
    );
  });

  test('a member that leaves moves little more than what it had', () => {
    let moved = 0;
    let had = 0;
    for (let run = 0; run < 200; run++) {
      const members = Array.from({ length: 2 + (run % 6) }, (_, i) => `instance-${run}-${i}`);
      const before = assignByRendezvous(members, 24);
      const after = ownerOf(assignByRendezvous(members.slice(1), 24));
      for (const [number, owner] of ownerOf(before)) if (after.get(number) !== owner) moved += 1;
      had += before.get(members[0]!)!.length;
    }
    expect(moved / had).toBeLessThan(1.6);
  });
});

describe('co-partitioned assignment', () => {
  const member = (memberId: string, topics: string[], instanceId = memberId) => ({
    memberId,
    topics,
    instanceId,
  });
  const partitions = (size: number) => Array.from({ length: size }, (_, i) => i);

  test('partition p of every topic has one owner', () => {
    fc.assert(
      fc.property(
        names,
        fc.array(fc.integer({ min: 1, max: 24 }), { minLength: 1, maxLength: 4 }),
        (ids, sizes) => {
          const partitionsOf = new Map(sizes.map((size, i) => [`topic-${i}`, partitions(size)]));
          const members = ids.map((id) => member(id, [...partitionsOf.keys()]));
          const owners = new Map<number, Set<string>>();
          const seen = new Map<string, number[]>();
          for (const [memberId, byTopic] of assignCoPartitioned(members, partitionsOf)) {
            for (const [topic, numbers] of Object.entries(byTopic)) {
              seen.set(topic, [...(seen.get(topic) ?? []), ...numbers]);
              for (const p of numbers) owners.set(p, (owners.get(p) ?? new Set()).add(memberId));
            }
          }
          for (const owner of owners.values()) expect(owner.size).toBe(1);
          for (const [topic, all] of partitionsOf)
            expect(seen.get(topic)!.sort((a, b) => a - b)).toEqual(all);
        },
      ),
    );
  });

  test('a restarted process gets what it had, whatever its new member id', () => {
    const partitionsOf = new Map([['t', partitions(12)]]);
    const before = assignCoPartitioned([member('m1', ['t'], 'a'), member('m2', ['t'], 'b')], partitionsOf);
    const after = assignCoPartitioned([member('m9', ['t'], 'a'), member('m2', ['t'], 'b')], partitionsOf);
    expect(after.get('m9')).toEqual(before.get('m1'));
    expect(after.get('m2')).toEqual(before.get('m2'));
  });

  test('two members of one instance id both get a share, and nothing is given twice', () => {
    const assignment = assignCoPartitioned(
      [member('m1', ['t'], 'a'), member('m2', ['t'], 'a')],
      new Map([['t', partitions(12)]]),
    );
    expect([assignment.get('m1')!.t!.length, assignment.get('m2')!.t!.length]).toEqual([6, 6]);
  });

  test('a topic goes only to members that read it', () => {
    const assignment = assignCoPartitioned(
      [member('old', ['t']), member('new', ['t', 'u'])],
      new Map([
        ['t', partitions(4)],
        ['u', partitions(4)],
      ]),
    );
    expect(assignment.get('old')!.u).toBeUndefined();
    expect(assignment.get('new')!.u).toEqual([0, 1, 2, 3]);
    expect(assignment.get('old')!.t!.length).toBe(2);
  });
});
