import type { Outcome } from './outcome.ts';

/** The longest wait that a receiver can ask for: a day. */
export const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1_000;

/** Statuses whose Retry-After is honoured (RFC 9110 10.2.3; 502 and 504 by Standard Webhooks). */
const HONOURED = new Set([429, 502, 503, 504]);

/**
 * The wait that a receiver asks for, in milliseconds, bounded by a day: from whole seconds or an HTTP date.
 * Undefined where the status does not carry one, the field is absent or malformed, or the date has passed.
 */
export function retryAfterMs(
  status: number,
  headers: Readonly<Record<string, string>>,
  nowMs: number,
): number | undefined {
  const field = headers['retry-after']?.trim();
  if (!field || !HONOURED.has(status)) return undefined;
  const waitMs = /^\d+$/.test(field) ? Number(field) * 1_000 : dateMs(field) - nowMs;
  if (!(waitMs > 0)) return undefined;
  return Math.min(waitMs, MAX_RETRY_AFTER_MS);
}

/** The same of an outcome: the bounded wait that its receiver asks for, 0 for none. */
export function askedWaitMs(outcome: Outcome, nowMs: number): number {
  return outcome.kind === 'response' ? (retryAfterMs(outcome.status, outcome.headers, nowMs) ?? 0) : 0;
}

/** IMF-fixdate and the two obsolete forms (asctime names no zone: it is GMT); what else Date.parse takes is refused. */
function dateMs(field: string): number {
  if (!/^(mon|tue|wed|thu|fri|sat|sun)/i.test(field)) return Number.NaN;
  return Date.parse(/gmt$/i.test(field) ? field : `${field} GMT`);
}
