import { CHECK_STAGES, type CheckStage, type DestinationChecked } from '@herald/webhook/check-destination';
import type { z } from 'zod';
import { isoTime } from '../http/fields.ts';
import type { checkView } from './check-fields.ts';

type View = z.output<typeof checkView>;
type Failure = NonNullable<DestinationChecked['failed']>;

export function viewChecked(checked: DestinationChecked): View {
  const { failed, certificate, connectMs, tlsMs } = checked;
  return {
    ok: failed === undefined,
    stages: CHECK_STAGES.map((stage) => viewStage(stage, checked)),
    connect_ms: connectMs ?? null,
    tls_ms: tlsMs ?? null,
    certificate: certificate
      ? {
          issuer: certificate.issuer,
          subject: certificate.subject,
          expires_at: isoTime(certificate.expiresAtMs),
        }
      : null,
  };
}

function viewStage(
  stage: CheckStage,
  { failed, isNamed, isTls }: DestinationChecked,
): View['stages'][number] {
  const nothing = { error: null, problem: null, remedy: null };
  if (stage === failed?.stage) {
    const { error } = failed;
    return {
      stage,
      result: 'failed',
      error,
      problem: problemOf(failed),
      remedy: REMEDIES[error] ?? OTHER_REMEDY,
    };
  }
  const isBehind = failed && CHECK_STAGES.indexOf(stage) > CHECK_STAGES.indexOf(failed.stage);
  const isNeeded = (stage !== 'dns' || isNamed !== false) && (stage !== 'tls' || isTls !== false);
  if (!isNeeded) return { stage, result: 'not_needed', ...nothing };
  return { stage, result: isBehind ? 'not_reached' : 'passed', ...nothing };
}

/** In our own words where the socket speaks: what it says has addresses in it. A handshake tells only of certificates. */
function problemOf({ stage, error, message }: Failure): string {
  if (stage === 'connection' || (stage === 'tls' && error !== 'tls')) {
    return PROBLEMS[error] ?? 'The server cannot be connected to.';
  }
  return message;
}

const PROBLEMS: Readonly<Partial<Record<Failure['error'], string>>> = {
  timeout: 'The server does not answer in time.',
  refused: 'Nothing listens on this port.',
  reset: 'The server breaks the connection off.',
  unreachable: 'There is no way to the server from here.',
};

const REMEDIES: Readonly<Partial<Record<Failure['error'], string>>> = {
  malformed: 'Use a URL of the form https://example.com/hooks.',
  scheme: 'Use https.',
  userinfo: 'Put credentials into a header field of the endpoint.',
  port: 'Have the receiver listen on one of the ports that are allowed.',
  dns: 'Check the spelling of the host name, and that its record is published.',
  blocked_address: 'Use a host of which all addresses are on the public internet.',
  timeout: 'Check that the server runs and that its firewall lets Herald through.',
  refused: 'Check that the server runs, and on this port.',
  reset: 'Check that the server speaks TLS on this port, and what stands in front of it.',
  unreachable: 'Check the address of the host name and its network.',
  tls: 'Use a certificate for this host name that a public authority has signed and that is valid now, with its chain.',
};

const OTHER_REMEDY = 'Check what answers at this URL.';
