import { expect, it } from 'vitest';
import { viewBody } from './delivery-view.ts';

it('shows a body so that its exact bytes can be had back, whatever they are', () => {
  const pairs = Array.from({ length: 65_536 }, (_, pair) => Buffer.from([pair >> 8, pair & 0xff]));
  const changed = pairs.filter((bytes) => {
    const { body, body_encoding } = viewBody(bytes);
    return !Buffer.from(body, body_encoding).equals(bytes);
  });
  expect(changed).toEqual([]);
});

it.each([
  ['text', Buffer.from('Füße 🙂'), 'Füße 🙂', 'utf-8'],
  ['a byte order mark', Buffer.from([0xef, 0xbb, 0xbf, 0x41]), '\ufeffA', 'utf-8'],
  ['a character that was cut', Buffer.from('ü').subarray(0, 1), 'ww==', 'base64'],
  ['nothing', Buffer.alloc(0), '', 'utf-8'],
])('shows %s as it is', (_, bytes, body, encoding) => {
  expect(viewBody(bytes)).toEqual({ body, body_encoding: encoding });
});
