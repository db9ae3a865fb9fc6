import type { Sealing } from '@herald/registry/sealing';
import { z } from 'zod';
import type { Actor } from './caller.ts';

/**
 * What the cookie of a session says, sealed. Whom it may do what for is asked of the table of keys or links at each
 * request, so that a session never knows better than its key or link.
 */
export interface Session {
  actor: Actor;
  /** Of a portal session: which one of its link it is; the link's record names the only one. */
  sessionId: string | undefined;
  expiresAtMs: number;
}

const sealedForm = z.tuple([
  z.enum(['api_key', 'portal_session']),
  z.string(),
  z.string().nullable(),
  z.int(),
]);

const PURPOSE = { purpose: 'session' };

export function sealSession(sealing: Sealing, { actor, sessionId, expiresAtMs }: Session): string {
  const form: z.input<typeof sealedForm> = [actor.kind, actor.id, sessionId ?? null, expiresAtMs];
  return Buffer.from(sealing.seal(JSON.stringify(form), PURPOSE)).toString('base64url');
}

/** Undefined for what nobody here has sealed, and for a session whose time is up. */
export function openSession(sealing: Sealing, text: string, nowMs: number): Session | undefined {
  const opened = sealing.open(Buffer.from(text, 'base64url'), PURPOSE);
  if (!opened.ok) return undefined;
  const form = sealedForm.safeParse(JSON.parse(opened.secret));
  if (!form.success) return undefined;
  const [kind, id, sessionId, expiresAtMs] = form.data;
  if (expiresAtMs <= nowMs) return undefined;
  return { actor: { kind, id }, sessionId: sessionId ?? undefined, expiresAtMs };
}
