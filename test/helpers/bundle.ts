/** Puts the source, as a program of this package sees it, into one file that any Node runs. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin, transformSync } from 'esbuild';

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

/** Entries on a package that can only be imported. */
const MODULES = ['vitest'];

/** The programs of the package. */
const COMMAND = ['bin', 'guard'];

/** Installs the package into a project as its users have it: CommonJS, with doors for those who import. */
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
      ...COMMAND.map((name) => ({ in: `${root}/src/adapters/cli/${name}.ts`, out: name })),
    ],
    outdir: directory,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    external: Object.keys(manifest.peerDependencies ?? {}),
    // Packages in the bundle that are CommonJS ask for built-in modules.
    banner: { js: REQUIRE },
    plugins: [withoutFs],
    tsconfig: `${root}/tsconfig.json`,
    logLevel: 'error',
  });
  mkdirSync(directory, { recursive: true });
  for (const file of readdirSync(directory).filter((each) => each.endsWith('.js'))) requirable(join(directory, file));
  const formsOf = (name: string) =>
    MODULES.includes(name) ? `./${name}.js` : { import: `./${name}.js`, require: `./${name}.cjs` };
  const exports = { '.': formsOf('index'), ...Object.fromEntries(names.map((name) => [`./${name}`, formsOf(name)])) };
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'quotafs', type: 'module', exports }));
}

const REQUIRE =
  "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);";

/** As in the published package: yauzl has no fs, which it uses for nothing here. */
const withoutFs: Plugin = {
  name: 'without-fs',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^fs$/ }, () => ({ path: 'no-fs', namespace: 'nothing' }));
    onLoad({ filter: /^no-fs$/, namespace: 'nothing' }, () => ({ contents: '' }));
  },
};

/** Only modules can be split, so the CommonJS form is made of the parts; they become doors to it. */
function requirable(file: string): void {
  const source = readFileSync(file, 'utf8').replace(REQUIRE, '');
  const { code } = transformSync(source, { format: 'cjs', platform: 'node', target: 'node20' });
  writeFileSync(file.replace(/js$/, 'cjs'), code.replace(/\brequire\("(\.\/[^"]+)\.js"\)/g, 'require("$1.cjs")'));
  if (MODULES.some((name) => file.endsWith(`/${name}.js`))) return;
  const list = /^export \{([^}]*)\};$/m.exec(source)?.[1].split(',') ?? [];
  const all = list.map((each) => each.trim().split(' as ').at(-1) ?? '');
  const names = all.filter((name) => name !== 'default');
  const byDefault = names.length < all.length ? 'export default all.default;\n' : '';
  const door = `import all from './${basename(file, '.js')}.cjs';\nexport const { ${names.join(', ')} } = all;\n`;
  writeFileSync(file, door + byDefault);
}
