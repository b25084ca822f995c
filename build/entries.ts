/**
 * Build: what is published. An entry for each subpath of `exports` in package.json ('./archive' is
 * src/adapters/archive/index.ts), the programs, and the late parts: code that is read from a file of its own at its
 * first use. Invariant: what `exports` promises is built; nothing is listed twice.
 */
import { readFileSync } from 'node:fs';

const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
const subpaths = Object.keys(exports)
  .map((subpath) => subpath.replace(/^\.\/?/, ''))
  .filter((name) => name !== '' && name !== 'package.json');

/** Files of the entries, by the names of what they become. */
export const ENTRIES: Readonly<Record<string, string>> = {
  index: 'src/index.ts',
  ...Object.fromEntries(subpaths.map((name) => [name, `src/adapters/${name}/index.ts`])),
};

/** What runs by itself: the command, and what it puts into other processes. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  bin: 'src/adapters/cli/bin.ts',
  guard: 'src/adapters/cli/guard.ts',
};

/** What is loaded late (see late-parts.ts). Each stands on the base alone. */
export const LATE_PARTS: Readonly<Record<string, string>> = {
  late: 'src/facade/late.ts',
  'late-calls': 'src/facade/late-calls.ts',
  'late-trees': 'src/facade/late-trees.ts',
  'late-engine': 'src/core/late-engine.ts',
  'late-sys': 'src/core/late-sys.ts',
  'late-mfs': 'src/mfs/late-mfs.ts',
  minimatch: 'src/facade/minimatch.ts',
};

/** An entry on a package that can only be imported stays a module; its CommonJS form says what that package says. */
export const MODULES: readonly string[] = ['vitest'];

/** Name of the file with what every program needs, on which all others stand. */
export const BASE = 'base';
