/**
 * Build: the types, by tsup (rollup-plugin-dts). Types that entries share are in files of their own, so that a class is one
 * type for all. Invariant: what programs call is documented where they find it; what is for those who work on this package
 * is left out: their comments here, what is marked `@internal` by the compiler (`stripInternal`).
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
    writeFileSync(path, withoutAsides(readFileSync(path, 'utf8')));
  }
}

/** The paragraphs that open source files say nothing about the declaration that happens to follow. */
export function withoutAsides(types: string): string {
  return types.replace(/\/\*\*(?:[^*]|\*(?!\/))*\*\/\n(?:\n|(?=\/\*\*))/g, '').replaceAll('    ', '\t');
}
