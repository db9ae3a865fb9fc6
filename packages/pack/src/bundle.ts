import { writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { type OutputChunk, type Plugin, rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';
import { type Entry, type Manifest, packageOf } from './published-manifest.ts';
import { run } from './run.ts';
import { folderOf, OWN_SCOPE, ROOT } from './workspaces.ts';

const OLDEST_NODE = 'node18';

export interface BundleOptions {
  workspace: string;
  entries: readonly Entry[];
  /** The workspaces that it may be made of. */
  workspaces: readonly Manifest[];
  /** Gets `<entry>.js` and `<entry>.d.ts`. */
  folder: string;
  /** For what is needed on the way; an empty folder. */
  scratch: string;
}

/** Writes JavaScript and declarations, Herald's own workspaces inside; returns the packages that the code imports. */
export async function bundle(options: BundleOptions): Promise<string[]> {
  const [imported] = await Promise.all([bundleCode(options), bundleDeclarations(options)]);
  return imported;
}

async function bundleCode({ workspace, entries, folder }: BundleOptions): Promise<string[]> {
  const bundled = await rolldown({
    cwd: workspace,
    input: Object.fromEntries(entries.map(({ name, source }) => [name, source])),
    platform: 'node',
    external: isForeign,
    transform: { target: OLDEST_NODE },
  });
  const { output } = await bundled.write({ dir: folder, format: 'esm', chunkFileNames: '[name].js' });
  await bundled.close();
  const files = new Set(output.map(({ fileName }) => fileName));
  const imported = output
    .filter((one): one is OutputChunk => one.type === 'chunk')
    .flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports])
    .filter((id) => !files.has(id) && !isBuiltin(id));
  return [...new Set(imported.map(packageOf))];
}

/** The compiler writes a declaration for each file; those of an entry become one, as its code does. */
async function bundleDeclarations(options: BundleOptions): Promise<void> {
  const { workspace, entries, folder, scratch } = options;
  const types = join(scratch, 'types');
  const tsconfig = join(scratch, 'tsconfig.json');
  await writeFile(tsconfig, JSON.stringify(compilerConfig(types, options)));
  await run(join(ROOT, 'node_modules', '.bin', 'tsc'), ['--project', tsconfig], { cwd: ROOT });
  const bundled = await rolldown({
    cwd: scratch,
    input: Object.fromEntries(
      entries.map(({ name, source }) => [
        name,
        declarationOf(join(types, relative(ROOT, join(workspace, source)))),
      ]),
    ),
    external: isForeign,
    plugins: [ownDeclarations(types), dts({ dtsInput: true, tsconfig: false, generator: 'oxc' })],
  });
  await bundled.write({ dir: folder, format: 'esm' });
  await bundled.close();
}

function compilerConfig(types: string, { workspace, entries, workspaces }: BundleOptions): object {
  // Found by way of node_modules they would count as somebody else's, and get no declarations.
  const paths = workspaces.map(({ name }) => [`${name}/*`, [join(folderOf(name), 'src', '*.ts')]]);
  return {
    extends: join(ROOT, 'tsconfig.base.json'),
    compilerOptions: {
      ...{ noEmit: false, declaration: true, emitDeclarationOnly: true, rootDir: ROOT, outDir: types },
      typeRoots: [join(ROOT, 'node_modules', '@types')],
      paths: Object.fromEntries(paths),
    },
    files: entries.map(({ source }) => join(workspace, source)),
  };
}

/** Finds the declaration of what a declaration imports, by the layout that the compiler has kept. */
function ownDeclarations(types: string): Plugin {
  return {
    name: 'own-declarations',
    resolveId(id, importer) {
      if (id.startsWith(OWN_SCOPE)) {
        const [name = '', ...file] = id.slice(OWN_SCOPE.length).split('/');
        return join(types, 'packages', name, 'src', `${file.join('/')}.d.ts`);
      }
      return importer && id.startsWith('.') ? declarationOf(resolve(dirname(importer), id)) : null;
    },
  };
}

function declarationOf(source: string): string {
  return source.replace(/(?<!\.d)\.ts$/, '.d.ts');
}

function isForeign(id: string): boolean {
  return !/^[./]/.test(id) && !id.startsWith(OWN_SCOPE);
}
