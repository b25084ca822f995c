/**
 * Benchmarks: builds what is measured. The library and the measuring processes
 * are bundled by esbuild into a cache folder, so that no TypeScript loader sits
 * in a measured process; the peers that are not dev dependencies are installed
 * there too, so that `npm ci` stays light.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const CACHE = join(ROOT, 'node_modules', '.cache', 'quotafs-bench');

/** Peers measured but not needed to develop: name and exact version. */
const PEERS: Readonly<Record<string, string>> = {
  '@platformatic/vfs': '0.4.0',
  '@zenfs/core': '2.7.6',
};

/**
 * Bundles one entry as ESM for Node and gives the path of the result.
 * @param entry - Path from the root of the repository.
 * @param name - File name in the cache, without ending.
 */
export async function bundle(entry: string, name: string): Promise<string> {
  const outfile = join(CACHE, `${name}.mjs`);
  // Written beside and moved in place, because another run may be starting a process with it.
  const written = join(CACHE, `${name}.${process.pid}.mjs`);
  await build({
    entryPoints: [join(ROOT, entry)],
    outfile: written,
    bundle: true,
    platform: 'node',
    target: 'node20',
    minifyWhitespace: true,
    minifySyntax: true,
    format: 'esm',
    external: ['memfs', 'esbuild'],
    banner: {
      js: "import { createRequire as __makeRequire } from 'node:module'; const require = __makeRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  renameSync(written, outfile);
  return outfile;
}

const newest = (folder: string): number =>
  Math.max(
    ...readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  );

/** What is measured as ours: the package as users get it, built anew when the source is newer. A bundle would import slower. */
export function libraryFile(): string {
  const built = join(ROOT, 'dist', 'index.js');
  const isFresh = existsSync(built) && statSync(built).mtimeMs > newest(join(ROOT, 'src'));
  if (!isFresh) execFileSync('npm', ['run', 'build'], { cwd: ROOT, stdio: 'ignore' });
  return built;
}

/** Installs the peers once into the cache folder. */
export function installPeers(): string {
  const folder = join(CACHE, 'peers');
  const wanted = JSON.stringify({ private: true, dependencies: PEERS }, null, 2);
  const manifest = join(folder, 'package.json');
  const same = existsSync(manifest) && readFileSync(manifest, 'utf8') === wanted;
  if (same && existsSync(join(folder, 'node_modules'))) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(manifest, wanted);
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'], {
    cwd: folder,
    stdio: 'inherit',
  });
  return folder;
}

/** File to import for a peer, wherever it is installed. */
export function peerEntry(name: string): string {
  const peers = join(CACHE, 'peers', 'node_modules');
  if (name === '@zenfs/core') return join(peers, '@zenfs', 'core', 'dist', 'index.js');
  const from = name in PEERS ? join(peers, 'from.js') : join(ROOT, 'from.js');
  return createRequire(from).resolve(name);
}
