/**
 * Adapters, trees: a walk over the entries below a directory, parents first,
 * names in order of their code units, links not followed. Keeps one list of
 * names per level, whatever the size of the tree.
 */
import type { Stats } from 'node:fs';
import type { ReadableFs } from './fs-like.js';
import { below } from './names.js';
import type { Refuse } from './transfer-error.js';

export interface WalkedEntry {
  /** Relative to where the walk began. */
  readonly path: string;
  readonly stats: Stats;
}

/**
 * @param enter asked for each directory whether the walk goes into it; default yes
 * @throws the file system's own errors; an entry that is gone again is left out
 */
export function* walkTree(
  fs: Pick<ReadableFs, 'lstatSync' | 'readdirSync'>,
  root: string,
  refuse: Refuse,
  enter: (entry: WalkedEntry) => boolean = () => true,
): Generator<WalkedEntry> {
  const levels = [{ path: '', names: namesIn(fs, root), at: 0 }];
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    if (level.at === level.names.length) {
      levels.pop();
      continue;
    }
    const name = level.names[level.at++];
    const path = level.path === '' ? name : `${level.path}/${name}`;
    const stats = fs.lstatSync(below(root, path), { throwIfNoEntry: false });
    if (stats === undefined) {
      // A name that is not UTF-8 comes with this character in the place of its bytes, and names nothing.
      if (name.includes('\ufffd')) throw refuse('NAME', 'a name is not UTF-8', path);
      continue;
    }
    const entry = { path, stats };
    yield entry;
    if (stats.isDirectory() && enter(entry)) levels.push({ path, names: namesIn(fs, below(root, path)), at: 0 });
  }
}

const namesIn = (fs: Pick<ReadableFs, 'readdirSync'>, directory: string): string[] => fs.readdirSync(directory).sort();
