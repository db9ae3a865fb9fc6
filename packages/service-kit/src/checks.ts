/** True, or a sentence that says what is wrong. */
export type Check = () => true | string;

export interface Checks {
  /** Adds a check; its name appears in the answer of the probe when it fails. */
  add(name: string, check: Check): void;
  /** The failing checks by name; empty when all pass. A check that throws fails with its message. */
  failing(): Record<string, string>;
}

export function createChecks(): Checks {
  const checks = new Map<string, Check>();
  return {
    add(name, check) {
      if (checks.has(name)) throw new Error(`There is already a check named ${name}`);
      checks.set(name, check);
    },
    failing() {
      return Object.fromEntries(
        [...checks].flatMap(([name, check]) => {
          const result = resultOf(check);
          return result === true ? [] : [[name, result]];
        }),
      );
    },
  };
}

function resultOf(check: Check): true | string {
  try {
    return check();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
