import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { addErase } from '../history/erase-command.ts';
import { addRebuild } from '../history/rebuild-command.ts';
import { addList } from './deliveries.ts';

export function addHistory(program: Command, context: Context): void {
  const history = program.command('history');
  addList(history, context);
  addRebuild(history, context);
  addErase(history, context);
}
