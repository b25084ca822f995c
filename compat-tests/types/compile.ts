/**
 * Compat tests, types: compiles a file against the package's declarations with a
 * given compiler and a given `@types/node`. Declarations are emitted once, as a
 * user gets them; the sources themselves are checked by `npm run typecheck`.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const modules = join(root, 'node_modules');
const cache = join(modules, '.cache/quotafs-types');
const declarations = join(cache, 'declarations');

const run = async (compiler: string, args: readonly string[]): Promise<string> => {
  const tsc = join(modules, compiler, 'bin/tsc');
  try {
    await promisify(execFile)(process.execPath, [tsc, ...args], { cwd: root });
    return '';
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as { stdout?: string; stderr?: string; message: string };
    return stdout + stderr || message;
  }
};

/** Writes the package's .d.ts files. Complaints about the sources are the type check's business, not this one's. */
export const emitDeclarations = async (): Promise<void> => {
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  const config = {
    extends: join(root, 'tsconfig.json'),
    include: [join(root, 'src')],
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      rootDir: join(root, 'src'),
      outDir: declarations,
      noUnusedLocals: false,
      noUnusedParameters: false,
    },
  };
  writeFileSync(join(cache, 'emit.json'), JSON.stringify(config));
  await run('typescript-7', ['-p', join(cache, 'emit.json')]);
};

/** Compiles assignable.ts; `nodeTypes` is a folder of node_modules. Returns the compiler's complaints. */
export const compile = async (compiler: string, nodeTypes: string): Promise<string> => {
  const name = `${compiler}-${nodeTypes}`.replaceAll('/', '-');
  const roots = join(cache, name);
  mkdirSync(roots);
  symlinkSync(join(modules, nodeTypes), join(roots, 'node'));
  const config = {
    compilerOptions: {
      target: 'ES2022',
      lib: ['ES2023', 'ESNext.Disposable'],
      module: 'NodeNext',
      moduleResolution: 'NodeNext',
      strict: true,
      noEmit: true,
      // The declarations of the package itself are checked, the ones of its neighbours are not ours to judge.
      skipLibCheck: true,
      types: ['node'],
      typeRoots: [roots],
      paths: { quotafs: [join(declarations, 'index.d.ts')] },
    },
    files: [fileURLToPath(new URL('assignable.ts', import.meta.url))],
  };
  writeFileSync(join(cache, `${name}.json`), JSON.stringify(config));
  return run(compiler, ['-p', join(cache, `${name}.json`)]);
};
