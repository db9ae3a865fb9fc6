import { expect, test } from 'vitest';
import { createRequestReader } from './request-reader.ts';

const request = (path: string, body: string) =>
  `POST ${path} HTTP/1.1\r\nhost: sink\r\nContent-Length: ${body.length}\r\nx: y\r\n\r\n${body}`;

function read(...chunks: string[]) {
  const requests: string[] = [];
  const reader = createRequestReader((path, body) => requests.push(`${path} ${body}`));
  const readable = chunks.map((chunk) => reader(Buffer.from(chunk)));
  return { requests, readable: readable.every(Boolean) };
}

test('requests are the same however the network cuts them', () => {
  const bytes = request('/a/0', 'first') + request('/b/1', 'second');
  for (let at = 0; at <= bytes.length; at++) {
    const { requests } = read(bytes.slice(0, at), bytes.slice(at));
    expect(requests).toEqual(['/a/0 first', '/b/1 second']);
  }
});

test('a request without a length cannot be read', () => {
  expect(read('POST /a/0 HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n').readable).toBe(false);
});
