/**
 * Adapter, command line: the program's changes, written to the real disk because
 * the user asked for it. Synchronous: the event loop is over when this runs.
 */
import { dirname, posix } from 'node:path';
import { ownFs } from '../../host/index.js';
import { exportArchiveSync } from '../archive/index.js';
import type { Change, Overlay } from '../overlay/index.js';

/** Captured when this is loaded: `node:fs` is patched while the program runs. */
const { mkdirSync, writeFileSync } = ownFs;

/** @param base - the directory that paths are relative to, absolute */
const below = (base: string, path: string): string | undefined => {
  const relative = posix.relative(base, path);
  return relative === '..' || relative.startsWith('../') ? undefined : relative;
};

/** Packs what is new or changed; deletions have no place in an archive. */
export function zipChanges(overlay: Overlay, changes: readonly Change[], base: string, file: string): void {
  const wanted = new Set<string>();
  for (const { path, after } of changes) {
    if (after === undefined) continue;
    for (let each = below(base, path); each && each !== '.'; each = posix.dirname(each)) wanted.add(each);
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, exportArchiveSync(overlay.fs, base, { filter: (path) => wanted.has(path) }));
}
