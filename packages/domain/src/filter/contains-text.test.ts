import fc from 'fast-check';
import { expect, it } from 'vitest';
import { containsText, searchLinearly } from './contains-text.ts';

/** Few letters and long runs: what begins again and again and is not it. */
const repetitive = fc
  .array(fc.constantFrom('a', 'aaaa', 'b', 'ab', '日'), { maxLength: 40 })
  .map((parts) => parts.join(''));

it('finds a value where `includes` does, and nowhere else', () => {
  fc.assert(
    fc.property(repetitive, repetitive, fc.nat(), (text, other, from) => {
      for (const value of [other, text.slice(from % (text.length + 1)), other.slice(0, 12)]) {
        expect(searchLinearly(text, value)).toBe(text.includes(value));
        expect(containsText(text, value)).toBe(text.includes(value));
      }
    }),
    { numRuns: 1_000 },
  );
});

it('looks at each character of the text once, however much the value is like it', () => {
  let looks = 0;
  const text = {
    length: 20_000,
    charCodeAt() {
      looks++;
      return 'a'.charCodeAt(0);
    },
  };
  expect(searchLinearly(text, `${'a'.repeat(249)}b${'a'.repeat(250)}`)).toBe(false);
  expect(looks).toBe(20_000);
});
