import { expect, test } from 'vitest';
import { CommandFailure, EXIT, explain, UsageFailure } from './failure.ts';

test('a mistake in the command is exit 2, a failure is exit 1, each by its own words', () => {
  expect(explain(new UsageFailure(['a', 'b']))).toEqual({
    message: 'The command has 2 mistakes:\n  a\n  b',
    exitCode: EXIT.usage,
  });
  expect(explain(new CommandFailure('no'))).toEqual({ message: 'no', exitCode: EXIT.failure });
});

test('a dependency that is away is one line with its cause; a bug keeps its stack', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
  expect(explain(new Error('The registry cannot be asked', { cause: refused })).message).toBe(
    'The registry cannot be asked: connect ECONNREFUSED 127.0.0.1:1',
  );
  expect(explain(new TypeError('x is not a function')).message).toContain('failure.test.ts');
});
