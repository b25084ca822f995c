/** Quota truth: opens the volume under test. */
import { createRequire } from 'node:module';
import { createOverlay } from '../../src/adapters/overlay/index.js';
import { createVolume, type Engine } from '../../src/core/index.js';
import { createFsFromEngine, engineOf } from '../../src/facade/index.js';
import { hostVolumeOptions } from '../../src/host/index.js';
import { AsyncMemoryFileSystem, createFs } from '../../src/index.js';
import { engineFs } from '../bench/engine-fs.js';
import type { Fs } from '../bench/systems.js';
import type { Extras, Opened } from './env.js';

export type Subject = 'ours' | 'built' | 'engine' | 'memfs';

const extrasOf = (engine: Engine): Extras => ({
  usage: (path) => engine.usage(path),
  audit: () => engine.audit(),
  importTree: (entries) => engine.importTree(entries),
  resize: (maxQuota) => engine.resize(maxQuota),
});

/** The package as it is published. */
const loadBuilt = (): typeof import('../../src/index.js') =>
  createRequire(import.meta.url)(`${process.env.QUOTAFS_DIST}/index.cjs`) as typeof import('../../src/index.js');

function openBuilt(maxQuota: number): Opened {
  const built = loadBuilt();
  const fs = built.createFs({ maxQuota });
  const quota = built.quotaOf(fs);
  return {
    fs,
    extras: {
      usage: (path) => ({ ...quota.usage(path), limit: quota.limit }),
      audit: () => quota.audit(),
      importTree: () => {
        throw new Error('the package has no importTree');
      },
      resize: (bytes) => quota.resize(bytes),
    },
  };
}

/** A fresh volume with a quota; memfs has none. */
export function openVolume(subject: Subject, quota: number): Opened {
  if (subject === 'built') return openBuilt(quota);
  if (subject === 'memfs') {
    const { memfs } = createRequire(import.meta.url)('memfs') as { memfs(): { fs: Fs } };
    return { fs: memfs().fs };
  }
  const engine = createVolume({ ...hostVolumeOptions(), maxQuota: quota });
  return { fs: subject === 'engine' ? engineFs(engine) : createFsFromEngine(engine), extras: extrasOf(engine) };
}

/** Files and directories of the tree that lies below an overlay. */
export const LOWER_FILES = 20_000;
export const LOWER_DIRECTORIES = 200;
export const lowerPath = (i: number): string =>
  `/lower/d${Math.floor(i / 100) % LOWER_DIRECTORIES}/a-lower-file-with-some-name-${i}`;

let lower: typeof import('node:fs') | undefined;

/** Made once, before anything is measured. */
function lowerTree(): typeof import('node:fs') {
  if (lower !== undefined) return lower;
  lower = createFs({ maxQuota: 2 ** 27 });
  for (let i = 0; i < LOWER_DIRECTORIES; i++) lower.mkdirSync(`/lower/d${i}`, { recursive: true });
  for (let i = 0; i < LOWER_FILES; i++) lower.writeFileSync(lowerPath(i), Buffer.alloc(i % 3000, 'lower'));
  return lower;
}

/** An overlay over a tree in memory, which is emptied by dropping its changes. */
export function openOverlay(quota: number): Opened {
  const overlay = createOverlay({ lower: lowerTree(), root: '/lower', maxQuota: quota });
  return { fs: overlay.fs, extras: extrasOf(engineOf(overlay.fs) as Engine), empty: () => overlay.discard() };
}

/** The same through the D-MemFS API, whose `fs` is the volume's too. */
export function openMfs(quota: number): Opened {
  const mfs = new AsyncMemoryFileSystem({ maxQuota: quota });
  return { fs: mfs.fs, extras: extrasOf(mfs.sync.engine), mfs };
}
