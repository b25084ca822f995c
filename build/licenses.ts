/**
 * Build: the licenses of the packages whose code is bundled ask for their text to go where the code goes. Invariant: a
 * package whose code is in a file is named in dist/THIRD-PARTY-LICENSES.txt, with its license.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** @param files paths of all source files that are in the bundle */
export function writeLicenses(files: readonly string[]): void {
  const packages = new Set(files.filter((path) => path.includes('node_modules/')).map(packageDirectory));
  const texts = [...packages].sort().map((directory) => {
    const { name, version, license } = manifestOf(directory);
    const file = readdirSync(directory).find((each) => /^licen[cs]e/i.test(each));
    if (file === undefined) throw new Error(`${name} has no license file`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(directory, file), 'utf8').trim()}\n`;
  });
  if (texts.length === 0) return;
  writeFileSync('dist/THIRD-PARTY-LICENSES.txt', `Code of these packages is part of quotafs.\n\n${texts.join('\n\n')}`);
}

/** The nearest directory with the manifest of a whole package: some have others within, that say `type` alone. */
function packageDirectory(path: string): string {
  let directory = dirname(path);
  while (!existsSync(join(directory, 'package.json')) || !manifestOf(directory).version) directory = dirname(directory);
  return directory;
}

function manifestOf(directory: string): { name: string; version?: string; license?: string } {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
}
