import type { Mistake } from '../http/invalid.ts';

type Headers = Readonly<Record<string, string>>;

/**
 * What stands for the value of a header field wherever an endpoint is shown: any of them may be a password of the
 * receiver, which who may look at endpoints need not know. A change may send it back, to keep the value.
 */
export const SET = '[set]';

export function shownHeaders(headers: Headers): Record<string, typeof SET> {
  return Object.fromEntries(Object.keys(headers).map((name) => [name, SET]));
}

/** The fields that a change asks for, with the values that it keeps. */
export function headersAfter(current: Headers, asked: Headers): Headers {
  return Object.fromEntries(
    Object.entries(asked).flatMap(([name, value]) => {
      const kept = value === SET ? current[name] : value;
      return kept === undefined ? [] : [[name, kept]];
    }),
  );
}

/** Fields of which a value would be kept that they do not have. */
export function valuesMissing(current: Headers, asked: Headers = {}): Mistake[] {
  return Object.entries(asked).flatMap(([name, value]) =>
    value !== SET || name in current
      ? []
      : {
          in: 'body' as const,
          field: `headers.${name}`,
          value: JSON.stringify(value),
          problem: 'it stands for a value that is set, and none is',
          remedy: 'Expected: the value itself.',
        },
  );
}
