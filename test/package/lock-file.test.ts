/**
 * The lock file serves every platform: each dependency that it names, binaries of other platforms included, has its
 * entry. `npm ci` refuses a lock file that does not, and npm writes one when its registry lacks such a binary.
 */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

interface Entry {
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly resolved?: string;
}

const lock = new URL('../../package-lock.json', import.meta.url);
const packages: Record<string, Entry> = JSON.parse(readFileSync(lock, 'utf8')).packages;

/** As Node resolves: in the package's own node_modules, then in those of the directories above it. */
function hasEntry(from: string, name: string): boolean {
  if (`${from === '' ? '' : `${from}/`}node_modules/${name}` in packages) return true;
  if (from === '') return false;
  const above = from.slice(0, Math.max(0, from.lastIndexOf('node_modules/') - 1));
  return hasEntry(above, name);
}

it('has an entry for every dependency, of every platform', () => {
  const missing = Object.entries(packages).flatMap(([path, { dependencies, devDependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })
      .filter((name) => !hasEntry(path, name))
      .map((name) => `${name} of ${path}`),
  );
  expect(missing).toEqual([]);
});

it('names no registry', () => {
  expect(Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
});
