/**
 * Compat tests: `npm run compat:sqlite`. The tests of `quotafs/sqlite` with better-sqlite3 among the drivers. It is
 * native code that not every machine can fetch or build, so it is no dependency of the project: it is installed into a
 * cache folder, for the running Node.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSION = '12.11.1';
const root = fileURLToPath(new URL('../..', import.meta.url));
const cache = join(root, 'node_modules/.cache/quotafs-better-sqlite3', process.version);
const installed = join(cache, 'node_modules/better-sqlite3');

const run = (cwd: string, command: string, args: readonly string[]): void => {
  const env = { ...process.env, QUOTAFS_BETTER_SQLITE3: installed };
  const { status } = spawnSync(command, args, { cwd, env, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};

mkdirSync(cache, { recursive: true });
writeFileSync(join(cache, 'package.json'), '{ "private": true }');
run(cache, 'npm', ['install', '--no-audit', '--no-fund', `better-sqlite3@${VERSION}`]);
run(root, process.execPath, ['node_modules/vitest/vitest.mjs', 'run', 'test/adapters/sqlite']);
