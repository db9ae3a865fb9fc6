// Prints `passed failed` from vitest's JSON report; a run that failed otherwise, or ran nothing, is one failure.
import { readFileSync } from 'node:fs';

const [, , file, status] = process.argv;
let passed = 0;
let failed = 0;
try {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  passed = report.numPassedTests;
  failed = report.numTotalTests - passed;
} catch (error) {
  console.error(`The test run left no report: ${error.message}`);
}
if (failed === 0 && (status !== '0' || passed === 0)) failed = 1;
console.log(passed, failed);
