import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from './bundle.ts';
import { entriesOf, publishedManifest } from './published-manifest.ts';
import { run } from './run.ts';
import { manifestOf, ROOT, withWorkspaces } from './workspaces.ts';

/**
 * Builds a workspace and packs it: one file of JavaScript and one of declarations for each entry, the workspaces that
 * it is made of inside, everything else a dependency. Returns the path of the tarball in `destination`.
 */
export async function pack(workspace: string, destination: string): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), 'herald-pack-'));
  try {
    const folder = join(scratch, 'package');
    await build(workspace, folder, scratch);
    const options = ['--json', '--ignore-scripts', '--pack-destination', destination];
    const packed = await run('npm', ['pack', ...options], { cwd: folder });
    const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
    return join(destination, filename);
  } finally {
    await rm(scratch, { recursive: true });
  }
}

async function build(workspace: string, folder: string, scratch: string): Promise<void> {
  const manifest = await manifestOf(workspace);
  await mkdir(folder);
  const workspaces = await withWorkspaces(manifest);
  const imported = await bundle({ workspace, entries: entriesOf(manifest), workspaces, folder, scratch });
  const published = publishedManifest(manifest, imported, workspaces);
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
  await copyFile(join(workspace, 'README.md'), join(folder, 'README.md'));
  await copyFile(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
}
