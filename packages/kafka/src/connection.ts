import { Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import { patchKafkaJs } from './patches.ts';
import { createSocket } from './socket.ts';

/** Where kafkajs' own log lines go: one function, called with what a structured logger takes. */
export interface KafkaLogger {
  log(level: 'error' | 'warn' | 'info' | 'debug', message: string, detail: Record<string, unknown>): void;
}

export interface KafkaConnection {
  brokers: string[];
  clientId: string;
  /** Without one, warnings and errors go to the console as kafkajs prints them. */
  logger?: KafkaLogger;
  ssl?: NonNullable<KafkaConfig['ssl']>;
  sasl?: NonNullable<KafkaConfig['sasl']>;
}

/**
 * One `Kafka` for each consumer: consumers of one instance share the map of committed offsets by group, so one
 * would start where the other was.
 */
export function createKafka(connection: KafkaConnection): Kafka {
  patchKafkaJs();
  const { logger } = connection;
  return new Kafka({
    brokers: connection.brokers,
    clientId: connection.clientId,
    socketFactory: createSocket,
    connectionTimeout: 10_000,
    requestTimeout: 15_000,
    // Said explicitly: kafkajs has other defaults when NODE_ENV is "test".
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 5 },
    ...(connection.ssl === undefined ? {} : { ssl: connection.ssl }),
    ...(connection.sasl === undefined ? {} : { sasl: connection.sasl }),
    logLevel: logger ? logLevel.INFO : logLevel.WARN,
    ...(logger
      ? {
          logCreator:
            () =>
            ({ level, namespace, log: { message, timestamp: _, ...detail } }) =>
              logger.log(levelName(level), message, { kafkajs: namespace, ...detail }),
        }
      : {}),
  });
}

function levelName(level: logLevel): 'error' | 'warn' | 'info' | 'debug' {
  if (level === logLevel.ERROR) return 'error';
  if (level === logLevel.WARN) return 'warn';
  return level === logLevel.INFO ? 'info' : 'debug';
}
