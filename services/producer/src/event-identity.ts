import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/**
 * The id of an event that has none, made from what a repetition repeats: a client that asks again after a crash, of
 * its own or of Herald, sends the same event and not a second one.
 */
export function repeatableEventId(scopedKey: string, fingerprint: string, index: number): string {
  return uuidOf(`${scopedKey}\n${fingerprint}\n${index}`);
}

/**
 * Tells one request from another: by its bytes, and in the binary mode of CloudEvents by the attributes as well, which
 * are header fields there.
 */
export function fingerprintOf(body: Buffer, headers: IncomingHttpHeaders = {}): string {
  const attributes = Object.entries(headers).filter(([name]) => name.startsWith('ce-'));
  const print = createHash('sha256').update(body);
  if (attributes.length > 0) print.update(JSON.stringify(attributes.sort()));
  return print.digest('base64');
}

/** The id of an event whose CloudEvents `id` is no UUID: `source` and `id` together are unique within an account. */
export function cloudEventId(accountId: string, source: string, id: string): string {
  return uuidOf(['cloudevent', accountId, source, id].map(encodeURIComponent).join('\n'));
}

/** A UUID of version 8 (RFC 9562, section 5.8). */
function uuidOf(name: string): string {
  const bytes = createHash('sha256').update(name).digest();
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
