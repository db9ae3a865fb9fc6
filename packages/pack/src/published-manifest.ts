/** As much of a package.json as publishing looks at. */
export interface Manifest {
  name: string;
  version: string;
  description: string;
  license: string;
  keywords?: string[];
  engines?: Record<string, string>;
  exports: Record<string, string>;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional: boolean }>;
}

/** What can be imported of the package: its specifier without the package's name, and the file's name without ending. */
export interface Entry {
  /** `.` or `./express`. */
  subpath: string;
  source: string;
  name: string;
}

/** A workspace publishes what its `exports` name; the pattern `./*` is for Herald itself. */
export function entriesOf({ name, exports }: Manifest): Entry[] {
  const entries = Object.entries(exports)
    .filter(([subpath]) => !subpath.includes('*'))
    .map(([subpath, source]) => {
      const [, file] = /([^/]+)\.ts$/.exec(source) ?? [];
      if (!file) throw new Error(`${name}: the export ${subpath} is ${source}, which is no .ts file`);
      return { subpath, source, name: file };
    });
  if (entries.length === 0) throw new Error(`${name} has no export that could be published, such as "."`);
  return entries;
}

/**
 * The package.json of the published package. It depends on what its code imports and no more, in the versions that
 * the bundled workspaces name; `workspaces` are the package's own manifest and theirs.
 */
export function publishedManifest(
  manifest: Manifest,
  imported: readonly string[],
  workspaces: readonly Manifest[],
): Record<string, unknown> {
  const { name, version, description, license, keywords, engines, peerDependencies, peerDependenciesMeta } =
    manifest;
  const needed = imported.filter((dependency) => !peerDependencies?.[dependency]).sort();
  return {
    ...{ name, version, description, license, keywords, engines, type: 'module' },
    exports: Object.fromEntries(
      entriesOf(manifest).map((entry) => [
        entry.subpath,
        { types: `./${entry.name}.d.ts`, default: `./${entry.name}.js` },
      ]),
    ),
    dependencies: Object.fromEntries(needed.map((one) => [one, versionOf(one, workspaces)])),
    ...{ peerDependencies, peerDependenciesMeta },
  };
}

function versionOf(dependency: string, workspaces: readonly Manifest[]): string {
  const versions = new Set(workspaces.flatMap(({ dependencies }) => dependencies?.[dependency] ?? []));
  const [version] = versions;
  if (version === undefined) throw new Error(`${dependency} is imported, and no workspace depends on it`);
  if (versions.size > 1) {
    throw new Error(`${dependency} is wanted in several versions: ${[...versions].join(', ')}`);
  }
  return version;
}

/** The package that an import is of: `@scope/name` or `name`, whatever path follows. */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
