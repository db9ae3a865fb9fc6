import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { addErase } from '../history/erase-command.ts';
import { addRebuild } from '../history/rebuild-command.ts';

export function addHistory(program: Command, context: Context): void {
  const history = program
    .command('history')
    .description('what is on record in ClickHouse: make it anew, or erase of it');
  addRebuild(history, context);
  addErase(history, context);
}
