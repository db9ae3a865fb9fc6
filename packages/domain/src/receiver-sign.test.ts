import { expect, test } from 'vitest';
import { type Outcome, WIRE_ERRORS } from './outcome.ts';
import { receiverSign } from './receiver-sign.ts';

function response(status: number): Outcome {
  return { kind: 'response', status, headers: {}, body: new Uint8Array(), bodyTruncated: false };
}

test.each([500, 502, 503, 504, 599, 408, 429])('%i is a sign of trouble', (status) => {
  expect(receiverSign(response(status))).toBe('failing');
});

test.each([200, 204, 302, 400, 401, 404, 410, 413, 422])('%i is a sign of life', (status) => {
  expect(receiverSign(response(status))).toBe('well');
});

test('a wire error is a sign of trouble, unless Herald refused to send', () => {
  const none = WIRE_ERRORS.filter(
    (error) => receiverSign({ kind: 'error', error, message: '' }) !== 'failing',
  );
  expect(none.toSorted()).toEqual(['aborted', 'blocked_address', 'invalid_request', 'invalid_url']);
});
