import { Command, CommanderError } from 'commander';
import { addAudit } from './commands/audit.ts';
import { addDeadLetters } from './commands/dead-letters.ts';
import { addDeliveries } from './commands/deliveries.ts';
import { addEndpoints } from './commands/endpoints.ts';
import { addEvents } from './commands/events.ts';
import { addExplain } from './commands/explain.ts';
import { addHistory } from './commands/history.ts';
import { addKeys } from './commands/keys.ts';
import { addLedger } from './commands/ledger.ts';
import { addListen } from './commands/listen.ts';
import { addMigrate } from './commands/migrate.ts';
import { addPortalLinks } from './commands/portal-links.ts';
import { addReplay } from './commands/replay.ts';
import { addRetries } from './commands/retries.ts';
import { addSchemas } from './commands/schemas.ts';
import { addSetup } from './commands/setup.ts';
import { addSimulate } from './commands/simulate.ts';
import { addStats } from './commands/stats.ts';
import { addTail } from './commands/tail.ts';
import { addTopics } from './commands/topics.ts';
import { addUp } from './commands/up.ts';
import type { Context } from './context.ts';
import { EXIT, explain, RefusedRequest } from './failure.ts';
import { refuseEmpty, usageOf } from './usage.ts';

/** Runs one command line; resolves with the exit code: 0 done, 1 failed, 2 not understood. */
export async function runHerald(args: readonly string[], context: Context): Promise<number> {
  const program = new Command('herald')
    .description('Publication events in through Kafka, signed webhooks out, every attempt on record.')
    .option('--env-file <path>', 'variables that neither a flag nor the environment sets')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => context.terminal.print(text.trimEnd()),
      writeErr: (text) => context.terminal.note(text.trimEnd()),
    })
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride();
  let invoked = program;
  program.hook('preAction', (_, command) => {
    invoked = command;
    refuseEmpty(command);
  });

  addUp(program, context);
  addSetup(program, context);
  addTopics(program, context);
  addSchemas(program, context);
  addMigrate(program, context);
  addKeys(program, context);
  addPortalLinks(program, context);
  addAudit(program, context);
  addEndpoints(program, context);
  addSimulate(program, context);
  addListen(program, context);
  addEvents(program, context);
  addDeliveries(program, context);
  addDeadLetters(program, context);
  addExplain(program, context);
  addLedger(program, context);
  addReplay(program, context);
  addRetries(program, context);
  addTail(program, context);
  addHistory(program, context);
  addStats(program, context);

  try {
    await program.parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    // commander has written what it has to say: help that was asked for is a success, a mistake is not.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { message, exitCode } = explain(error instanceof RefusedRequest ? usageOf(error, invoked) : error);
    context.terminal.note(message);
    return exitCode;
  }
}
