import { expect, test } from 'vitest';
import { bodyLines } from './body-lines.ts';

test('a body that is not text says that it is shown as base64', () => {
  const body = Buffer.from([0xff, 0x00]).toString('base64');
  expect(bodyLines({ body, body_encoding: 'base64' }, false)).toEqual({
    lines: [body],
    remark: 'base64 of 2 bytes that are not text',
  });
});

test('a text that was cut within a character is shown as text, and that it was cut', () => {
  for (const character of ['é', '€', '😀']) {
    const whole = Buffer.from(`ok ${character}`);
    for (let kept = 4; kept < whole.length; kept++) {
      const body = whole.subarray(0, kept).toString('base64');
      expect(bodyLines({ body, body_encoding: 'base64' }, true)).toEqual({
        lines: ['ok '],
        remark: `cut: these are its first ${kept} bytes`,
      });
    }
  }
});

test('a body that was left out is not taken for an empty one', () => {
  expect(bodyLines({ body: null, body_encoding: 'utf-8' }, false)).toEqual({
    lines: [],
    remark: expect.stringContaining('left out'),
  });
});

test('an empty body is told from one of blank lines, and line ends of any kind end a line', () => {
  expect(bodyLines({ body: '', body_encoding: 'utf-8' }, false)).toEqual({
    lines: [],
    remark: 'an empty body',
  });
  expect(bodyLines({ body: 'a\r\nb\n', body_encoding: 'utf-8' }, false)).toEqual({
    lines: ['a', 'b', ''],
    remark: undefined,
  });
});
