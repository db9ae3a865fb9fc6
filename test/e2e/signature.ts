import type { Received } from '@herald/testkit/receiver';
import { Webhook } from 'standardwebhooks';

/** A receiver's check, by npm's standardwebhooks and not by Herald's own code. */
export function verifierOf(secret: string): (request: Received) => boolean {
  const webhook = new Webhook(secret);
  return ({ body, headers }) => {
    try {
      webhook.verify(body, headers as Record<string, string>, { jsonParse: false });
      return true;
    } catch {
      return false;
    }
  };
}
