import { expect, test } from 'vitest';
import { entriesOf, type Manifest, packageOf, publishedManifest } from './published-manifest.ts';

const manifest: Manifest = {
  name: '@herald/thing',
  version: '1.2.3',
  description: 'A thing',
  license: 'Apache-2.0',
  engines: { node: '>=18' },
  exports: { '.': './src/index.ts', './express': './src/express.ts', './*': './src/*.ts' },
  dependencies: { '@herald/inner': '*', zod: '4.0.0' },
  peerDependencies: { express: '>=4' },
};
const inner: Manifest = {
  ...manifest,
  name: '@herald/inner',
  dependencies: { avsc: '5.0.0', unused: '1.0.0' },
};

test('what is published is what exports name, as built files, and never the pattern for Herald itself', () => {
  expect(publishedManifest(manifest, [], [])).toMatchObject({
    exports: {
      '.': { types: './index.d.ts', default: './index.js' },
      './express': { types: './express.d.ts', default: './express.js' },
    },
  });
});

test('it depends on what its code imports, in the version of the workspace that wants it, and on nothing private', () => {
  const published = publishedManifest(manifest, ['zod', 'avsc', 'express'], [manifest, inner]);
  expect(published).toMatchObject({ version: '1.2.3', engines: { node: '>=18' }, type: 'module' });
  expect(published.dependencies).toEqual({ avsc: '5.0.0', zod: '4.0.0' });
  expect(published.peerDependencies).toEqual({ express: '>=4' });
});

test('two versions of one dependency, or none, are said instead of guessed', () => {
  const other = { ...inner, dependencies: { zod: '3.0.0' } };
  expect(() => publishedManifest(manifest, ['zod'], [manifest, other])).toThrow('4.0.0, 3.0.0');
  expect(() => publishedManifest(manifest, ['left-pad'], [manifest])).toThrow('left-pad is imported');
});

test('a workspace that exports nothing by name cannot be published', () => {
  expect(() => entriesOf({ ...manifest, exports: { './*': './src/*.ts' } })).toThrow('no export');
  expect(() => entriesOf({ ...manifest, exports: { '.': './dist/index.js' } })).toThrow('no .ts file');
});

test.each([
  ['zod', 'zod'],
  ['kafkajs/src/index.js', 'kafkajs'],
  ['@scope/name/deep/path', '@scope/name'],
])('%s is of the package %s', (specifier, name) => {
  expect(packageOf(specifier)).toBe(name);
});
