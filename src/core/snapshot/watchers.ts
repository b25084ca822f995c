/**
 * Core layer, snapshots: what watchers are told about a restore. They stay on
 * the inode they watch, and hear what is different; nothing is looked at when
 * nobody watches.
 */
import { BIRTHTIME, GENERATION, GID, MODE, MTIME, UID } from '../inode.js';
import { SHIFT } from '../table-price.js';
import type { Volume } from '../volume.js';

interface Stamp {
  readonly ino: number;
  readonly isDirectory: boolean;
  /** Differs when content or attributes do. */
  readonly text: string;
}

/** A watched inode before the restore: what it is, and what is below it by relative path; itself by ''. */
interface Seen {
  readonly ino: number;
  readonly recursive: boolean;
  readonly birth: string;
  readonly below: ReadonlyMap<string, Stamp>;
}

export const observe = (volume: Volume): Seen[] =>
  [...volume.events.watchedInodes()].map(([ino, recursive]) => ({
    ino,
    recursive,
    birth: birthOf(volume, ino),
    below: look(volume, ino, recursive),
  }));

/** After the restore: says what is different. */
export const report = (volume: Volume, seen: readonly Seen[]): void => {
  const { events } = volume;
  for (const { ino, recursive, birth, below } of seen) {
    if (birthOf(volume, ino) !== birth) {
      events.gone(ino);
      continue;
    }
    const now = look(volume, ino, recursive);
    for (const [path, before] of below) {
      const after = now.get(path);
      if (after?.ino !== before.ino) events.below(ino, 'rename', path);
      else if (after.text !== before.text) {
        const kind = after.isDirectory ? 'rename' : 'change';
        if (path === '') events.itself(ino, kind);
        else events.below(ino, kind, path);
      }
    }
    for (const path of now.keys()) if (!below.has(path)) events.below(ino, 'rename', path);
  }
};

/** What makes a number the same inode: its type and when it was made. Inodes without names are none. */
const birthOf = ({ inodes }: Volume, ino: number): string => {
  const words = inodes.segments[ino >>> SHIFT];
  const at = inodes.at(ino);
  if (words === undefined || words.length <= at || words[at + MODE] === 0) return '';
  return `${(words[at + MODE] as number) >>> 12} ${words[at + BIRTHTIME]} ${words[at + BIRTHTIME + 1]}`;
};

const look = (volume: Volume, top: number, recursive: boolean): Map<string, Stamp> => {
  const { directories, inodes } = volume;
  const found = new Map([['', stampOf(volume, top)]]);
  const pending: [ino: number, prefix: string][] = inodes.isDirectory(top) ? [[top, '']] : [];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [directory, prefix] = next;
    for (let entry = directories.first(directory); entry !== 0; entry = directories.next(entry)) {
      const ino = directories.ino(entry);
      const path = prefix + directories.name(entry);
      found.set(path, stampOf(volume, ino));
      if (recursive && inodes.isDirectory(ino)) pending.push([ino, `${path}/`]);
    }
  }
  return found;
};

const stampOf = ({ inodes }: Volume, ino: number): Stamp => {
  const isDirectory = inodes.isDirectory(ino);
  // A directory's times and generation change with its names, which are told by themselves.
  const own = isDirectory
    ? []
    : [inodes.size(ino), inodes.get(ino, GENERATION), inodes.get(ino, MTIME), inodes.get(ino, MTIME + 1)];
  return { ino, isDirectory, text: [inodes.get(ino, MODE), inodes.get(ino, UID), inodes.get(ino, GID), ...own].join() };
};
