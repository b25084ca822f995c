/**
 * Build: the types, by tsup (rollup-plugin-dts). Types that entries share are in files of their own, so that a class is one
 * type for all. Invariant: what programs call is documented where they find it; what is for those who work on this package
 * is left out.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { build } from 'tsup';
import { ENTRIES } from './entries.js';

export async function writeTypes(): Promise<void> {
  await build({
    config: false,
    silent: true,
    entry: { ...ENTRIES },
    outDir: 'dist',
    format: ['cjs'],
    dts: { only: true },
  });
  for (const name of readdirSync('dist')) {
    if (!name.endsWith('.d.cts')) continue;
    const path = `dist/${name}`;
    writeFileSync(path, withoutAsides(readFileSync(path, 'utf8'), name.startsWith('engine-')));
  }
}

const COMMENT = String.raw`\/\*\*(?:[^*]|\*(?!\/))*\*\/`;

/**
 * The paragraphs that open source files say nothing about the declaration that happens to follow; of the engine, which
 * only adapters in this repository call, no comment is for users.
 */
export function withoutAsides(types: string, isEngine: boolean): string {
  const asides = isEngine ? `\\s*${COMMENT}` : `${COMMENT}\\n(?:\\n|(?=\\/\\*\\*))`;
  return types.replace(new RegExp(asides, 'g'), '').replaceAll('    ', '\t');
}
