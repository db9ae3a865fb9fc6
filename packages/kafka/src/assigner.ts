import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';
import { assignByRendezvous } from './rendezvous.ts';

interface Member {
  memberId: string;
  topics: readonly string[];
  /** Survives a restart, unlike the member id. */
  instanceId: string;
}

/**
 * Gives partition p of all topics to one member, and in a rebalance moves as few as it can. A restarted process gets
 * the partitions that it had, by its instance id.
 */
export function coPartitionedAssigner(instanceId: string): PartitionAssigner {
  return ({ cluster }) => ({
    name: 'HeraldCoPartitioned',
    version: 1,
    protocol: ({ topics }) => ({
      name: 'HeraldCoPartitioned',
      metadata: AssignerProtocol.MemberMetadata.encode({
        version: 1,
        topics,
        userData: Buffer.from(instanceId),
      }),
    }),
    assign: async ({ members, topics }) => {
      const partitionsOf = new Map(
        topics.map((topic) => [
          topic,
          cluster.findTopicPartitionMetadata(topic).map((one) => one.partitionId),
        ]),
      );
      const assignment = assignCoPartitioned(members.map(readMember), partitionsOf);
      return [...assignment].map(([memberId, byTopic]) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version: 1,
          assignment: byTopic,
          userData: Buffer.alloc(0),
        }),
      }));
    },
  });
}

function readMember({ memberId, memberMetadata }: { memberId: string; memberMetadata: Buffer }): Member {
  const metadata = AssignerProtocol.MemberMetadata.decode(memberMetadata);
  const instanceId = metadata?.userData?.toString() || memberId;
  return { memberId, topics: metadata?.topics ?? [], instanceId };
}

/**
 * Each partition of each topic goes to one member that reads the topic. Members that read the same topics, which is
 * all of them but during the roll-out of a new topic, share them by partition number.
 */
export function assignCoPartitioned(
  members: readonly Member[],
  partitionsOf: ReadonlyMap<string, readonly number[]>,
): Map<string, Record<string, number[]>> {
  const assignment = new Map(members.map(({ memberId }) => [memberId, {} as Record<string, number[]>]));
  for (const { readers, topics } of topicsByReaders(members, [...partitionsOf.keys()])) {
    const memberIds = uniqueNames(readers);
    const count = Math.max(...topics.map((topic) => Math.max(-1, ...partitionsOf.get(topic)!) + 1));
    for (const [name, numbers] of assignByRendezvous([...memberIds.keys()], count)) {
      const mine = assignment.get(memberIds.get(name)!)!;
      for (const topic of topics) {
        const partitions = numbers.filter((number) => partitionsOf.get(topic)!.includes(number));
        if (partitions.length > 0) mine[topic] = partitions;
      }
    }
  }
  return assignment;
}

function topicsByReaders(members: readonly Member[], topics: readonly string[]) {
  const groups = new Map<string, { readers: Member[]; topics: string[] }>();
  for (const topic of topics) {
    const readers = members.filter((member) => member.topics.includes(topic));
    if (readers.length === 0) continue;
    const key = readers
      .map(({ memberId }) => memberId)
      .sort()
      .join();
    const group = groups.get(key) ?? { readers, topics: [] };
    group.topics.push(topic);
    groups.set(key, group);
  }
  return groups.values();
}

/** A process that was killed and restarted is a member twice until its old session ends. */
function uniqueNames(members: readonly Member[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const { instanceId, memberId } of [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1))) {
    names.set(names.has(instanceId) ? `${instanceId}|${memberId}` : instanceId, memberId);
  }
  return names;
}
