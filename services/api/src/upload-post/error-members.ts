import type { ExtendProblem } from '@herald/service-kit/problem';
import type { RequestHandler } from 'express';

/** Clients of the Upload-Post API look at `success`, and show `message`. A problem has them too, whatever it is. */
const extendProblem: ExtendProblem = ({ detail }) => ({ success: false, message: detail });

export const uploadPostErrors: RequestHandler = (_request, response, next) => {
  response.locals.extendProblem = extendProblem;
  next();
};
