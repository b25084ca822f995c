/**
 * Unmodified programs under `quotafs run`: each works, leaves the disk as it is, and its exported result is what it
 * writes when it runs for real.
 */
import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { makeWorld, type World } from './world.js';

interface Program {
  readonly files: Record<string, string>;
  readonly packages?: readonly string[];
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Files that hold the time of day: that they are there is all that can be compared. */
  readonly dated?: RegExp;
  /** What it makes or changes, in the project. */
  readonly writes: readonly string[];
}

const PACKAGE = '{ "name": "subject", "version": "1.2.3", "type": "module", "private": true, "license": "MIT" }';
const source = {
  'package.json': PACKAGE,
  'src/main.js': "import { sum } from './sum.js';\nconsole.log('the sum is', sum(20, 22));\n",
  'src/sum.js': 'export const sum = (a, b) => a + b;\nexport const unused = (a) => a * 2;\n',
};
const npm = () => realpathSync(execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim());

const programs: Record<string, Program> = {
  tsc: {
    files: {
      'package.json': PACKAGE,
      'tsconfig.json':
        '{ "compilerOptions": { "outDir": "dist", "rootDir": "src", "declaration": true, "sourceMap": true, "incremental": true, "module": "nodenext", "types": [] } }',
      'src/a.ts': "import { b } from './b.js';\nexport const a: number = b + 1;\n",
      'src/b.ts': 'export const b = 41;\nexport interface Unused { x: string }\n',
      'dist/a.js': '// of an earlier run\n',
    },
    packages: ['typescript'],
    args: ['node_modules/typescript/bin/tsc', '-p', '.'],
    writes: ['dist/a.js', 'dist/b.d.ts', 'dist/b.js.map', 'tsconfig.tsbuildinfo'],
  },
  'prettier --write': {
    files: { 'package.json': PACKAGE, 'src/a.js': 'const  a = {b:1}\n', 'src/b.css': 'a{b:c}', 'fine.js': 'f();\n' },
    packages: ['prettier'],
    args: ['node_modules/prettier/bin/prettier.cjs', '--write', '.'],
    writes: ['src/a.js', 'src/b.css'],
  },
  'npm pack': {
    files: { ...source, 'README.md': '# subject\n', '.npmignore': 'secret\n', secret: 'x' },
    args: [npm(), 'pack', '--offline', '--logs-max=0', '--no-update-notifier'],
    dated: /_cacache\/index-v5\//,
    writes: ['subject-1.2.3.tgz'],
  },
  webpack: {
    files: {
      ...source,
      'webpack.config.js': "export default { mode: 'production', devtool: 'source-map', entry: './src/main.js' };",
    },
    packages: ['webpack', 'webpack-cli'],
    args: ['node_modules/webpack/bin/webpack.js', 'build'],
    writes: ['dist/main.js', 'dist/main.js.map'],
  },
  rollup: {
    files: {
      ...source,
      'rollup.config.js': "export default { input: 'src/main.js', output: { dir: 'dist', sourcemap: true } };",
    },
    packages: ['rollup'],
    args: ['node_modules/rollup/dist/bin/rollup', '-c'],
    writes: ['dist/main.js', 'dist/main.js.map'],
  },
  'vite build': {
    files: {
      ...source,
      'index.html':
        '<!doctype html><link rel="stylesheet" href="/a.css"><script type="module" src="/src/main.js"></script>',
      'a.css': 'body { color: red; background: url(./dot.svg) }',
      'dot.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
      'public/robots.txt': 'User-agent: *\n',
      'dist/stale.js': 'to be removed',
    },
    packages: ['vite=vite-7'],
    args: ['node_modules/vite/bin/vite.js', 'build'],
    writes: ['dist/index.html', 'dist/robots.txt'],
  },
  mocha: {
    files: {
      ...source,
      'test/writes.js': [
        "import assert from 'node:assert';",
        "import fs, { promises } from 'node:fs';",
        "import os from 'node:os';",
        "import { sum } from '../src/sum.js';",
        "after(() => fs.writeFileSync('report.json', '{}'));",
        "it('sums', () => assert.equal(sum(1, 2), 3));",
        "it('writes', async () => {",
        "  const directory = await promises.mkdtemp(os.tmpdir() + '/t-');",
        "  fs.writeFileSync(directory + '/x', 'x');",
        "  assert.equal(await promises.readFile(directory + '/x', 'utf8'), 'x');",
        '  await promises.rm(directory, { recursive: true });',
        '});',
      ].join('\n'),
    },
    packages: ['mocha'],
    args: ['node_modules/mocha/bin/mocha.js', '--slow', '60000', 'test/writes.js'],
    writes: ['report.json'],
  },
  'node:test': {
    files: {
      ...source,
      'test/writes.test.js': [
        "import assert from 'node:assert';",
        "import { existsSync, rmSync, writeFileSync } from 'node:fs';",
        "import { test } from 'node:test';",
        "test('writes and deletes', () => {",
        "  writeFileSync('made.txt', 'made');",
        "  rmSync('src', { recursive: true });",
        "  assert.equal(existsSync('src/main.js'), false);",
        '});',
      ].join('\n'),
    },
    args: ['test/writes.test.js'],
    writes: ['made.txt'],
  },
};

/** Durations and what the run itself says. */
const steady = (text: string): string =>
  text.replace(/[\d.]+ ?(ms|s)\b/g, 'TIME').replace(/duration_ms:? [\d.]+/g, 'TIME');
const without = (text: string): string => text.replace(/^quotafs: .*\n/gm, '');

const undated = (found: Record<string, string>, dated?: RegExp): Record<string, string> =>
  Object.fromEntries(Object.entries(found).map(([path, text]) => [path, dated?.test(path) ? 'dated' : text]));

let world: World | undefined;
afterEach(() => {
  world?.remove();
  world = undefined;
});

// Compilers take their time where others work too.
describe('quotafs run', { timeout: 180_000 }, () => {
  it.each(Object.entries(programs))('%s', async (_, { files, packages, args, env, dated, writes }) => {
    world = await makeWorld(files, packages);
    const before = world.snapshot({ times: true });
    const plain = world.snapshot({ times: false });
    const target = world.copy();
    const held = await world.held(['--export', target.directory], args, env);
    expect(world.snapshot({ times: true })).toEqual(before);

    // What Node keeps of compiled code is no result.
    const real = await world.node(args, { NODE_DISABLE_COMPILE_CACHE: '1', ...env });
    expect.soft(without(steady(held.stderr))).toBe(steady(real.stderr));
    expect.soft(steady(held.stdout)).toBe(steady(real.stdout));
    expect(held.code).toBe(0);
    expect(real.code).toBe(0);
    const result = world.snapshot({ times: false }, target.world);
    expect(undated(result, dated)).toEqual(undated(world.snapshot({ times: false }), dated));
    const changed = writes.filter((path) => result[`project/${path}`] !== plain[`project/${path}`]);
    expect(changed).toEqual(writes);
    expect(held.stderr).toMatch(/quotafs: \d+ added, \d+ changed, \d+ deleted .*; quota peak/);
  });
});
