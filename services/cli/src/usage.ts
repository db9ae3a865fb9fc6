import type { Command } from 'commander';
import { type RefusedRequest, UsageFailure } from './failure.ts';

/** Flags and arguments whose names are not those of the API's fields; the others are, with hyphens. */
const NAMES: Readonly<Record<string, string>> = {
  actor_id: 'actor',
  channel_id: 'channel',
  channel_ids: 'channels',
  delivery_ids: 'delivery-id',
  endpoint_id: 'endpoint',
  endpoint_ids: 'endpoints',
  event_id: 'event',
  event_ids: 'events',
  event_type: 'type',
  event_types: 'types',
  last_statuses: 'statuses',
  max_concurrency: 'concurrency',
  per_second: 'rate',
  project_id: 'project',
  project_ids: 'projects',
  publication_id: 'publication',
  publication_ids: 'publications',
  ranges: 'offsets',
  rate_limit_per_second: 'rate-per-second',
  retry_schedule: 'retry',
  signing_scheme: 'scheme',
  subject_id: 'subject',
  target_endpoint_id: 'target',
};

/** What the API found wrong with a command, as who typed it knows it: by the flags and the values that they have. */
export function usageOf({ mistakes }: RefusedRequest, command: Command): UsageFailure {
  return new UsageFailure(
    mistakes.map(({ field, problem, remedy, value }) => {
      const told = inFlags(`${problem}. ${withoutJson(remedy)}`, command);
      const typed = partsOf(field)
        .map((part) => typedAs(part, command))
        .find(Boolean);
      if (typed) return `${typed}: ${told}`;
      return field === '' ? told : `${field}${value === undefined ? '' : ` ${value}`}: ${told}`;
    }),
  );
}

/**
 * What a command line must not leave empty: a variable of the shell that is not set is no id, and a path of the API
 * that lacks one is another path.
 *
 * @throws UsageFailure with every mistake at once
 */
export function refuseEmpty(command: Command): void {
  const args = command.registeredArguments.flatMap((argument, at) =>
    [command.processedArgs[at]].flat().flatMap((given: unknown) => {
      if (given === '') return [`<${argument.name()}> is empty: is the variable set?`];
      // A path of the API would go up by it.
      return given === '.' || given === '..' ? [`<${argument.name()}> ${given}: it is no id`] : [];
    }),
  );
  const options = command.options.flatMap((option) => {
    const name = option.attributeName();
    const isGiven = command.getOptionValueSource(name) === 'cli' && option.defaultValue !== '';
    return isGiven && [command.getOptionValue(name)].flat().includes('')
      ? [`${option.long} is empty: leave it out, or see whether the variable is set`]
      : [];
  });
  const mistakes = [...args, ...options];
  if (mistakes.length > 0) throw new UsageFailure(mistakes);
}

/** `source.ranges[0].from` is `source`, `ranges` and `from`. */
function partsOf(field: string): string[] {
  return field.split(/\.|\[\d+\]/).filter((part) => part !== '');
}

/** The flag or the argument that stands for a field, with what was given; undefined where the command has none. */
function typedAs(field: string, command: Command): string | undefined {
  const flag = flagOf(field, command);
  if (flag) {
    const given: unknown = command.getOptionValue(flag.attributeName());
    return given === undefined || typeof given === 'boolean' ? `${flag.long}` : `${flag.long} ${given}`;
  }
  const at = command.registeredArguments.findIndex((argument) => namesOf(field).includes(argument.name()));
  if (at < 0) return undefined;
  return `<${command.registeredArguments[at]!.name()}> ${[command.processedArgs[at]].flat().join(' ')}`;
}

function flagOf(field: string, command: Command) {
  const longs = namesOf(field).map((name) => `--${name}`);
  return command.options.find(({ long }) => long !== undefined && longs.includes(long ?? ''));
}

function namesOf(field: string): string[] {
  const own = NAMES[field];
  return [...(own === undefined ? [] : [own]), field.replaceAll('_', '-')];
}

/** Of an example that is JSON the flag is another form, which its help has. */
function withoutJson(remedy: string): string {
  return remedy.replace(/ For example [[{].*$/, '');
}

/** Names of fields in a text are told from words by their underscores. */
function inFlags(text: string, command: Command): string {
  return text.replaceAll(/\b[a-z]+(?:_[a-z]+)+\b/g, (field) => flagOf(field, command)?.long ?? field);
}
