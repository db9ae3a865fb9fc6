import { isDeepStrictEqual } from 'node:util';
import type { Answer, AnyDescription, AnyOperation, ProblemCode, SuccessStatus } from './operation.ts';

/** Whatever is asked, with header fields or a URL that are too long. */
const ALWAYS: readonly ProblemCode[] = ['431 headers_too_large'];

/** What an operation may be refused with before its handler is asked. */
const WITH_A_CALLER: readonly ProblemCode[] = [
  '400 invalid_request',
  '401 unauthorized',
  '403 forbidden',
  '403 scope_too_narrow',
  '429 rate_limited',
];

const OF_A_KEY: readonly ProblemCode[] = ['403 key_needed'];

/** A change that a browser sends along with the cookie of a session. */
const WITH_A_COOKIE: readonly ProblemCode[] = ['403 wrong_origin'];

/** An id whose escapes are no UTF-8. */
const WITH_A_PATH: readonly ProblemCode[] = ['400 refused'];

/** One that the path names, of the caller's. */
const OF_AN_ENDPOINT: readonly ProblemCode[] = ['503 endpoint_unreadable'];

const WITH_A_BODY: readonly ProblemCode[] = [
  '400 malformed_json',
  '400 refused',
  '413 body_too_large',
  '415 unsupported_type',
  '415 refused',
];

/** Everything that the operation may be refused with. */
export function problemsOf(operation: AnyDescription): readonly ProblemCode[] {
  const all = [
    ...ALWAYS,
    ...(operation.role ? WITH_A_CALLER : []),
    ...('keyOnly' in operation ? OF_A_KEY : []),
    ...(operation.method !== 'get' ? WITH_A_COOKIE : []),
    ...(operation.path.includes('{') ? WITH_A_PATH : []),
    ...(operation.role && operation.path.includes('{endpoint_id}') ? OF_AN_ENDPOINT : []),
    ...(operation.body ? WITH_A_BODY : []),
    ...operation.problems,
  ];
  return [...new Set(all)];
}

export function statusesOf({ statuses, answers }: AnyDescription): readonly SuccessStatus[] {
  return statuses ?? (answers ? [200] : [204]);
}

/** What the operation answers that its description does not say; undefined where it keeps to it. */
export function undescribed(operation: AnyOperation, answer: Answer): string | undefined {
  const fault = faultOf(operation, answer);
  return fault && `${operation.method.toUpperCase()} ${operation.path} ${fault}`;
}

function faultOf(operation: AnyOperation, answer: Answer): string | undefined {
  if ('problem' in answer) {
    const code: ProblemCode = `${answer.problem.status} ${answer.problem.code}`;
    if (!problemsOf(operation).includes(code)) return `does not list the problem ${code}`;
    return saysWhen(answer) ? undefined : `answers ${code} without the header retry-after`;
  }
  if (!statusesOf(operation).includes(answer.status)) return `does not list the status ${answer.status}`;
  const missing = headerFault(operation, answer);
  if (missing !== undefined) return missing;
  const isStream = operation.produces === 'text/event-stream';
  if ('stream' in answer) return isStream ? undefined : 'answers with a stream and does not say so';
  if (isStream) return 'says that it answers with a stream';
  return 'body' in answer ? bodyFault(operation, answer.body) : noBodyFault(operation);
}

/** Whoever is told to come back is told when. */
function saysWhen({ headers = {}, problem }: Extract<Answer, { problem: unknown }>): boolean {
  const mayComeBack = problem.status === 429 || problem.status === 503;
  return !mayComeBack || Object.keys(headers).some((name) => name.toLowerCase() === 'retry-after');
}

/** Those of the description, and no others but what says how long an answer may be kept. */
function headerFault({ responseHeaders = [] }: AnyOperation, answer: Answer): string | undefined {
  const sent = Object.keys(answer.headers ?? {}).map((name) => name.toLowerCase());
  const absent = responseHeaders.find((name) => !sent.includes(name));
  if (absent !== undefined) return `answers without the header ${absent}`;
  const known: readonly string[] = [...responseHeaders, 'cache-control'];
  const extra = sent.find((name) => !known.includes(name));
  return extra && `does not list the header ${extra}`;
}

function bodyFault({ answers }: AnyOperation, body: unknown): string | undefined {
  if (!answers) return 'answers with a body and describes none';
  const sent: unknown = JSON.parse(JSON.stringify(body));
  const parsed = answers.safeParse(sent);
  if (!parsed.success) return `answers with a body that is not as described: ${parsed.error.message}`;
  // Parsing leaves out what the schema does not know.
  if (isDeepStrictEqual(parsed.data, sent)) return undefined;
  return `answers with fields that are not described: ${JSON.stringify(sent)}`;
}

function noBodyFault({ answers }: AnyOperation): string | undefined {
  return answers && 'describes a body and answers without one';
}
