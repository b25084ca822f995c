/** Adapter, archives: what of a file system goes into an archive, and under which names. */
import type { Stats } from 'node:fs';
import { posix } from 'node:path';
import { below, type ReadableFs, walkTree } from '../tree/index.js';
import { refuse } from './archive-error.js';

/** An entry to archive. */
export interface TreeEntry {
  /** Its name in the archive, without a slash at the end. */
  readonly name: string;
  /** Where it is. */
  readonly path: string;
  readonly stats: Stats;
}

/** Asked for each entry. @returns false to leave it, and what is below it, out */
export type ExportFilter = (path: string, stats: Stats) => boolean;

/**
 * The entries below a directory (it is not one itself), or the one file that `from` is.
 * @throws ArchiveError TYPE, NAME for what an archive of ours cannot hold
 */
export function* exportedTree(fs: ReadableFs, from: string, filter: ExportFilter = () => true): Generator<TreeEntry> {
  const top = fs.statSync(from);
  if (!top.isDirectory()) {
    yield checked({ name: posix.basename(from), path: from, stats: top });
    return;
  }
  const left = new Set<string>();
  for (const { path: name, stats } of walkTree(fs, from, refuse, (entry) => !left.delete(entry.path))) {
    if (filter(name, stats)) yield checked({ name, path: below(from, name), stats });
    else if (stats.isDirectory()) left.add(name);
  }
}

function checked(entry: TreeEntry): TreeEntry {
  const { name, stats } = entry;
  if (!stats.isFile() && !stats.isDirectory() && !stats.isSymbolicLink()) {
    throw refuse('TYPE', 'only files, directories and symbolic links can be archived', name);
  }
  return entry;
}
