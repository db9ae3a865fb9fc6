import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { PayloadFormat } from '@herald/domain/endpoint';
import { renderCloudEvent } from './formats/cloudevents.ts';
import { renderPublication } from './formats/publication.ts';
import { renderUploadPost } from './formats/upload-post.ts';
import { notRepresentable, type Rendered } from './rendered.ts';

const FORMATS: Readonly<Record<PayloadFormat, (event: PublicationEvent) => Rendered>> = {
  publication: renderPublication,
  'upload-post': renderUploadPost,
  cloudevents: renderCloudEvent,
};

/** Years 0000 to 9999: what ISO 8601 writes with four digits. Avro's long reaches beyond, where Date throws. */
const FIRST_MS = Date.parse('0000-01-01T00:00:00.000Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

export type Render = (event: PublicationEvent, format: PayloadFormat) => Rendered;

/** Renders an event once in each format, for as long as somebody holds it: one rendering serves all its endpoints. */
export function createRenderer(): Render {
  const rendered = new WeakMap<PublicationEvent, Partial<Record<PayloadFormat, Rendered>>>();
  return (event, format) => {
    const known = rendered.get(event);
    if (known?.[format]) return known[format];
    const made = render(event, format);
    rendered.set(event, { ...known, [format]: made });
    return made;
  };
}

/** The message body of an event in a format. Depends on nothing else. */
export function render(event: PublicationEvent, format: PayloadFormat): Rendered {
  if (!(event.occurred_at >= FIRST_MS && event.occurred_at <= LAST_MS)) {
    return notRepresentable(`occurred_at ${event.occurred_at} is no time that ISO 8601 can write`);
  }
  return FORMATS[format](event);
}
