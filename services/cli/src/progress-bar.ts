import cliProgress from 'cli-progress';
import { visibleLine } from './visible.ts';

/** How far a long work is, redrawn in place. */
export interface ProgressBar {
  show(done: number, total: number, words: string): void;
  stop(): void;
}

/** On a terminal's standard error; where that is piped, a line whenever the words change. */
export function createProgressBar(stderr: NodeJS.WriteStream): ProgressBar {
  const bar = stderr.isTTY ? drawnBar(stderr) : saidBar(stderr);
  return { ...bar, show: (done, total, words) => bar.show(done, total, visibleLine(words)) };
}

function drawnBar(stderr: NodeJS.WriteStream): ProgressBar {
  const bar = new cliProgress.SingleBar(
    {
      stream: stderr,
      format: '{bar} {value}/{total}  {words}',
      fps: 4,
      hideCursor: true,
      clearOnComplete: false,
    },
    cliProgress.Presets.shades_classic,
  );
  let isDrawn = false;
  return {
    show(done, total, words) {
      if (!isDrawn) bar.start(total, done, { words });
      isDrawn = true;
      bar.setTotal(total);
      bar.update(done, { words });
    },
    stop: () => bar.stop(),
  };
}

function saidBar(stderr: NodeJS.WriteStream): ProgressBar {
  let last = '';
  return {
    show(done, total, words) {
      if (words !== last) stderr.write(`${words}  ${done}/${total}\n`);
      last = words;
    },
    stop() {},
  };
}
