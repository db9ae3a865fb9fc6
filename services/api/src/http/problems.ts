import type { Role } from '@herald/registry/api-key';
import type { Problem } from '@herald/service-kit/problem';
import type { Caller } from '../access/caller.ts';
import type { StreamOwner } from '../tail/tail.ts';
import type { Answer } from './operation.ts';

/** What the API answers when it does not do what it was asked, each with what to do. */

export function forbidden({ actor, role: has }: Pick<Caller, 'actor' | 'role'>, needs: Role): Problem {
  const isKey = actor.kind === 'api_key';
  return {
    status: 403,
    code: 'forbidden',
    title: `The ${isKey ? 'API key' : 'session'} may not do this`,
    detail: isKey
      ? `The key has the role ${has}, this needs ${needs}. Use a key with that role.`
      : `The session has the role ${has}, this needs ${needs}. Ask for it where you got the portal link.`,
    role: has,
    needed_role: needs,
  };
}

/** Not for a session from a portal link, whatever its role and scope. */
export const keyNeeded: Problem = {
  status: 403,
  code: 'key_needed',
  title: 'This needs an API key',
  detail:
    'The session comes from a portal link. Ask with an API key, or with a session that was made from one (POST /v1/sessions with api_key).',
};

/** What is asked for reaches beyond the projects or channels that the caller is limited to. */
export function scopeTooNarrow(detail: string): Problem {
  return {
    status: 403,
    code: 'scope_too_narrow',
    title: 'The session is limited to a part of the account',
    detail,
  };
}

/** Also for what belongs to another account: its very existence is not told. */
export function notFound(what: string, id: string): Problem {
  return {
    status: 404,
    code: 'not_found',
    title: `There is no such ${what}`,
    detail: `This account has no ${what} ${JSON.stringify(id)}. List what it has, and check which account the key or session is of.`,
  };
}

/** Without an API key: nothing else is told about the endpoint. */
export function unknownKeys(endpointId: string): Problem {
  return {
    status: 404,
    code: 'not_found',
    title: 'There are no public keys here',
    detail: `No endpoint ${JSON.stringify(endpointId)} signs with v1a. Check the id; v1 has no public keys.`,
  };
}

export const keysUnavailable: Answer = {
  headers: { 'retry-after': '60' },
  problem: {
    status: 503,
    code: 'keys_unavailable',
    title: 'The keys cannot be read now',
    detail:
      'A secret of the endpoint cannot be opened with the keys that this service has. Tell its operator.',
  },
};

export function unknownRoute(method: string, path: string): Problem {
  return {
    status: 404,
    code: 'unknown_route',
    title: 'There is nothing here',
    detail: `${method} ${path} is not known. Everything begins with /v1.`,
  };
}

export function methodNotAllowed(method: string, path: string, allowed: readonly string[]): Answer {
  return {
    headers: { allow: allowed.join(', ') },
    problem: {
      status: 405,
      code: 'method_not_allowed',
      title: 'This method is not known here',
      detail: `${path} does not take ${method}. Use ${allowed.join(' or ')}.`,
    },
  };
}

export function unsupportedType(contentType: string | undefined): Problem {
  return {
    status: 415,
    code: 'unsupported_type',
    title: 'The body is not announced as JSON',
    detail: `The request has Content-Type ${contentType ?? '(none)'}. Send application/json.`,
    errors: [
      {
        in: 'header',
        field: 'Content-Type',
        value: JSON.stringify(contentType ?? '').slice(0, 200),
        problem: 'it does not announce JSON',
        remedy: 'Expected: application/json.',
      },
    ],
  };
}

export function refusedCursor(reason: string): Problem {
  return {
    status: 400,
    code: 'refused_cursor',
    title: 'The cursor cannot be used',
    detail: `${reason}. Ask again without a cursor, from the first page.`,
    errors: [
      {
        in: 'query',
        field: 'cursor',
        problem: reason,
        remedy:
          'Expected: next_cursor of the page before, with the same filters; without it, the first page.',
      },
    ],
  };
}

export const refusedPosition: Problem = {
  status: 400,
  code: 'refused_position',
  title: 'The position cannot be used',
  detail:
    'Last-Event-ID (or after) is not the id of an event of this stream. Send the last id as it was given, or none to begin with what comes now.',
  errors: [
    {
      in: 'query',
      field: 'after',
      problem: 'it is not the id of an event of this stream, nor is Last-Event-ID, where that is given',
      remedy: 'Expected: the last id as it was given, or none.',
    },
  ],
};

const STREAM_OWNERS: Readonly<Record<StreamOwner, string>> = {
  'who asks': 'This API key or session',
  'the account': 'This account',
  'this process': 'This process',
};

export function tooManyStreams({ streams, of }: { streams: number; of: StreamOwner }): Answer {
  return {
    headers: { 'retry-after': '5' },
    problem: {
      status: 429,
      code: 'too_many_streams',
      title: 'There are too many live tails',
      detail: `${STREAM_OWNERS[of]} has ${streams} open, which is as many as it may have. Close one (a browser needs one for all its tabs), or try again after the time in Retry-After.`,
    },
  };
}

export function rateLimited(rule: string): Problem {
  return {
    status: 429,
    code: 'rate_limited',
    title: 'Too many requests',
    detail: `${rule}, of each process of the API. Go on after the time in Retry-After; RateLimit says what is left.`,
  };
}

export const tooManyReads: Answer = {
  headers: { 'retry-after': '5' },
  problem: {
    status: 429,
    code: 'rate_limited',
    title: 'Too many requests',
    detail:
      'This account reads as much of the history at once as it may beside others, and this request has waited for its turn in vain. Go on after the time in Retry-After, with fewer requests at once or shorter ranges.',
  },
};

/** ClickHouse is away. Configuration does not need it. */
export const historyUnavailable: Answer = {
  headers: { 'retry-after': '5' },
  problem: {
    status: 503,
    code: 'history_unavailable',
    title: 'The history cannot be read now',
    detail:
      'Deliveries go on and are recorded; reading them comes back by itself. Endpoints can be changed meanwhile. Try again after the time in Retry-After.',
  },
};

/** Not 404, nor deleted: it is there, and its owner would make another one, or give up what waits for it. */
export function endpointUnreadable(endpointId: string): Answer {
  return {
    headers: { 'retry-after': '10' },
    problem: {
      status: 503,
      code: 'endpoint_unreadable',
      title: 'The configuration of the endpoint cannot be read here',
      detail: `${endpointId} was configured by a newer version of Herald than the one that answers. It goes on as it is. Try again after the time in Retry-After, when that one has been updated as well.`,
      endpoint_id: endpointId,
    },
  };
}

/** Kafka is away. What the tables hold can still be read. */
export function configurationUnavailable(because: string): Answer {
  return {
    headers: { 'retry-after': '2' },
    problem: {
      status: 503,
      code: 'configuration_unavailable',
      title: 'The configuration cannot be changed now',
      detail: `Kafka has not confirmed the change (${because}). It may still be on record: look, and try again after the time in Retry-After.`,
    },
  };
}
