/** Puts the source, as a program of this package sees it, into one file that any Node runs. */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * @param file - the bundle to write, .mjs or .cjs
 * @param source - what it consists of: imports of 'quotafs' and its subpaths are the source
 * @param external - packages that stay imports
 */
export async function bundle(file: string, source: string, external: readonly string[] = []): Promise<void> {
  await build({
    stdin: { contents: source, resolveDir: root, loader: 'ts' },
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: file.endsWith('.cjs') ? 'cjs' : 'esm',
    external: [...external],
    // `quotafs` is the source by the paths of this file.
    tsconfig: `${root}/tsconfig.json`,
    logLevel: 'error',
  });
}
