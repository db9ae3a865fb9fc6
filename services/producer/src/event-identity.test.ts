import { expect, test } from 'vitest';
import { cloudEventId, fingerprintOf, repeatableEventId } from './event-identity.ts';

const UUID_V8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('an event id made from a request is a UUID, the same for the same request and no other', () => {
  const print = fingerprintOf(Buffer.from('{}'));
  const id = repeatableEventId('acme\nk', print, 0);
  expect(id).toMatch(UUID_V8);
  expect(repeatableEventId('acme\nk', print, 0)).toBe(id);
  const others = [
    repeatableEventId('acme\nk', print, 1),
    repeatableEventId('acme\nl', print, 0),
    repeatableEventId('globex\nk', print, 0),
    repeatableEventId('acme\nk', fingerprintOf(Buffer.from('{ }')), 0),
  ];
  expect(new Set([id, ...others]).size).toBe(5);
});

test('requests of binary CloudEvents differ by their attributes, and by no other header field', () => {
  const body = Buffer.from('{}');
  const print = fingerprintOf(body, { 'ce-id': '1', 'ce-type': 'a' });
  expect(fingerprintOf(body, { 'ce-type': 'a', 'ce-id': '1', 'user-agent': 'x' })).toBe(print);
  expect(fingerprintOf(body, { 'ce-type': 'a', 'ce-id': '2' })).not.toBe(print);
  expect(fingerprintOf(body, { 'user-agent': 'x' })).toBe(fingerprintOf(body));
});

test('the id of a CloudEvent is unique by account, source and id together', () => {
  const ids = [
    cloudEventId('acme', '/app', '1'),
    cloudEventId('globex', '/app', '1'),
    cloudEventId('acme', '/app', '2'),
    cloudEventId('acme', '/app\n1', ''),
    cloudEventId('acme', '/other', '1'),
  ];
  expect(new Set(ids).size).toBe(5);
  for (const id of ids) expect(id).toMatch(UUID_V8);
});
