import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { SUBJECT_SCHEMAS } from '@herald/contracts/schemas';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { readSettings, registryVariables, takes } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

export interface AppliedSchema {
  subject: string;
  id: number;
}

export function addSchemas(program: Command, { terminal, env }: Context): void {
  const schemas = program.command('schemas').description("Herald's Avro schemas in the registry");
  const apply = schemas
    .command('apply')
    .description('register the schemas, compatible with every version before (FULL_TRANSITIVE)')
    .option('--json', 'one JSON document')
    .action(async (flags: { json?: boolean }, command: Command) => {
      const { config } = readSettings({ command, env, variables: registryVariables });
      const applied = await applyAllSchemas(config.HERALD_SCHEMA_REGISTRY_URL);
      if (flags.json) terminal.json(applied);
      else showSchemas(terminal, applied);
    });
  takes(apply, registryVariables);
}

/** @throws CommandFailure naming the subject that the registry refuses */
export async function applyAllSchemas(url: string): Promise<AppliedSchema[]> {
  const registry = connectSchemaRegistry({ url });
  const applied: AppliedSchema[] = [];
  for (const subjectSchema of SUBJECT_SCHEMAS) {
    const { subject } = subjectSchema;
    try {
      applied.push({ subject, id: await registry.apply(subjectSchema) });
    } catch (error) {
      throw new CommandFailure(
        `The schema of ${subject} was not applied at ${url}: ${(error as Error).message}`,
      );
    }
  }
  return applied;
}

export function showSchemas(terminal: Terminal, applied: readonly AppliedSchema[]): void {
  terminal.table(
    ['subject', 'id'],
    applied.map(({ subject, id }) => [subject, String(id)]),
  );
}
