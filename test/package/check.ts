/**
 * Checks the package as its users get it: packs it, lints the tarball, installs it into an empty project and uses
 * it from there as ESM, as CommonJS and from TypeScript. Run by `npm run check:package`, after the build.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundles } from './bundlers.js';

// The goal was 150,000; overlay, snapshots, SQLite, node:vfs and the command came on top (docs/architecture.md), then the
// releases that behave differently and parts that load later, which cost 1 % and save a quarter of the import.
const MAX_PACKED_BYTES = 195_000;

const root = fileURLToPath(new URL('../..', import.meta.url));
// By its path: another version of the compiler may own the name in .bin.
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const bin = (name: string) => join(root, 'node_modules', '.bin', name);
const work = mkdtempSync(join(tmpdir(), 'quotafs-package-'));

function run(command: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  }
}

function step(name: string, check: () => string | undefined): void {
  const note = check();
  console.log(`ok  ${name}${note ? `: ${note}` : ''}`);
}

function pack(): string {
  run('npm', ['pack', '--ignore-scripts', '--pack-destination', work], root);
  const [name] = readdirSync(work);
  if (name === undefined) throw new Error('npm pack made no tarball');
  return join(work, name);
}

/** An empty project with nothing but our tarball installed. */
function installed(tarball: string): string {
  const project = join(work, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }\n');
  run('npm', ['install', '--no-audit', '--no-fund', '--offline', tarball], project);
  return project;
}

function typescriptConfig(moduleResolution: string): object {
  return {
    compilerOptions: {
      module: moduleResolution === 'Bundler' ? 'Preserve' : moduleResolution,
      moduleResolution,
      target: 'ES2022',
      lib: ['ES2023', 'ESNext.Disposable'],
      types: ['node'],
      typeRoots: [join(root, 'node_modules', '@types')],
      strict: true,
      noEmit: true,
    },
    include: ['*.ts', '*.cts'],
  };
}

try {
  const tarball = pack();

  step('tarball', () => {
    const { size } = statSync(tarball);
    if (size > MAX_PACKED_BYTES) throw new Error(`the tarball has ${size} bytes, more than ${MAX_PACKED_BYTES}`);
    return `${(size / 1000).toFixed(1)} kB of ${MAX_PACKED_BYTES / 1000} kB`;
  });
  step('publint', () => void run(bin('publint'), [tarball, '--strict'], root));
  // It does not see the default that memfs and mock-fs have on their `module.exports`; commonjs.cjs looks.
  const rules = ['--ignore-rules', 'false-export-default'];
  step('are the types wrong', () => void run(bin('attw'), [tarball, '--no-color', ...rules], root));

  const project = installed(tarball);
  step('installs alone', () => {
    const packages = readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'));
    if (packages.join() !== 'quotafs') throw new Error(`installed ${packages.join(', ')}`);
    return undefined;
  });
  step('holds what it should', () => {
    const names = readdirSync(join(project, 'node_modules', 'quotafs'))
      .sort()
      .join(' ');
    if (names !== 'LICENSE README.md dist package.json') throw new Error(`the package holds ${names}`);
    return undefined;
  });

  cpSync(fileURLToPath(new URL('consumer', import.meta.url)), project, { recursive: true });
  step('ESM', () => run(process.execPath, ['esm.mjs'], project).trim());
  step('CommonJS', () => run(process.execPath, ['commonjs.cjs'], project).trim());
  step('what it shows of itself', () => run(process.execPath, ['surface.cjs'], project).trim());
  for (const when of ['reset', 'mounted', 'patched']) {
    step('loaded late', () => run(process.execPath, ['late.cjs', when], project).trim());
  }
  step('both in one process', () => run(process.execPath, ['both.mjs'], project).trim());
  step('the command', () => {
    writeFileSync(
      join(project, 'writes.mjs'),
      "import { writeFileSync } from 'node:fs'; writeFileSync('written', '');",
    );
    run(join(project, 'node_modules/.bin/quotafs'), ['run', '--zip', 'changes.zip', '--', 'writes.mjs'], project);
    const made = ['written', 'changes.zip'].filter((name) => existsSync(join(project, name)));
    if (made.join() !== 'changes.zip') throw new Error(`a run made ${made.join()}`);
    return run(join(project, 'node_modules/.bin/quotafs'), ['--version'], project).trim();
  });
  step('the conformance suite', () => {
    process.env.QUOTAFS_TARGET = 'built';
    run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', 'compat-tests/conformance'], root);
    return undefined;
  });
  const elsewhere = mkdtempSync(join(tmpdir(), 'quotafs-bundles-'));
  try {
    for (const bundle of await bundles(project, elsewhere)) {
      step(`bundled, ${basename(bundle)}`, () => run(process.execPath, [bundle], elsewhere).trim());
    }
  } finally {
    rmSync(elsewhere, { recursive: true, force: true });
  }
  for (const resolution of ['NodeNext', 'Bundler']) {
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(typescriptConfig(resolution)));
    step(`types with ${resolution} resolution`, () => void run(process.execPath, [compiler], project));
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
