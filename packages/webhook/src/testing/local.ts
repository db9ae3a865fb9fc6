import { type AddressPolicy, DEFAULT_ALLOWED_PORTS, parseNetworks } from '../address-policy.ts';
import { createSender, type Sender, type SenderOptions, type SendRequest } from '../sender.ts';

/** A policy that trusts these networks, by default what the tests' receivers listen on. */
export function policyFor(networks = '127.0.0.1/32'): AddressPolicy {
  const parsed = parseNetworks(networks);
  if (parsed.kind === 'invalid') throw new Error(parsed.message);
  return { allowedNetworks: parsed.networks, allowedPorts: DEFAULT_ALLOWED_PORTS };
}

export function localSender(options: Partial<SenderOptions> = {}): Sender {
  return createSender({ policy: policyFor(), ...options });
}

export function requestTo(url: string, changes: Partial<SendRequest> = {}): SendRequest {
  return {
    url,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from('{"hello":"world"}'),
    timeoutMs: 10_000,
    ...changes,
  };
}
