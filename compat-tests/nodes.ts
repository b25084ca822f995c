/**
 * Compat tests: `npm run compat:nodes`. Runs surface, conformance, disk, memfs and
 * packages on Node 20, 22, 24 and 26, and Node's own mounts on 26. The running Node serves its own version;
 * the others come from the npm packages `node@22` …, kept in a cache folder, or
 * from a path in QUOTAFS_NODE_<major>.
 *
 *   --nodes 20,26   only these versions      --seeds N   random programs per version (default 500)
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values: flags } = parseArgs({
  options: { nodes: { type: 'string', default: '20,22,24,26' }, seeds: { type: 'string', default: '500' } },
});

/** The path of a Node binary of this major version; installs it when missing. */
const nodeBinary = (major: string): string => {
  const given = process.env[`QUOTAFS_NODE_${major}`];
  if (given) return given;
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const cache = join(root, 'node_modules/.cache/quotafs-nodes', major);
  const binary = join(cache, 'node_modules/node/bin/node');
  if (existsSync(binary)) return binary;
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, 'package.json'), '{ "private": true }');
  const installed = spawnSync('npm', ['install', '--no-audit', '--no-fund', `node@${major}`], {
    cwd: cache,
    stdio: 'inherit',
  });
  if (installed.status !== 0) throw new Error(`could not install node@${major}`);
  return binary;
};

const run = (title: string, binary: string, args: readonly string[]): boolean => {
  console.log(`\n━━ ${title}`);
  return (
    spawnSync(binary, args, { cwd: root, stdio: 'inherit', env: { ...process.env, NODE_NO_WARNINGS: '1' } }).status ===
    0
  );
};

const suites = [
  'compat-tests/surface',
  'compat-tests/conformance',
  'compat-tests/memfs',
  'compat-tests/packages',
  'compat-tests/run',
  ...['jest', 'mount', 'node-test', 'sqlite', 'vitest'].map((name) => `test/adapters/${name}`),
];
const failed: string[] = [];

for (const major of flags.nodes.split(',')) {
  const binary = nodeBinary(major);
  const steps: [string, string[]][] = [
    ['surface, conformance, memfs, packages', ['node_modules/vitest/vitest.mjs', 'run', ...suites]],
    [
      `${flags.seeds} random programs`,
      ['--import', 'tsx', 'compat-tests/disk/run.ts', '--seeds', flags.seeds, '--keep-going'],
    ],
  ];
  if (Number(major) >= 26) {
    steps.push(['node:vfs', ['--experimental-vfs', '--import', 'tsx', '--test', 'compat-tests/vfs/program.ts']]);
  }
  for (const [title, args] of steps) {
    if (!run(`Node ${major}: ${title}`, binary, args)) failed.push(`Node ${major}: ${title}`);
  }
}

console.log(failed.length === 0 ? '\nAll passed.' : `\nFailed:\n${failed.join('\n')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
