import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MessageOf } from './messages.ts';
import type { Format, Received, Receiver } from './receiver.ts';

/** What express, connect and plain `node:http` servers call. */
export type Middleware = (
  request: IncomingMessage & { body?: unknown },
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

export interface WebhookMiddleware<F extends Format> extends Middleware {
  /** What was received with a request that came through. */
  of(request: IncomingMessage): Received<MessageOf[F]>;
}

export interface MiddlewareOptions {
  /** Of a body; a larger one is answered with 413. Default 4 MiB, which no message of Herald has. */
  maxBodyBytes?: number;
}

/** A message is at most six times its event, of which Herald takes up to half a MiB. */
const DEFAULT_MAX_BODY_BYTES = 4 * 1024 * 1024;

/**
 * Lets only messages of Herald through; anything else is answered with 400, 401 or 413 and the reason. Mount it before
 * any parser of bodies, or behind `express.raw({ type: '*\/*' })`: the signature is over the exact bytes.
 */
export function webhooks<F extends Format>(
  receiver: Receiver<F>,
  { maxBodyBytes = DEFAULT_MAX_BODY_BYTES }: MiddlewareOptions = {},
): WebhookMiddleware<F> {
  if (!(maxBodyBytes > 0)) throw new TypeError(`maxBodyBytes is ${maxBodyBytes}: give a number above 0.`);
  const known = new WeakMap<IncomingMessage, Received<MessageOf[F]>>();

  const middleware: Middleware = (request, response, next) => {
    rawBody(request, maxBodyBytes).then((read) => {
      if (read === 'gone') return;
      if (read === 'too_large') {
        answer(response, 413, 'body_too_large', `The body has more than ${maxBodyBytes} bytes.`);
        return;
      }
      const received = receiver.receive(request.headers, read);
      if (!received.ok) {
        answer(response, received.status, received.reason, received.detail);
        return;
      }
      known.set(request, received);
      next();
    }, next);
  };

  return Object.assign(middleware, {
    of(request: IncomingMessage) {
      const received = known.get(request);
      if (!received)
        throw new Error('This request did not come through the middleware: mount it on its route.');
      return received;
    },
  });
}

/**
 * `too_large` where there are more bytes than the limit: the rest is read away, so that the answer can be read. `gone`
 * where the sender has left: there is nobody to answer.
 */
function rawBody(
  request: IncomingMessage & { body?: unknown },
  maxBytes: number,
): Promise<Buffer | 'too_large' | 'gone'> {
  const { body } = request;
  if (Buffer.isBuffer(body)) return Promise.resolve(body.length > maxBytes ? 'too_large' : body);
  if (request.readableEnded) {
    return Promise.reject(
      new Error(
        'The body was parsed before its signature could be checked. Mount this middleware before express.json().',
      ),
    );
  }
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) {
        chunks.push(chunk);
      } else {
        chunks = [];
        resolve('too_large');
      }
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', () => resolve('gone'));
    request.once('close', () => resolve('gone'));
  });
}

/** Problem details (RFC 9457), so that the sender's log says what is wrong. */
function answer(response: ServerResponse, status: number, code: string, detail: string): void {
  response.writeHead(status, { 'content-type': 'application/problem+json', connection: 'close' });
  response.end(JSON.stringify({ status, code, detail }));
}
