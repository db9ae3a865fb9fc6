/** Which moments are requests that were made. */
export const REQUESTS = "outcome != ''";

/** `2xx` to `5xx` of a response, else the name of the wire error: what a request came to, in a word. */
export const OUTCOME_CLASS = `multiIf(
  outcome != 'response', toString(outcome),
  response_status < 300, '2xx', response_status < 400, '3xx', response_status < 500, '4xx', '5xx')`;
