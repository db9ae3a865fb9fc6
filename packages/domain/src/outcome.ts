/** Errors that an attempt can end in, by name. A new name goes into this list and into docs/operations.md. */
export const WIRE_ERRORS = [
  'timeout',
  'dns',
  'refused',
  'reset',
  'unreachable',
  'tls',
  'blocked_address',
  'invalid_url',
  'invalid_request',
  'headers_too_large',
  'protocol',
  'aborted',
] as const;

export type WireError = (typeof WIRE_ERRORS)[number];

/** What happened on the wire: a response, or a typed error. Data, never an exception. */
export type Outcome =
  | {
      kind: 'response';
      status: number;
      /** Names in lower case, repeated fields joined by a comma. */
      headers: Readonly<Record<string, string>>;
      /** The first bytes of the body, up to the sender's bound. */
      body: Uint8Array;
      bodyTruncated: boolean;
    }
  | { kind: 'error'; error: WireError; message: string };
