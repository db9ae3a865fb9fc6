import { EVENT_TYPES } from '@herald/domain/event-type';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { viewEventType } from './event-type-view.ts';

describe('what is said of an event type', () => {
  it.each(EVENT_TYPES)(
    '%s: each schema is one, and takes its example and fields that are yet to come',
    (type) => {
      for (const { schema, example, format } of viewEventType(type).messages) {
        const ajv = addFormats.default(new Ajv2020({ strict: true }));
        const validate = ajv.compile(schema);
        expect(validate(example), `${format}: ${ajv.errorsText(validate.errors)}`).toBe(true);
        expect(validate({ ...example, of_a_newer_herald: 1 })).toBe(true);
        const [first] = Object.keys(example);
        expect(validate({ ...example, [first as string]: undefined })).toBe(false);
      }
    },
  );

  it('names the formats that can say it', () => {
    const formats = (type: (typeof EVENT_TYPES)[number]) =>
      viewEventType(type).messages.map(({ format }) => format);
    expect(formats('publication.failed')).toEqual(['publication', 'cloudevents', 'upload-post']);
    expect(formats('publication.deleted')).toEqual(['publication', 'cloudevents']);
  });
});
