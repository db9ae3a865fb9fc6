/** Names under which a secret may be handed to a log line by mistake. */
const SECRET_NAME =
  /^(?:authorization|(?:set-)?cookie|password|secrets?|sealed|(?:x-)?api[-_]?key|token|sasl)$/i;

const MAX_DEPTH = 4;

/**
 * The same object where it holds no secret name to a depth of four, else a copy with those values replaced. pino's own
 * redaction by wildcard paths copies each line and costs many times the line itself.
 */
export function hideSecrets<T extends object>(value: T): T {
  return hidden(value, MAX_DEPTH) as T;
}

function hidden(value: unknown, depth: number): unknown {
  if (depth === 0 || !isWalkable(value)) return value;
  let copy: Record<string, unknown> | undefined;
  for (const name in value) {
    const member = (value as Record<string, unknown>)[name];
    const shown = SECRET_NAME.test(name) ? '[hidden]' : hidden(member, depth - 1);
    if (shown === member) continue;
    copy ??= (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
    copy[name] = shown;
  }
  return copy ?? value;
}

/** Plain objects and arrays. Buffers, errors and class instances have serializers of their own. */
function isWalkable(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}
