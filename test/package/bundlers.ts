/**
 * Programs that have the package in them, made as its users bundle (docs/bundling.md): they run where nothing is
 * installed, with what the package loads by its first use.
 */
import { basename, dirname, join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import { build as vite7 } from 'vite-7';
import webpack from 'webpack';

/** Makes the bundle of one entry. */
type Bundler = (entry: string, outfile: string) => Promise<unknown>;

const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

const withEsbuild = (entry: string, outfile: string, minify: boolean) =>
  esbuild({
    entryPoints: [entry],
    outfile,
    minify,
    bundle: true,
    platform: 'node',
    format: outfile.endsWith('.mjs') ? 'esm' : 'cjs',
    // Without it a module that esbuild makes of CommonJS cannot ask for Node's own modules.
    banner: outfile.endsWith('.mjs') ? { js: REQUIRE } : {},
    logLevel: 'error',
  });

/** With Vite 8, which is Rolldown, and with Vite 7, which is Rollup. */
const withVite = (build: typeof vite | typeof vite7, entry: string, outfile: string) =>
  build({
    root: dirname(entry),
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: entry,
      outDir: dirname(outfile),
      emptyOutDir: false,
      rollupOptions: {
        output: { format: outfile.endsWith('.mjs') ? 'es' : 'cjs', entryFileNames: basename(outfile) },
      },
    },
  });

const withWebpack = (entry: string, outfile: string) =>
  new Promise<void>((resolve, reject) => {
    const output = { path: dirname(outfile), filename: basename(outfile) };
    webpack({ mode: 'production', target: 'node20', context: dirname(entry), entry, output }, (error, stats) => {
      if (error) reject(error);
      else if (stats?.hasErrors() || stats?.hasWarnings()) reject(new Error(stats.toString('errors-warnings')));
      else resolve();
    });
  });

const bundlers: Record<string, Bundler> = {
  'esbuild.mjs': (entry, outfile) => withEsbuild(entry, outfile, false),
  'esbuild.cjs': (entry, outfile) => withEsbuild(entry, outfile, false),
  'esbuild-minified.cjs': (entry, outfile) => withEsbuild(entry, outfile, true),
  'vite-8.mjs': (entry, outfile) => withVite(vite, entry, outfile),
  'vite-7.mjs': (entry, outfile) => withVite(vite7, entry, outfile),
  'vite-7.cjs': (entry, outfile) => withVite(vite7, entry, outfile),
  'webpack.cjs': withWebpack,
};

/**
 * Bundles the programs of an installed project.
 *
 * @param project - a directory with the package installed, and `bundled.mjs` and `bundled.cjs`
 * @param directory - where the bundles go
 * @returns paths of the bundles
 */
export async function bundles(project: string, directory: string): Promise<readonly string[]> {
  const made: string[] = [];
  for (const [name, bundle] of Object.entries(bundlers)) {
    for (const entry of ['bundled.mjs', 'bundled.cjs']) {
      const outfile = join(directory, `${entry.replace('.', '-')}-${name}`);
      await bundle(join(project, entry), outfile);
      made.push(outfile);
    }
  }
  return made;
}
