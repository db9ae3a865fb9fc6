import type { Problem } from '@herald/service-kit/problem';

/** How a body holds its events. */
export type BodyForm = 'json' | 'ndjson' | 'cloudevent' | 'cloudevents_batch' | 'cloudevent_binary';

/** A map: a client may announce `constructor`. */
const MEDIA_TYPES: ReadonlyMap<string, BodyForm> = new Map([
  ['application/json', 'json'],
  ['application/x-ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
  ['application/cloudevents+json', 'cloudevent'],
  ['application/cloudevents-batch+json', 'cloudevents_batch'],
]);

export type Announced = { ok: true; form: BodyForm } | { ok: false; problem: Problem };

/**
 * By the content type and, for the binary mode of CloudEvents, by `ce-specversion` beside JSON (CloudEvents HTTP
 * binding 1.0, section 3).
 */
export function announcedForm(contentType: string | undefined, ceSpecVersion: string | undefined): Announced {
  const [essence = '', ...parameters] = (contentType ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  if (charset !== undefined && !/^"?utf-?8"?$/.test(charset)) return unsupported(contentType);
  const form = MEDIA_TYPES.get(essence);
  if (ceSpecVersion === undefined || form === 'cloudevent' || form === 'cloudevents_batch') {
    return form ? { ok: true, form } : unsupported(contentType);
  }
  return essence === '' || form === 'json' || essence.endsWith('+json')
    ? { ok: true, form: 'cloudevent_binary' }
    : unsupported(contentType);
}

function unsupported(contentType: string | undefined): Announced {
  return {
    ok: false,
    problem: {
      status: 415,
      code: 'unsupported_type',
      title: 'The body is not announced as something that holds events',
      detail: `The request has Content-Type ${contentType || '(none)'}. Send ${[...MEDIA_TYPES.keys()].join(', ')}, each in UTF-8.`,
      errors: [
        {
          in: 'header',
          field: 'Content-Type',
          value: JSON.stringify(contentType ?? '').slice(0, 200),
          problem: 'it announces nothing that holds events',
          remedy: `Send ${[...MEDIA_TYPES.keys()].join(', ')}, each in UTF-8.`,
        },
      ],
    },
  };
}
