import type { Command } from 'commander';
import { apiOf } from '../api-client.ts';
import type { Context } from '../context.ts';
import { apiVariables, readSettings, takes } from '../settings.ts';

interface Redelivery {
  delivery_id: string;
  endpoint_id: string;
  endpoint_revision: number;
  already_queued: boolean;
  state: string;
  reason: string | null;
}

/** Under `herald deliveries`. */
export function addRedeliver(deliveries: Command, { terminal, env }: Context): void {
  takes(
    deliveries
      .command('redeliver <delivery-id>')
      .description('send the event again to the endpoint, as it is configured now')
      .option('--json', 'one JSON document')
      .action(async (id: string, { json }: { json?: boolean }, command: Command) => {
        const { config } = readSettings({ command, env, variables: apiVariables });
        const api = apiOf(config);
        const redelivery = await api.post<Redelivery>(`/v1/deliveries/${encodeURIComponent(id)}/redeliver`);
        if (json) return terminal.json(redelivery);
        const { delivery_id, endpoint_id, endpoint_revision, state, reason } = redelivery;
        terminal.print(delivery_id);
        const how = redelivery.already_queued ? 'was queued before' : 'queued';
        const where = reason ? `${state} (${reason})` : state;
        terminal.note(`${how}: to ${endpoint_id}, revision ${endpoint_revision}; ${where}`);
      }),
    apiVariables,
  );
}
