import { chance, oneOf, RARE_WORD, RARE_WORD_ONE_IN, zipf } from './world.ts';

/** What events, requests and answers say, as SQL over the columns of `eventsFrom`. */

const SYLLABLES = [
  'ba',
  'de',
  'ki',
  'lo',
  'mu',
  'na',
  'pe',
  'ri',
  'so',
  'tu',
  've',
  'wa',
  'xi',
  'yo',
  'zu',
  'cha',
];
const SYLLABLE_LIST = `[${SYLLABLES.map((syllable) => `'${syllable}'`).join(',')}]`;
/** Of three syllables each; some are used much more than others. */
const WORDS = SYLLABLES.length ** 3;
const CAPTION_WORDS = 60;

const syllable = (index: string) => `${SYLLABLE_LIST}[1 + ${index} % ${SYLLABLES.length}]`;
const vocabulary = `arrayMap(w -> concat(${syllable('w')}, ${syllable('intDiv(w, 16)')}, ${syllable('intDiv(w, 256)')}), range(${WORDS}))`;
const rare = `if(cityHash64(n, 'rare') % ${RARE_WORD_ONE_IN} = 0, ' ${RARE_WORD}', '')`;

const CAPTION = `concat(
  arrayStringConcat(arrayMap(i -> ${vocabulary}[1 + ${zipf(WORDS, chance('word', 'n, i'))}], range(${CAPTION_WORDS})), ' '),
  ${rare}, ' #order', toString(n))`;

/** The event as it lies in the column `event` and, in the format `publication`, in a request. */
export const EVENT_JSON = `concat(
  '{"event_id":"', event_id, '","event_type":"', upper(type), '","occurred_at":', toString(at_ms),
  ',"account_id":"', account_id, '","project_id":"', project_id,
  '","channel":{"id":"', channel_id, '","type":"', channel_type, '","name":"', channel_type, ' of ', project_id,
  '"},"publication_id":"', publication_id,
  '","content":{"media_type":"VIDEO","title":"Launch ', toString(n % 1000), '","caption":"', ${CAPTION},
  '","media_urls":["https://media.example/', publication_id, '/0.mp4","https://media.example/', publication_id, '/1.mp4"]}',
  ',"status_code":', if(type = 'failed', '400', '200'),
  ',"error_message":', if(type = 'failed', '"The platform refused the upload: quota exceeded"', 'null'),
  ',"result":{"url":"https://', channel_type, '.example/p/', toString(n), '","publish_id":"', toString(n), '","post_id":null}',
  ',"user_email":"user', toString(n % 5000), '@customer.example","profile_username":"profile', toString(n % 5000),
  '","metadata":{"upload_id":"', hex(cityHash64(n, 'upload')), '"},"endpoint":null}')`;

export const REQUEST_BODY = `concat('{"type":"', event_type, '","timestamp":"', toString(occurred_at), '","data":', ${EVENT_JSON}, '}')`;

export const REQUEST_HEADERS = `map(
  'content-type', 'application/json', 'user-agent', 'Herald/1',
  'webhook-id', concat('msg_', toString(delivery_id)), 'webhook-timestamp', toString(intDiv(at_ms, 1000)),
  'webhook-signature', concat('v1,', base64Encode(reinterpretAsFixedString(sipHash128(n, endpoint, step, 'signature')))),
  'herald-attempt', toString(step + 1), 'herald-cause', 'event')`;

export const FAILED_STATUS = `[500, 500, 503, 503, 502, 504, 429, 429, 404, 401, 400, 409, 422, 301, 307][1 + toUInt32(${chance('status', 'n, endpoint, step')} * 15)]`;

export const WIRE_ERROR = oneOf(
  ['timeout', 'timeout', 'timeout', 'refused', 'refused', 'reset', 'dns', 'tls', 'unreachable', 'protocol'],
  chance('error', 'n, endpoint, step'),
);

export const ERROR_MESSAGE = `concat('The receiver did not answer: ', outcome, ' after ', toString(toUInt32(duration_ms)), ' ms')`;

export const RESPONSE_BODY = `multiIf(
  response_status = 0, '',
  response_status < 300, concat('{"received":true,"id":"', hex(cityHash64(n, endpoint, step, 'answer')), '"}'),
  response_status < 500, concat('{"error":{"code":', toString(response_status), ',"message":"The request was rejected","trace":"', hex(cityHash64(n, endpoint, step, 'trace')), '"}}'),
  concat('<html><head><title>', toString(response_status), '</title></head><body><center><h1>Server Error</h1></center><hr><center>nginx</center>', repeat('<!-- padding to disable the friendly error page -->', 6), '</body></html>'))`;
