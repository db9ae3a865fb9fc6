import { murmur2 } from './murmur2.ts';

/**
 * Who owns which of `count` numbers: each goes to the member that weighs most for it, within a bound, so that loads
 * differ by one at most and a member that comes or goes moves little more than its own share. The outcome depends on
 * the names alone, not on their order.
 */
export function assignByRendezvous(members: readonly string[], count: number): Map<string, number[]> {
  const least = Math.floor(count / members.length);
  let oneMore = count % members.length;
  const owned = new Map(members.map((member) => [member, [] as number[]]));
  const taken = new Set<number>();
  for (const { member, number } of byWeight(members, count)) {
    const load = owned.get(member)!;
    if (taken.has(number) || load.length > least) continue;
    if (load.length === least) {
      if (oneMore === 0) continue;
      oneMore -= 1;
    }
    taken.add(number);
    load.push(number);
  }
  for (const load of owned.values()) load.sort((a, b) => a - b);
  return owned;
}

function byWeight(members: readonly string[], count: number): { member: string; number: number }[] {
  const pairs = members.flatMap((member) =>
    Array.from({ length: count }, (_, number) => ({
      member,
      number,
      weight: murmur2(Buffer.from(`${number}|${member}`)),
    })),
  );
  return pairs.sort((a, b) => b.weight - a.weight || a.number - b.number || (a.member < b.member ? -1 : 1));
}
