import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

const SQLITE_BUSY = 5;

/**
 * Takes an exclusive lock that the operating system gives back when the process dies, even by kill -9, so there is
 * no stale lock to clean. Node has no flock: SQLite's file lock is the one it ships.
 *
 * @returns the release function, or `undefined` when another process holds the lock
 */
export function tryLock(file: string): (() => void) | undefined {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
    throw error;
  }
  return () => database.close();
}

/** Runs `work` while holding the lock; calls `onWait` once when it has to wait for another process. */
export async function withLock<T>(file: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  let release = tryLock(file);
  if (!release) onWait();
  while (!release) {
    await sleep(100);
    release = tryLock(file);
  }
  try {
    return await work();
  } finally {
    release();
  }
}
