/** What a page of commands asks for, in its order. */
export type Step =
  /** In a terminal of that name, `own` where the page names none; the others are left running. */
  | { kind: 'run'; terminal: string; commands: string }
  | { kind: 'file'; name: string; text: string }
  /** Of what the terminal has printed; of `own`, since the last commands. */
  | { kind: 'expect'; terminal: string; text: string }
  | { kind: 'stop'; terminal: string };

const BLOCK = /^```(?<language>\w+)(?: (?<info>\S+))?\n(?<text>[\s\S]*?)^```$/;
const COMMENT = /^<!-- (?<verb>expect|stop) ?(?<terminal>\w*)(?:: (?<what>.*))? -->$/;
const PARTS = new RegExp(`${BLOCK.source}|${COMMENT.source}`, 'gm');

/**
 * Blocks of `sh` are commands, a name behind `sh` that of their terminal; other blocks are files of the name behind
 * their language. Comments say what is to be seen then: `expect: text`, `expect terminal: text`, `stop terminal`.
 *
 * @throws Error for a comment or a block that is none of these
 */
export function readPage(page: string): Step[] {
  const steps = [...page.matchAll(PARTS)].map(({ groups = {} }): Step => {
    const { language, info, text = '', verb, terminal, what } = groups;
    if (language === 'sh') return { kind: 'run', terminal: info ?? 'own', commands: text };
    if (language !== undefined && info !== undefined) return { kind: 'file', name: info, text };
    if (verb === 'stop' && terminal) return { kind: 'stop', terminal };
    if (verb === 'expect' && what) return { kind: 'expect', terminal: terminal || 'own', text: what };
    throw new Error(`This is no step: ${language ?? verb} ${info ?? terminal}`);
  });
  const fences = page.match(/^```/gm)?.length ?? 0;
  const comments = page.match(/^<!--/gm)?.length ?? 0;
  const blocks = steps.filter(({ kind }) => kind === 'run' || kind === 'file').length;
  if (fences !== 2 * blocks || comments !== steps.length - blocks) {
    throw new Error('The page has a block or a comment that is no step.');
  }
  return steps;
}
