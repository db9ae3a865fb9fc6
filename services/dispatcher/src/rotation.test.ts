import { expect, test } from 'vitest';
import { createRotation } from './rotation.ts';

function drained(rotation: { shift(): string | undefined }): string[] {
  const items: string[] = [];
  for (let item = rotation.shift(); item !== undefined; item = rotation.shift()) items.push(item);
  return items;
}

test('whoever has one waits for one of each other, and what is of one key keeps its order', () => {
  const rotation = createRotation<string>();
  for (const item of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) rotation.push(item[0]!, item);
  expect(rotation.shift()).toBe('a1');
  rotation.push('d', 'd1');
  expect(rotation.length).toBe(6);
  expect(drained(rotation)).toEqual(['b1', 'c1', 'a2', 'd1', 'b2', 'a3']);
  expect(rotation.length).toBe(0);
});

test('what is taken out has no turn', () => {
  const rotation = createRotation<string>();
  for (const item of ['a1', 'a2', 'b1']) rotation.push(item[0]!, item);
  expect(rotation.takeWhere((item) => item !== 'a2')).toEqual(['a1', 'b1']);
  expect(rotation.length).toBe(1);
  expect(drained(rotation)).toEqual(['a2']);
});
