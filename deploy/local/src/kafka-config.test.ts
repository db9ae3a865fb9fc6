import { expect, test } from 'vitest';
import { asContainerEnvironment, asProperties, brokerAddress, brokerBehaviour } from './kafka-config.ts';

const cluster = [1, 2, 3].map((n) => ({ client: 9000 + n, controller: 9100 + n }));

test('in a cluster of three no record is acknowledged by less than two brokers', () => {
  expect(brokerBehaviour(3)).toMatchObject({
    'default.replication.factor': 3,
    'min.insync.replicas': 2,
    'offsets.topic.replication.factor': 3,
    'transaction.state.log.min.isr': 2,
  });
});

test('a single broker asks for no replica that it cannot have', () => {
  expect(brokerBehaviour(1)).toMatchObject({
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    'offsets.topic.replication.factor': 1,
  });
});

test('every broker names the same quorum and its own address, on loopback only', () => {
  expect(brokerAddress(2, cluster)).toMatchObject({
    'node.id': 2,
    'controller.quorum.voters': '1@127.0.0.1:9101,2@127.0.0.1:9102,3@127.0.0.1:9103',
    listeners: 'PLAINTEXT://127.0.0.1:9002,CONTROLLER://127.0.0.1:9102',
    'advertised.listeners': 'PLAINTEXT://127.0.0.1:9002',
  });
});

test('settings are written as the broker and as its container image read them', () => {
  expect(asProperties({ 'log.dirs': '/data', 'node.id': 1 })).toBe('log.dirs=/data\nnode.id=1\n');
  expect(asContainerEnvironment({ 'log.dirs': '/data', 'node.id': 1 })).toEqual({
    KAFKA_LOG_DIRS: '/data',
    KAFKA_NODE_ID: '1',
  });
});
