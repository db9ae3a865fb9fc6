import { hostname, userInfo } from 'node:os';
import { type Asker, operator } from '@herald/registry/audit/entry';

/** Who is at this machine, as the audit names them. */
export function currentOperator(): Asker {
  return operator(`${userName()}@${hostname()}`);
}

/** A container's user may have no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
