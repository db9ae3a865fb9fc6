/**
 * Loaded into a service before its own code (`node --import`), so that the crash suite can end it at an exact point and
 * the service needs no hooks for that. At SIGUSR2 it reads the name of a crash point from the file that
 * HERALD_CHAOS_ORDER names, and arms that one alone; an empty file disarms. When it dies it says so beside it: on a busy
 * machine its parent hears of it some tenths of a second later.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { type CrashPoint, findCrashPoint } from './points.ts';
import { createTrigger, type Trigger, type Watch } from './trigger.ts';

let armed: CrashPoint | undefined;
const watch: Watch = { point: () => armed, isPreceded: false };
const triggers = new WeakMap<Socket, Trigger>();

process.on('SIGUSR2', () => {
  armed = findCrashPoint(readFileSync(process.env.HERALD_CHAOS_ORDER!, 'utf8'));
  watch.isPreceded = false;
});

const write = Socket.prototype.write as (this: Socket, ...args: unknown[]) => boolean;

Socket.prototype.write = function (this: Socket, ...args: unknown[]): boolean {
  const [chunk] = args;
  if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return write.apply(this, args);
  const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : Buffer.from(chunk);
  const effect = triggerOf(this, bytes).sending(bytes);
  if (effect === 'send') return write.apply(this, args);
  if (effect === 'die') die();
  return true;
} as Socket['write'];

function triggerOf(socket: Socket, first: Buffer): Trigger {
  const known = triggers.get(socket);
  if (known) return known;
  const trigger = createTrigger(watch, first);
  triggers.set(socket, trigger);
  // Listened to from the first write on, when its owner does so too: earlier, data would be lost to the owner.
  if (trigger.speaksKafka) socket.on('data', (chunk) => trigger.received(Buffer.from(chunk)));
  return trigger;
}

function die(): never {
  writeFileSync(`${process.env.HERALD_CHAOS_ORDER}.died`, String(Date.now()));
  process.kill(process.pid, 'SIGKILL');
  for (;;); // not one step more until the signal is there
}
