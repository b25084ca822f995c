/** Compat tests, packages: the small project that most jobs work on, and loading of packages without types. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { NodeFs } from '../targets.js';

const require = createRequire(import.meta.url);

export type Job = (fs: NodeFs, dir: string) => Promise<unknown>;

/** For packages without types: the few functions a job calls. */
export const load = <T>(name: string): T => require(name) as T;

export const sources = (fs: NodeFs, dir: string): void => {
  fs.mkdirSync(join(dir, 'src/lib/deep'), { recursive: true });
  fs.mkdirSync(join(dir, 'node_modules/dep'), { recursive: true });
  fs.writeFileSync(
    join(dir, 'src/index.js'),
    "import { add } from './lib/add.js';\nimport dep from 'dep';\nconsole.log(add(1, 2), dep);\n",
  );
  fs.writeFileSync(join(dir, 'src/lib/add.js'), 'export const add = (a, b) => a + b;\n');
  fs.writeFileSync(join(dir, 'src/lib/deep/note.txt'), 'note');
  fs.writeFileSync(join(dir, 'src/.hidden'), '');
  fs.writeFileSync(
    join(dir, 'node_modules/dep/package.json'),
    '{ "name": "dep", "version": "1.0.0", "main": "main.js" }',
  );
  fs.writeFileSync(join(dir, 'node_modules/dep/main.js'), "module.exports = 'dep';\n");
  fs.symlinkSync('lib', join(dir, 'src/alias'));
};

/** All names below a directory with what is in the files, to compare trees. */
export const tree = (fs: NodeFs, dir: string): string[] =>
  (fs.readdirSync(dir, { recursive: true }) as string[]).sort().map((name) => {
    const stat = fs.lstatSync(join(dir, name));
    if (stat.isSymbolicLink()) return `${name} -> ${fs.readlinkSync(join(dir, name)).replace(dir, '@')}`;
    return stat.isDirectory() ? `${name}/` : `${name} ${fs.readFileSync(join(dir, name), 'utf8').slice(0, 200)}`;
  });
