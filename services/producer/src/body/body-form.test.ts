import { expect, test } from 'vitest';
import { announcedForm } from './body-form.ts';

test.each([
  ['application/json', undefined, 'json'],
  ['Application/JSON; charset=utf-8', undefined, 'json'],
  ['application/json;charset="UTF-8"', undefined, 'json'],
  ['application/x-ndjson', undefined, 'ndjson'],
  ['application/jsonl', undefined, 'ndjson'],
  ['application/cloudevents+json; charset=UTF-8', undefined, 'cloudevent'],
  ['application/cloudevents+json', '1.0', 'cloudevent'],
  ['application/cloudevents-batch+json', undefined, 'cloudevents_batch'],
  ['application/json', '1.0', 'cloudevent_binary'],
  ['application/vnd.acme+json', '1.0', 'cloudevent_binary'],
  [undefined, '1.0', 'cloudevent_binary'],
])('%s with ce-specversion %s is read as %s', (contentType, specVersion, form) => {
  expect(announcedForm(contentType, specVersion)).toEqual({ ok: true, form });
});

test.each([
  [undefined, undefined],
  ['text/plain', undefined],
  ['application/json; charset=latin1', undefined],
  ['application/cloudevents+avro', undefined],
  ['application/vnd.acme+json', undefined],
  ['application/x-ndjson', '1.0'],
  ['text/xml', '1.0'],
  ['constructor', undefined],
  ['__proto__', undefined],
  ['toString', '1.0'],
])('%s with ce-specversion %s is told what can be read', (contentType, specVersion) => {
  expect(announcedForm(contentType, specVersion)).toMatchObject({
    ok: false,
    problem: { status: 415, detail: expect.stringContaining('application/x-ndjson') },
  });
});
