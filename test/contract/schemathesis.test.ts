import { expect, it } from 'vitest';
import { readReport } from './schemathesis.ts';

const clean = {
  exit_code: 0,
  operations: { selected: 2, tested: 2, errored: 0 },
  test_cases: { generated: 100, with_failures: 0, errored: 0 },
  failures: [],
  errors: [],
};

it('a report without failures passes with all its cases', () => {
  expect(readReport(clean)).toEqual({ cases: 100, failedCases: 0, failures: [] });
});

it('cases that fail, errors and operations that were never asked each count as failed', () => {
  const { failedCases, failures } = readReport({
    ...clean,
    operations: { selected: 4, tested: 2, errored: 1 },
    test_cases: { generated: 100, with_failures: 3, errored: 1 },
    failures: [
      { code: 'ST103', title: 'Undocumented status code', count: 3, operations: ['GET /v1/endpoints'] },
    ],
    errors: ['no serializer'],
  });
  expect(failedCases).toBe(3 + 1 + 1 + 2);
  expect(failures).toHaveLength(3);
});

it('a report that says nothing of its cases is no pass', () => {
  expect(() => readReport({ ...clean, test_cases: {} })).toThrow();
});
