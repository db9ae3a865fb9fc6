import { expect, test } from 'vitest';
import { downloadProgress } from './maven.ts';

test('a finished file is named with its size, without the host that it came from', () => {
  const line =
    '[INFO] Downloaded from central: https://repo.example/org/apache/kafka/kafka_2.13-4.3.1.jar (5.2 MB at 21 MB/s)';
  expect(downloadProgress(line)).toEqual({ kind: 'file', text: 'kafka_2.13-4.3.1.jar (5.2 MB at 21 MB/s)' });
});

test('a large file under way is told by its parts', () => {
  expect(downloadProgress('Progress (1): 12/142 MB   ')).toEqual({ kind: 'part', text: '12/142 MB' });
});

test.each([
  '[INFO] BUILD SUCCESS',
  'Progress (1): 4.1/18 kB',
  '[INFO] Downloaded from central: https://repo.example/org/junit/junit-bom-5.11.1.pom (5.6 kB at 297 kB/s)',
])('%j is no progress that a person waits for', (line) => {
  expect(downloadProgress(line)).toBeUndefined();
});
