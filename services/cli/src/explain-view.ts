import type { Terminal } from './terminal.ts';

interface Step {
  step: string;
  result: 'yes' | 'no' | 'unknown';
  at: string | null;
  detail: string;
  checks?: Array<{ check: string; passed: boolean; wanted: string; found: string }>;
}

interface Told {
  verdict: string;
  because: string;
  remedy: string | null;
}

/** As the API answers it: the fields that are shown. */
export interface Explanation {
  event_id: string;
  as_of: string | null;
  steps: Step[];
  ended: Told | null;
  endpoints: Array<
    Told & {
      endpoint_id: string;
      name: string | null;
      steps: Step[];
      dispositions?: Array<{
        at: string;
        attempt_number: number;
        disposition: string;
        verdict: string;
        reason: string | null;
        outcome: string | null;
        status: number | null;
        error_message: string | null;
        next_attempt_at: string | null;
        duration_ms: number;
        config_revision: number;
      }>;
      dispositions_left_out?: number;
    }
  >;
  endpoints_left_out: number;
}

type Endpoint = Explanation['endpoints'][number];

/** The steps that all endpoints share, then each endpoint: its verdict, its own steps, and what became of it in time. */
export function showExplanation(explanation: Explanation, terminal: Terminal): void {
  const { print, note, colors } = terminal;
  const { event_id, as_of, steps, ended, endpoints, endpoints_left_out } = explanation;
  print(`${colors.bold(event_id)}  ${as_of ? `as of ${as_of}` : 'how far the history is, is not known'}`);
  for (const step of steps) showStep(step, terminal);
  if (ended) showTold(ended, terminal);
  // What ended before any endpoint is said once, not of each; a test or a replay may have reached one all the same.
  for (const endpoint of endpoints.filter(({ verdict }) => verdict !== ended?.verdict)) {
    print('');
    print(`${colors.bold(endpoint.endpoint_id)}${endpoint.name ? ` ${endpoint.name}` : ''}`);
    // The last step says what the verdict does.
    for (const step of endpoint.steps) {
      showStep(step.detail === endpoint.because ? { ...step, detail: '' } : step, terminal);
    }
    showTold(endpoint, terminal);
    if (endpoint.dispositions && endpoint.dispositions.length > 0) {
      print('');
      showDispositions(endpoint.dispositions, terminal);
      if (endpoint.dispositions_left_out) {
        note(
          `${endpoint.dispositions_left_out} more of them are left out: the first and the newest are shown`,
        );
      }
    }
  }
  if (!ended && endpoints_left_out > 0) note(`${endpoints_left_out} more endpoints: ask with --endpoint`);
}

function showStep({ step, result, at, detail, checks = [] }: Step, { print, colors }: Terminal): void {
  const marks = { yes: colors.green('✓'), no: colors.red('✗'), unknown: colors.yellow('?') };
  print(`  ${marks[result]} ${step.padEnd(9)} ${at ? `${colors.dim(at)}  ` : ''}${detail}`);
  for (const { check, passed, wanted, found } of checks) {
    print(`      ${marks[passed ? 'yes' : 'no']} ${check.padEnd(8)} wants ${wanted}; has ${found}`);
  }
}

function showTold({ verdict, because, remedy }: Told, { print, colors }: Terminal): void {
  const paint = verdict === 'delivered' ? colors.green : UNDER_WAY.has(verdict) ? colors.yellow : colors.red;
  print(`  ${paint(verdict.replaceAll('_', ' '))}: ${because}`);
  if (remedy) print(`  → ${remedy}`);
}

const UNDER_WAY = new Set(['pending', 'waiting', 'held', 'not_routed', 'not_on_record']);

function showDispositions(dispositions: NonNullable<Endpoint['dispositions']>, { table }: Terminal): void {
  table(
    ['at', 'what', 'came of it', 'took', 'revision', 'next'],
    dispositions.map((on) => [
      on.at,
      on.attempt_number === 0 ? on.disposition : `attempt ${on.attempt_number}`,
      [
        on.status ?? on.error_message ?? on.outcome ?? '',
        on.verdict === 'none' ? '' : on.verdict,
        on.reason ?? '',
      ]
        .filter((part) => part !== '')
        .join(' '),
      on.attempt_number === 0 ? '' : `${on.duration_ms.toFixed(1)} ms`,
      on.config_revision < 0 ? '' : String(on.config_revision),
      on.next_attempt_at ?? '',
    ]),
  );
}
