import type { Response } from 'express';

/** Why work was given up that nobody is told of. */
export class ClientLeft extends Error {
  constructor() {
    super('The client has left');
  }
}

/** Aborts when the response is over, by whomever it was ended. */
export function whenLeft(response: Response): AbortSignal {
  const left = new AbortController();
  const leave = () => left.abort(new ClientLeft());
  if (response.closed) leave();
  else response.once('close', leave);
  return left.signal;
}
