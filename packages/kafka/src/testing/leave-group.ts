import { once } from 'node:events';
import { connect } from 'node:net';
import { createKafka, type KafkaConnection } from '../connection.ts';

/** https://kafka.apache.org/protocol#The_Messages_LeaveGroup, version 0. */
const LEAVE_GROUP = 13;
const TIMEOUT_MS = 5_000;

/**
 * Takes members that are dead out of their groups, as the end of their sessions would some time later, so that the
 * suite need not wait for it after every kill. Without `isDead` they all are.
 */
export async function endSessions(
  connection: KafkaConnection,
  groupIds: readonly string[],
  isDead: (memberId: string) => boolean = () => true,
): Promise<void> {
  for (const { groupId, memberId } of await membersOf(connection, groupIds)) {
    if (isDead(memberId)) await leave(connection.brokers, groupId, memberId);
  }
}

export async function membersOf(
  connection: KafkaConnection,
  groupIds: readonly string[],
): Promise<{ groupId: string; memberId: string }[]> {
  const admin = createKafka(connection).admin();
  await admin.connect();
  try {
    const { groups } = await admin.describeGroups([...groupIds]);
    return groups.flatMap(({ groupId, members }) => members.map(({ memberId }) => ({ groupId, memberId })));
  } finally {
    await admin.disconnect();
  }
}

/** Told to every broker: the one that coordinates the group does it, the others refuse. */
async function leave(brokers: readonly string[], groupId: string, memberId: string): Promise<void> {
  await Promise.allSettled(brokers.map((broker) => ask(broker, requestOf(groupId, memberId))));
}

async function ask(broker: string, request: Buffer): Promise<void> {
  const [host, port] = broker.split(':');
  const socket = connect({ host: host!, port: Number(port) });
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    await once(socket, 'connect', { signal });
    socket.write(request);
    await once(socket, 'data', { signal });
  } finally {
    socket.destroy();
  }
}

function requestOf(groupId: string, memberId: string): Buffer {
  const head = Buffer.alloc(8);
  head.writeInt16BE(LEAVE_GROUP, 0);
  const body = Buffer.concat([head, textOf('herald-test'), textOf(groupId), textOf(memberId)]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}

function textOf(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(2);
  length.writeInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
