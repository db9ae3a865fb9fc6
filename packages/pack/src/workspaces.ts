import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from './published-manifest.ts';

export const ROOT = join(import.meta.dirname, '..', '..', '..');
export const OWN_SCOPE = '@herald/';

/** Of a workspace by its name: all that can be part of a package are in `packages`. */
export function folderOf(name: string): string {
  return join(ROOT, 'packages', name.slice(OWN_SCOPE.length));
}

export async function manifestOf(workspace: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(workspace, 'package.json'), 'utf8')) as Manifest;
}

/** The manifest of a package and those of the workspaces that it is made of, each once. */
export async function withWorkspaces(manifest: Manifest): Promise<Manifest[]> {
  const found = new Map([[manifest.name, manifest]]);
  // What is added meanwhile is walked over, too.
  for (const { dependencies = {} } of found.values()) {
    for (const name of Object.keys(dependencies)) {
      if (!name.startsWith(OWN_SCOPE) || found.has(name)) continue;
      found.set(name, await manifestOf(folderOf(name)));
    }
  }
  return [...found.values()];
}
