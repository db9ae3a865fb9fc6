import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { addErase } from '../history/erase-command.ts';
import { addRebuild } from '../history/rebuild-command.ts';
import { addList } from './deliveries.ts';

export function addHistory(program: Command, context: Context): void {
  const history = program
    .command('history')
    .description('deliveries as they stand (list, the default), history read again from Kafka, or erased');
  // A command of its own: options of `history` itself would take --json from its other commands.
  addList(history.command('list', { isDefault: true }), context);
  addRebuild(history, context);
  addErase(history, context);
}
