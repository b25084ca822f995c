/**
 * The code is published once, as CommonJS, with a small ESM door for each entry: a program that imports the package
 * here and requires it there has one copy, so `instanceof QuotaExceededError` holds everywhere, and the tarball is half
 * the size. Node 20 takes 30 ms to look for the names of a large CommonJS module that is imported, so the door goes
 * through a small one and lists the names itself.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { transformSync } from 'esbuild';
import { defineConfig } from 'tsup';

// One entry per subpath of `exports` ('./archive' is src/adapters/archive/index.ts); code that several entries share
// lands in chunks, so a class exists once.
const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
const entry: Record<string, string> = { index: 'src/index.ts' };
for (const subpath of Object.keys(exports)) {
  const name = subpath.replace(/^\.\/?/, '');
  if (name !== '' && name !== 'package.json') entry[name] = `src/adapters/${name}/index.ts`;
}

/** Entries without `require`: they use a package that can only be imported. */
const importOnly = Object.keys(entry).filter((name) => name !== 'index' && exports[`./${name}`].require === undefined);

export default defineConfig([
  {
    entry,
    // Only ESM can be split soundly; `publishAsCommonJs` turns the parts into CommonJS one by one.
    format: ['esm'],
    splitting: true,
    clean: ['!*.d.cts'],
    metafile: true,
    platform: 'node',
    target: 'node20',
    // `node:sqlite` and its like exist only with the prefix.
    removeNodeProtocol: false,
    async onSuccess() {
      const packages = bundledPackages();
      publishAsCommonJs();
      for (const name of Object.keys(entry)) if (!importOnly.includes(name)) writeDoors(name);
      writeLicenses(packages);
    },
  },
  { entry, format: ['cjs'], dts: { only: true } },
]);

/** Comments and blanks go, names stay: a function's name is part of its stack trace and of `fn.name`. */
function publishAsCommonJs(): void {
  for (const name of importOnly) publishAsModule(name);
  const modules = importOnly.map((name) => `${name}.js`);
  for (const file of readdirSync('dist').filter((name) => name.endsWith('.js') && !modules.includes(name))) {
    const { code } = transformSync(readFileSync(`dist/${file}`, 'utf8'), {
      format: 'cjs',
      platform: 'node',
      target: 'node20',
      minifyWhitespace: true,
      minifySyntax: true,
      legalComments: 'none',
    });
    rmSync(`dist/${file}`);
    const parts = code.replace(/\brequire\("(\.\/[^"]+)\.js"\)/g, 'require("$1.cjs")');
    writeFileSync(`dist/${file.replace(/\.js$/, '.cjs')}`, parts);
  }
}

/** Stays a module, on the CommonJS parts: these are imported whole, their names taken out of them. */
function publishAsModule(name: string): void {
  const code = readFileSync(`dist/${name}.js`, 'utf8');
  let count = 0;
  const named = code.replace(/^import "\.\/[^"]+";\n/gm, '');
  const onParts = named.replace(/^import (\{[^}]*\}) from "\.\/([^"]+)\.js";$/gm, (_, names: string, part: string) => {
    count++;
    return `import part${count} from './${part}.cjs';\nconst ${names.replace(/ as /g, ': ')} = part${count};`;
  });
  writeFileSync(`dist/${name}.js`, onParts);
  writeFileSync(`dist/${name}.d.ts`, `export * from './${name}.cjs';\n`);
}

/** dist/<name>.js and its types, for `import`. */
function writeDoors(name: string): void {
  const names = Object.keys(createRequire(import.meta.url)(`./dist/${name}.cjs`));
  // A copy without `__esModule`: transpilers that see that mark look for a default export. Written so that Node's
  // search for names does not follow the require.
  const copy = `'use strict';\nconst all = require('./${name}.cjs');\nmodule.exports = Object.assign({}, all);\n`;
  writeFileSync(`dist/${name}.door.cjs`, copy);
  writeFileSync(
    `dist/${name}.js`,
    `import all from './${name}.door.cjs';\n\nexport const { ${names.sort().join(', ')} } = all;\n`,
  );
  writeFileSync(`dist/${name}.d.ts`, `export * from './${name}.cjs';\n`);
}

/** Directories of the packages whose code is in the bundle. */
function bundledPackages(): string[] {
  const metafile = 'dist/metafile-esm.json';
  const inputs = Object.keys(JSON.parse(readFileSync(metafile, 'utf8')).inputs);
  rmSync(metafile);
  return [...new Set(inputs.filter((path) => path.includes('node_modules/')).map(packageDirectory))].sort();
}

function packageDirectory(path: string): string {
  let directory = dirname(path);
  while (!existsSync(join(directory, 'package.json')) || !manifestOf(directory).version) directory = dirname(directory);
  return directory;
}

function manifestOf(directory: string): { name: string; version?: string; license?: string } {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
}

/** Their licenses ask for it: the text goes where the code goes. */
function writeLicenses(directories: readonly string[]): void {
  const texts = directories.map((directory) => {
    const { name, version, license } = manifestOf(directory);
    const file = readdirSync(directory).find((each) => /^licen[cs]e/i.test(each));
    if (file === undefined) throw new Error(`${name} has no license file`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(directory, file), 'utf8').trim()}\n`;
  });
  if (texts.length === 0) return;
  writeFileSync('dist/THIRD-PARTY-LICENSES.txt', `Code of these packages is part of quotafs.\n\n${texts.join('\n\n')}`);
}
