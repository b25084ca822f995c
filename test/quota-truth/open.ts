/** Quota truth: opens the volume under test. */
import { createRequire } from 'node:module';
import { createVolume } from '../../src/core/index.js';
import { engineFs } from '../bench/engine-fs.js';
import type { Fs } from '../bench/systems.js';
import type { Extras, Opened } from './env.js';

export type Subject = 'ours' | 'engine' | 'memfs';

/** A fresh volume with a quota; memfs has none. */
export function openVolume(subject: Subject, quota: number): Opened {
  if (subject === 'memfs') {
    const { memfs } = createRequire(import.meta.url)('memfs') as { memfs(): { fs: Fs } };
    return { fs: memfs().fs };
  }
  const engine = createVolume({ maxQuota: quota });
  return { fs: engineFs(engine), extras: engine as unknown as Extras };
}
