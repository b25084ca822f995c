/** Puts the source, as a program of this package sees it, into one file that any Node runs. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * @param file - the bundle to write, .mjs or .cjs
 * @param source - what it consists of: imports of 'quotafs' and its subpaths are the source
 * @param external - packages that stay imports
 */
export async function bundle(file: string, source: string, external: readonly string[] = []): Promise<void> {
  await build({
    stdin: { contents: source, resolveDir: root, loader: 'ts' },
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: file.endsWith('.cjs') ? 'cjs' : 'esm',
    external: [...external],
    // `quotafs` is the source by the paths of this file.
    tsconfig: `${root}/tsconfig.json`,
    logLevel: 'error',
  });
}

/** Installs the package into a project as its users have it, as ESM: one copy of everything. */
export async function installInto(project: string): Promise<void> {
  const directory = join(project, 'node_modules', 'quotafs');
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const names = Object.keys(manifest.exports)
    .map((subpath) => subpath.slice(2))
    .filter((name) => name !== '' && name !== 'package.json');
  await build({
    entryPoints: [
      { in: `${root}/src/index.ts`, out: 'index' },
      ...names.map((name) => ({ in: `${root}/src/adapters/${name}/index.ts`, out: name })),
    ],
    outdir: directory,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    external: Object.keys(manifest.peerDependencies ?? {}),
    // Packages in the bundle that are CommonJS ask for built-in modules.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    tsconfig: `${root}/tsconfig.json`,
    logLevel: 'error',
  });
  mkdirSync(directory, { recursive: true });
  const exports = { '.': './index.js', ...Object.fromEntries(names.map((name) => [`./${name}`, `./${name}.js`])) };
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'quotafs', type: 'module', exports }));
}
