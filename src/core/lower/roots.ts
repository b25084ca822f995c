/**
 * Core layer: what a volume over a lower file system starts from: the roots, and
 * the directories that lead to them. `dropChanges` goes back to it.
 */
import type { StatArray } from '../engine.js';
import { STAT_LENGTH } from '../engine.js';
import { ENOTDIR } from '../errno.js';
import { fault } from '../fault.js';
import { S_IFDIR } from '../flags.js';
import { LINKS, OWN_ENTRY, ROOT, STATE } from '../inode.js';
import { removeBelow } from '../late-sys.js';
import { removeName } from '../sys/unlink.js';
import type { Volume } from '../volume.js';
import type { Lower } from './lower.js';
import { STAT_NLINK } from './source.js';
import { childPath, type Found, isKind, priceOf } from './table.js';

/** Puts the roots into an empty volume. @throws Fault, QuotaFault */
export const showRoots = (volume: Volume, lower: Lower): void => {
  for (const root of lower.roots) {
    const names = root.split('/').filter((name) => name !== '');
    let directory = ROOT;
    let path = '/';
    if (!lower.records.has(ROOT)) adoptAt(volume, lower, ROOT, '/', leadsOf(lower, '/'));
    names.forEach((name, index) => {
      const entry = volume.directories.find(directory, name, 0, name.length);
      path = childPath(path, name);
      directory =
        entry === 0
          ? makeDirectory(volume, lower, directory, name, path, index === names.length - 1)
          : volume.directories.ino(entry);
    });
  }
};

/** Names that must lead on from a directory above the roots; undefined for a root. */
const leadsOf = (lower: Lower, path: string): string[] | undefined => {
  if (lower.roots.includes(path)) return undefined;
  const prefix = path === '/' ? '/' : `${path}/`;
  const names = lower.roots.filter((root) => root.startsWith(prefix)).map((root) => root.slice(prefix.length));
  return [...new Set(names.map((name) => name.split('/')[0] as string))];
};

const makeDirectory = (
  volume: Volume,
  lower: Lower,
  parent: number,
  name: string,
  path: string,
  isRoot: boolean,
): number => {
  const { inodes, directories, bank } = volume;
  bank.reserve(inodes.cost(1) + directories.costOfAdd(name.length));
  const ino = inodes.create(S_IFDIR | 0o755, 0, 0);
  const entry = directories.add(parent, name, 0, name.length, ino);
  inodes.set(ino, OWN_ENTRY, entry);
  inodes.set(ino, LINKS, 2);
  inodes.add(parent, LINKS, 1);
  adoptAt(volume, lower, ino, path, isRoot ? undefined : leadsOf(lower, path));
  return ino;
};

/** Gives a directory what the lower one at `path` has; links on the way are followed. */
const adoptAt = (volume: Volume, lower: Lower, ino: number, path: string, leads: string[] | undefined): void => {
  const stat: StatArray = new Float64Array(STAT_LENGTH);
  const error = lower.source.lstat(path === '/' ? '/' : `${path}/`, stat);
  if (error !== 0) throw fault(-error);
  if (!isKind(stat, S_IFDIR)) throw fault(ENOTDIR);
  volume.bank.reserve(priceOf(path.length, false));
  const found: Found = { path, stat, target: '', errno: 0 };
  lower.adopt(ino, found, leads);
  if (leads === undefined) volume.inodes.set(ino, LINKS, stat[STAT_NLINK] as number);
  lower.markKept([ino]);
};

/** Drops everything that was changed. What is open lives on without a name. */
export const dropChanges = (volume: Volume, lower: Lower): void => {
  const { inodes, directories } = volume;
  inodes.atOnce(() => {
    for (let entry = directories.first(ROOT); entry !== 0; entry = directories.first(ROOT)) {
      if (inodes.isDirectory(directories.ino(entry))) removeBelow(volume, entry);
      else removeName(volume, entry);
    }
  });
  for (const [ino, record] of [...lower.records]) {
    if (ino === ROOT) continue;
    record.hidden = 0;
    if (inodes.get(ino, LINKS) > 0) volume.dropLink(ino, inodes.get(ino, LINKS));
  }
  lower.forget(ROOT);
  lower.forgetAllUnlinked();
  inodes.set(ROOT, STATE, 0);
  inodes.set(ROOT, LINKS, 2);
  showRoots(volume, lower);
  volume.changes++;
};
