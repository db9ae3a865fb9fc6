import { MAX_JITTER_SHARE } from './retry-tiers.ts';

/**
 * The jitter of a retry, 0 to MAX_JITTER_SHARE, as a hash (FNV-1a) of delivery and step: twins of one step
 * return together, where the fence sees both; different deliveries spread.
 */
export function jitterShare(deliveryId: string, step: number): number {
  const text = `${deliveryId}:${step}`;
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  // FNV's low bits mix well and its high bits poorly on short texts: fold before scaling.
  const folded = ((hash >>> 16) ^ hash) & 0xffff;
  return (folded / 0xffff) * MAX_JITTER_SHARE;
}
