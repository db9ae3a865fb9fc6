import type { Colors } from './painting.ts';

const LEVEL_COLORS: Readonly<Record<string, (colors: Colors, text: string) => string>> = {
  fatal: (colors, text) => colors.bgRed(colors.white(text)),
  error: (colors, text) => colors.red(text),
  warn: (colors, text) => colors.yellow(text),
  debug: (colors, text) => colors.dim(text),
  trace: (colors, text) => colors.dim(text),
};

/** One line of a service's JSON log for people: time, service, level where it is not info, message, fields. */
export function formatLogLine(service: string, line: string, colors: Colors): string {
  const prefix = colors.cyan(service.padEnd(10));
  const parsed = parseRecord(line);
  if (!parsed) return `${prefix} ${line}`;
  const { time, level, msg, service: _service, pid: _pid, err, ...fields } = parsed;
  const name = String(level);
  const paint = LEVEL_COLORS[name];
  return [
    colors.dim(String(time).slice(11, 23)),
    prefix,
    ...(paint ? [paint(colors, name.toUpperCase())] : []),
    paint ? paint(colors, String(msg)) : String(msg),
    ...Object.entries(fields).map(([key, value]) => colors.dim(`${key}=${textOf(value)}`)),
    ...errorText(err, colors),
  ].join(' ');
}

function parseRecord(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' && !/\s/.test(value) ? value : JSON.stringify(value);
}

function errorText(err: unknown, colors: Colors): string[] {
  if (typeof err !== 'object' || err === null) return [];
  const { stack, message } = err as { stack?: string; message?: string };
  return [`\n${colors.dim(stack ?? message ?? '')}`];
}
