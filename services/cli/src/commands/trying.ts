import type { Command } from 'commander';
import { z } from 'zod';
import { apiOf, connectApi } from '../api-client.ts';
import type { Context } from '../context.ts';
import { type Attempt, showAttempt } from '../delivery-view.ts';
import { CommandFailure } from '../failure.ts';
import { apiVariables, readSettings, takes } from '../settings.ts';

interface Flags {
  json?: boolean;
}

interface Test {
  delivery_id: string;
  event_type: string;
  endpoint_revision: number;
  attempt: Attempt | null;
}

interface Check {
  ok: boolean;
  stages: {
    stage: string;
    result: 'passed' | 'failed' | 'not_reached' | 'not_needed';
    problem: string | null;
    remedy: string | null;
  }[];
  certificate: { issuer: string; expires_at: string | null } | null;
}

/** The longest time-out of an endpoint, and what lies around it. */
const TEST_TIMEOUT_MS = 60_000;

/** Under `herald endpoints`: whether one would accept what is sent, before it matters. */
export function addTrying(endpoints: Command, context: Context): void {
  takes(
    endpoints
      .command('test <endpoint-id>')
      .description('send a made-up event to an endpoint as it is saved, paused or not, and show the attempt')
      .option('--type <type>', 'the type of the event (default: publication.published)')
      .option('--json', 'one JSON document')
      .action((id: string, flags: Flags, command: Command) => test(id, flags, command, context)),
    apiVariables,
  );
  takes(
    endpoints
      .command('check <url>')
      .description('whether a URL could be sent to, without saving it or making a request')
      .option('--json', 'one JSON document')
      .action((url: string, flags: Flags, command: Command) => check(url, flags, command, context)),
    apiVariables,
  );
}

async function test(
  id: string,
  { json }: Flags,
  command: Command,
  { terminal, env }: Context,
): Promise<void> {
  const { config, options } = readSettings({
    command,
    env,
    variables: apiVariables,
    options: { type: z.string().optional() },
  });
  const api = connectApi({
    url: config.HERALD_API_URL,
    key: config.HERALD_API_KEY,
    timeoutMs: TEST_TIMEOUT_MS,
  });
  const path = `/v1/endpoints/${encodeURIComponent(id)}/test`;
  const tested = await api.post<Test>(path, { event_type: options.type });
  const { attempt, delivery_id, endpoint_revision } = tested;
  if (json) terminal.json(tested);
  else if (attempt) showAttempt(attempt, terminal);
  if (!attempt) {
    throw new CommandFailure(
      `No dispatcher has attempted it in time. It still may: herald deliveries show ${delivery_id}`,
    );
  }
  if (attempt.verdict !== 'delivered')
    throw new CommandFailure(`Revision ${endpoint_revision} of ${id} does not accept it.`);
  terminal.note(`Revision ${endpoint_revision} of ${id} accepts it.`);
}

async function check(
  url: string,
  { json }: Flags,
  command: Command,
  { terminal, env }: Context,
): Promise<void> {
  const { config } = readSettings({ command, env, variables: apiVariables });
  const api = apiOf(config);
  const checked = await api.post<Check>('/v1/endpoints:check', { url });
  if (json) terminal.json(checked);
  else {
    terminal.table(
      ['stage', 'result', 'problem'],
      checked.stages.map(({ stage, result, problem }) => [stage, result.replace('_', ' '), problem ?? '']),
    );
    const { certificate } = checked;
    if (certificate)
      terminal.note(`signed by ${certificate.issuer}, until ${certificate.expires_at ?? 'unknown'}`);
  }
  const failed = checked.stages.find(({ result }) => result === 'failed');
  if (failed) throw new CommandFailure(failed.remedy ?? 'Nothing can be sent there.');
}
