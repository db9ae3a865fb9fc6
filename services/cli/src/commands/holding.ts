import { integer } from '@herald/service-kit/config';
import type { Command } from 'commander';
import { type ApiClient, apiOf } from '../api-client.ts';
import type { Context } from '../context.ts';
import { apiVariables, readSettings, takes } from '../settings.ts';

interface Held {
  endpoint_id: string;
  status: { state: string; reason: string | null };
  held_skip_before: string | null;
}

interface Flags {
  json?: boolean;
}

const RESUMPTION = { skipOlderThan: integer({ min: 0, max: 999_999_999 }).optional() };

/** Holding an endpoint's deliveries, letting them go, and giving up those that are held. */
export function addHolding(endpoints: Command, context: Context): void {
  const command = (name: string, description: string, ask: (api: ApiClient, path: string) => Promise<Held>) =>
    takes(
      endpoints
        .command(`${name} <endpoint-id>`)
        .description(description)
        .option('--json', 'one JSON document')
        .action(async (id: string, { json }: Flags, given: Command) => {
          const { config } = readSettings({
            command: given,
            env: context.env,
            variables: apiVariables,
            options: {},
          });
          show(await ask(apiOf(config), pathOf(id)), json, context);
        }),
      apiVariables,
    );

  command('pause', 'hold the deliveries of an endpoint', (api, path) => api.post(`${path}/pause`));
  command('purge', 'cancel everything that is held for an endpoint', (api, path) =>
    api.delete(`${path}/held`),
  );
  takes(
    endpoints
      .command('resume <endpoint-id>')
      .description('let an endpoint have its deliveries again, those held meanwhile too')
      .option('--skip-older-than <seconds>', 'cancel what was held for longer; 0 for everything')
      .option('--json', 'one JSON document')
      .action(async (id: string, { json }: Flags, given: Command) => {
        const { config, options } = readSettings({
          command: given,
          env: context.env,
          variables: apiVariables,
          options: RESUMPTION,
        });
        const skip = options.skipOlderThan === undefined ? '' : `?skip_older_than=${options.skipOlderThan}`;
        show(await apiOf(config).post<Held>(`${pathOf(id)}/resume${skip}`), json, context);
      }),
    apiVariables,
  );
}

function pathOf(endpointId: string): string {
  return `/v1/endpoints/${encodeURIComponent(endpointId)}`;
}

function show(endpoint: Held, json: boolean | undefined, { terminal }: Context): void {
  const { state, reason } = endpoint.status;
  if (json) {
    terminal.json(endpoint);
    return;
  }
  terminal.print(reason ? `${state} (${reason})` : state);
  if (endpoint.held_skip_before) terminal.note(`held before ${endpoint.held_skip_before}: cancelled`);
}
