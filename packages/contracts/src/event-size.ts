/**
 * The largest record of one event (key, value and headers) that is routed, and so the largest that a publisher may
 * write: a larger one would be accepted and end as poison. The JSON of an event has at most six bytes for each of its
 * own (control characters), so the attempt record, which holds that body, always fits what its topic takes.
 */
export const MAX_EVENT_BYTES = 512 * 1024;
