import type { FieldProblem } from '@herald/publisher/parse-event';
import { cloudEventId } from '../event-identity.ts';
import { type Envelope, problem, readEnvelope } from './cloudevents-envelope.ts';
import { type BatchItem, isObject } from './event-batch.ts';

/**
 * `source` as Herald writes it in the messages of endpoints with the format `cloudevents`. A slash of the channel's id
 * is bare where a sender of the binary mode has not encoded the percent sign before it.
 */
const HERALD_SOURCE = /^\/projects\/([^/]+)\/channels\/(.+)$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The attribute that names a field of an event, where the client gave it in neither place. */
const ATTRIBUTE_OF: Readonly<Record<string, string>> = {
  event_id: 'id',
  event_type: 'type',
  occurred_at: 'time',
  publication_id: 'subject',
};

/** What an attribute says of a field of the event. */
interface Claim {
  field: string;
  attribute: string;
  value: string;
}

/**
 * A CloudEvent as an event: `id`, `type`, `time` and `subject` are event_id, event_type, occurred_at and
 * publication_id; a `source` of Herald's own form names project and channel; `data` has the other fields, and may
 * repeat these; extensions become metadata. What an attribute and `data` say differently is refused.
 */
export function cloudEventItem(value: unknown, index: number, accountId: string): BatchItem {
  const place = { index };
  const read = readEnvelope(value);
  if (!read.ok) return { input: undefined, place, problems: read.problems };
  const { envelope } = read;
  const claims = claimsOf(envelope, accountId);
  const problems = [...contradictions(claims, envelope), ...hiddenMetadata(envelope)];
  if (problems.length > 0) return { input: undefined, place, problems };
  return {
    input: eventOf(claims, envelope),
    place,
    problems: [],
    ...(envelope.traceparent === undefined ? {} : { traceparent: envelope.traceparent }),
    nameOf: (field) => nameOf(field, claims, envelope),
  };
}

function claimsOf({ id, type, time, subject, source }: Envelope, accountId: string): Claim[] {
  const [project, channel] = HERALD_SOURCE.exec(source)?.slice(1).map(decoded) ?? [];
  const claims = [
    { field: 'event_id', attribute: 'id', value: UUID.test(id) ? id : cloudEventId(accountId, source, id) },
    { field: 'event_type', attribute: 'type', value: type },
    { field: 'occurred_at', attribute: 'time', value: time },
    { field: 'publication_id', attribute: 'subject', value: subject },
    { field: 'project_id', attribute: 'source', value: project },
    { field: 'channel.id', attribute: 'source', value: channel },
  ];
  return claims.filter((claim): claim is Claim => claim.value !== undefined);
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function* contradictions(claims: readonly Claim[], { data }: Envelope): Iterable<FieldProblem> {
  for (const { field, attribute, value } of claims) {
    const inData = fieldOf(data, field);
    if (inData === undefined || inData === null || saysTheSame(field, inData, value)) continue;
    yield problem(
      `data.${field}`,
      inData,
      `the attribute ${attribute} says ${JSON.stringify(value)}`,
      'Say the same in both, or leave it out of data.',
    );
  }
}

function saysTheSame(field: string, inData: unknown, value: string): boolean {
  if (field === 'occurred_at') return Date.parse(String(inData)) === Date.parse(value);
  if (field === 'event_id') return String(inData).toLowerCase() === value.toLowerCase();
  return inData === value;
}

/** Extensions that would overwrite what the event says of itself. */
function* hiddenMetadata({ extensions, data: { metadata } }: Envelope): Iterable<FieldProblem> {
  for (const [name, value] of Object.entries(extensions)) {
    const inData = isObject(metadata) && Object.hasOwn(metadata, name) ? metadata[name] : undefined;
    if (inData === undefined || inData === value) continue;
    yield problem(name, value, `data.metadata.${name} says something else`, 'Give it in one place.');
  }
}

function eventOf(claims: readonly Claim[], { data, extensions }: Envelope): Record<string, unknown> {
  const event: Record<string, unknown> = { ...data };
  for (const { field, value } of claims) {
    if (field !== 'channel.id') event[field] = value;
    else if (event.channel === undefined || isObject(event.channel))
      event.channel = { ...event.channel, id: value };
  }
  if (Object.keys(extensions).length > 0 && (event.metadata === undefined || isObject(event.metadata))) {
    event.metadata = { ...event.metadata, ...extensions };
  }
  return event;
}

function fieldOf(data: Envelope['data'], field: string): unknown {
  if (field !== 'channel.id') return data[field];
  return isObject(data.channel) ? data.channel.id : undefined;
}

function nameOf(field: string, claims: readonly Claim[], { data }: Envelope): string {
  const claim = claims.find((one) => one.field === field);
  if (claim) return claim.attribute;
  const attribute = ATTRIBUTE_OF[field];
  if (attribute !== undefined && fieldOf(data, field) === undefined) return attribute;
  return field === '' ? 'data' : `data.${field}`;
}
