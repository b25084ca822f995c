/** Quota truth: opens the volume under test. */
import { createRequire } from 'node:module';
import { createVolume, type Engine } from '../../src/core/index.js';
import { createFsFromEngine } from '../../src/facade/index.js';
import { hostVolumeOptions } from '../../src/host/index.js';
import { AsyncMemoryFileSystem } from '../../src/index.js';
import { engineFs } from '../bench/engine-fs.js';
import type { Fs } from '../bench/systems.js';
import type { Extras, Opened } from './env.js';

export type Subject = 'ours' | 'engine' | 'memfs';

const extrasOf = (engine: Engine): Extras => ({
  usage: (path) => engine.usage(path),
  audit: () => engine.audit(),
  importTree: (entries) => engine.importTree(entries),
  resize: (maxQuota) => engine.resize(maxQuota),
});

/** A fresh volume with a quota; memfs has none. */
export function openVolume(subject: Subject, quota: number): Opened {
  if (subject === 'memfs') {
    const { memfs } = createRequire(import.meta.url)('memfs') as { memfs(): { fs: Fs } };
    return { fs: memfs().fs };
  }
  const engine = createVolume({ ...hostVolumeOptions(), maxQuota: quota });
  return { fs: subject === 'engine' ? engineFs(engine) : createFsFromEngine(engine), extras: extrasOf(engine) };
}

/** The same through the D-MemFS API, whose `fs` is the volume's too. */
export function openMfs(quota: number): Opened {
  const mfs = new AsyncMemoryFileSystem({ maxQuota: quota });
  return { fs: mfs.fs, extras: extrasOf(mfs.sync.engine), mfs };
}
