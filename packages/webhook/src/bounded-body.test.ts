import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BoundedBody } from './bounded-body.ts';

const someChunks = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 });

it('keeps the first bytes and counts them all, however they are cut into chunks', () => {
  fc.assert(
    fc.property(someChunks, fc.integer({ min: 1, max: 200 }), (chunks, maxBytes) => {
      const body = new BoundedBody(maxBytes);
      for (const chunk of chunks) body.add(Buffer.from(chunk));
      const whole = Buffer.concat(chunks);
      expect(body.bytes()).toEqual(whole.subarray(0, maxBytes));
      expect(body.receivedBytes).toBe(whole.length);
      expect(body.truncated).toBe(whole.length > maxBytes);
    }),
  );
});

it('keeps a copy: the buffer that a chunk came in may be used again', () => {
  const chunk = Buffer.from('first');
  const body = new BoundedBody(100);
  body.add(chunk);
  body.add(chunk);
  chunk.fill('x');
  expect(body.bytes().toString()).toBe('firstfirst');
});

it('a body in many small chunks takes no more room than one in a few', () => {
  const body = new BoundedBody(16_384);
  for (let i = 0; i < 16_384; i++) body.add(Buffer.from('x'));
  expect(body.bytes().buffer.byteLength).toBe(16_384);
});
