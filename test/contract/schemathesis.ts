import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const CONFIG = join(import.meta.dirname, 'schemathesis.toml');

/**
 * Left out: whether what a schema allows is accepted, since the schema cannot say which URL may be sent to; and whether
 * what was deleted is gone, since keys and links that are revoked stay on record.
 */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'missing_required_header',
  'unsupported_method',
  'allow_header_conformance',
  'ignored_auth',
];

export interface SchemathesisOptions {
  python: string;
  /** What the reports are called. */
  name: string;
  url: string;
  /** Requests that the document allows, those that it does not, or both. */
  mode: 'positive' | 'negative' | 'all';
  apiKey: string;
  document: object;
  seconds: number;
  examples: number;
  seed: number;
  /** Where reports and the whole output go. */
  folder: string;
  closing: AsyncDisposableStack;
}

const reportSchema = z.object({
  exit_code: z.number(),
  operations: z.object({ selected: z.number(), tested: z.number(), errored: z.number() }),
  test_cases: z.object({ generated: z.number(), with_failures: z.number(), errored: z.number() }),
  failures: z.array(
    z.object({ code: z.string(), title: z.string(), count: z.number(), operations: z.array(z.string()) }),
  ),
  errors: z.array(z.unknown()),
});

export interface Tested {
  cases: number;
  failedCases: number;
  /** Each kind of failure in a line; errors of the tool too. */
  failures: readonly string[];
}

/** Runs Schemathesis against a server by a document. @throws Error where it ends without a report */
export async function runSchemathesis(options: SchemathesisOptions): Promise<Tested> {
  const { name, folder, seconds } = options;
  await mkdir(folder, { recursive: true });
  const documentFile = join(folder, `${name}.openapi.json`);
  const reportFile = join(folder, `${name}.report.json`);
  await writeFile(documentFile, JSON.stringify(options.document));
  const child = spawn(options.python, argumentsOf(options, documentFile, reportFile), {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PYTHONHASHSEED: '0',
      PYTHONPATH: join(import.meta.dirname, 'python'),
      PYTHONDONTWRITEBYTECODE: '1',
      SCHEMATHESIS_HOOKS: 'contract_hooks',
    },
    timeout: (seconds + 120) * 1_000,
  });
  options.closing.defer(() => void child.kill('SIGKILL'));
  const output = createWriteStream(join(folder, `${name}.log`));
  child.stdout.pipe(output, { end: false });
  child.stderr.pipe(output, { end: false });
  const [code] = await once(child, 'close');
  output.end();
  const text = await readFile(reportFile, 'utf8').catch(() => undefined);
  if (text === undefined) throw new Error(`Schemathesis ended with ${code} and no report: ${output.path}`);
  return readReport(JSON.parse(text));
}

function argumentsOf(options: SchemathesisOptions, documentFile: string, reportFile: string): string[] {
  const { url, mode, apiKey, seconds, examples, seed } = options;
  return [
    ...['-m', 'schemathesis.cli', '--config-file', CONFIG, 'run', documentFile, '--url', url],
    ...['--header', `Authorization: Bearer ${apiKey}`, '--checks', CHECKS.join(',')],
    ...['--mode', mode, '--phases', 'examples,coverage,fuzzing,stateful', '--max-time', String(seconds)],
    ...['--max-examples', String(examples), '--seed', String(seed), '--generation-database', 'none'],
    ...['--continue-on-failure', '--no-shrink', '--suppress-health-check', 'all', '--request-timeout', '40'],
    ...['--report', 'json', '--report-json-path', reportFile, '--no-color', '--warnings', 'off'],
  ];
}

export function readReport(report: unknown): Tested {
  const { operations, test_cases: cases, failures, errors } = reportSchema.parse(report);
  const untested = operations.selected - operations.tested;
  return {
    cases: cases.generated,
    failedCases: cases.with_failures + cases.errored + operations.errored + untested,
    failures: [
      ...failures.map(
        ({ code, title, count, operations: of }) => `${code} ${title}, ${count} times: ${of.join(', ')}`,
      ),
      ...errors.map((error) => `error of the tool: ${JSON.stringify(error).slice(0, 1_000)}`),
      ...(untested > 0 ? [`${untested} operations were not tested: give it more --seconds`] : []),
    ],
  };
}
