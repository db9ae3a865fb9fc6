import type { DestinationStream } from 'pino';

/** The value that pino gives to `warn`. */
const WARN = 40;

/** Pino sets `lastLevel` before each write of a stream that has this. */
const TELL_LEVEL = Symbol.for('pino.metadata');

export interface GatheringBounds {
  /** A line waits so long for company. */
  maxWaitMs: number;
  /** Lines of more characters together are written at once. */
  maxChars: number;
}

export interface GatheredLines extends DestinationStream {
  /** Writes what is there, and from now on each line at once. */
  end(): void;
}

/**
 * Lines that nobody waits for are written together: a call of the system a line is half of what a line costs. A
 * warning or worse goes at once, with what was before it.
 */
export function gatherLines(
  destination: DestinationStream,
  { maxWaitMs, maxChars }: GatheringBounds,
): GatheredLines {
  let gathered = '';
  let timer: NodeJS.Timeout | undefined;
  let ended = false;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const lines = gathered;
    gathered = '';
    if (lines !== '') destination.write(lines);
  }

  return {
    [TELL_LEVEL]: true,
    lastLevel: 0,
    write(line: string) {
      gathered += line;
      if (ended || this.lastLevel >= WARN || gathered.length >= maxChars) flush();
      else timer ??= setTimeout(flush, maxWaitMs);
    },
    end() {
      ended = true;
      flush();
    },
  } as GatheredLines & { lastLevel: number };
}
