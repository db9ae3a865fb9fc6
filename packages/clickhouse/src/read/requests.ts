/** Which moments are requests that were made. */
export const REQUESTS = "outcome != ''";

/** `2xx`, `5xx` of a response, by its hundreds, else the name of the wire error: what a request came to, in a word. */
export const OUTCOME_CLASS = `if(
  outcome = 'response', concat(toString(intDiv(response_status, 100)), 'xx'), toString(outcome))`;
