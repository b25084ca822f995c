/**
 * Core layer: from a path to an entry. `walk` answers, callers demand: it fills
 * one Location (an entry, or the place where one could be made) and leaves it
 * to the caller whether it must exist, be absent, or be a directory.
 *
 * Follows path_resolution(7): '..' is taken from the directory that a link led
 * to, the search permission of every directory is checked, a trailing slash
 * asks for a directory, and the 41st link is ELOOP.
 */
import { EACCES, EISDIR, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR } from './errno.js';
import { X_OK } from './flags.js';
import { OWN_ENTRY, ROOT } from './inode.js';
import { may } from './permission.js';
import type { Volume } from './volume.js';

const SLASH = 47;
const DOT = 46;
/** Longest name, bytes. */
export const NAME_MAX = 255;
/** Longest path, bytes: Linux's PATH_MAX less the terminating zero byte. */
export const PATH_MAX = 4095;
const LINKS_MAX = 40;

/** What to do with a link in the last place of a path. */
export const FOLLOW = 0;
/** lstat: follow it only when a slash comes after. */
export const NO_FOLLOW = 1;
/** mkdir, unlink, rename …: the name itself is meant, slash or not. */
export const NAME_ONLY = 2;
/** rename: NAME_ONLY, but the last name's length is checked by the caller, after both paths are walked. */
export const NAME_UNCHECKED = 3;
/** open with O_CREAT: followed, but a slash after the last name is EISDIR before that name is looked up. */
export const CREATE = 4;
/** open with O_CREAT and O_EXCL or O_NOFOLLOW. */
export const CREATE_NO_FOLLOW = 5;
export type LinkMode =
  | typeof FOLLOW
  | typeof NO_FOLLOW
  | typeof NAME_ONLY
  | typeof NAME_UNCHECKED
  | typeof CREATE
  | typeof CREATE_NO_FOLLOW;

/** Kinds of last component. */
export const NORMAL = 0;
export const IS_DOT = 1;
export const IS_DOT_DOT = 2;
export const IS_ROOT = 3;

/** Where the last walk ended. One per volume, overwritten by each walk. */
export class Location {
  /** Directory in which the last name was looked up. */
  directory = 0;
  /** The entry found; 0 when absent, or when the path has no last name ('/', '.', '..'). */
  entry = 0;
  /** The inode found, 0 when absent. */
  ino = 0;
  /** The text the last name is in (the path, or a link's target), and where. */
  text = '';
  start = 0;
  end = 0;
  /** A slash follows the last name. */
  slash = false;
  kind: typeof NORMAL | typeof IS_DOT | typeof IS_DOT_DOT | typeof IS_ROOT = NORMAL;

  get nameLength(): number {
    return this.end - this.start;
  }
}

/** Parent directory of a directory; the root's is the root. */
export const parentOf = (volume: Volume, directory: number): number => {
  const entry = volume.inodes.get(directory, OWN_ENTRY);
  return entry === 0 ? ROOT : volume.directories.parent(entry);
};

/** Resolves `path` into `volume.at`. Returns 0, also when only the last name is missing, or a negative errno. */
export const walk = (volume: Volume, path: string, mode: LinkMode): number => {
  if (path.length === 0) return -ENOENT;
  if (path.length > PATH_MAX) return -ENAMETOOLONG;
  const { at, inodes, directories } = volume;
  let text = path;
  let directory = ROOT;
  let links = 0;
  let i = 0;
  let kind: Location['kind'] = IS_ROOT;
  for (;;) {
    const length = text.length;
    while (i < length && text.charCodeAt(i) === SLASH) i++;
    if (i === length) return settle(at, directory, kind, length > 1);
    if (!volume.privileged && !may(volume, directory, X_OK)) return -EACCES;
    const start = i;
    while (i < length && text.charCodeAt(i) !== SLASH) i++;
    const end = i;
    while (i < length && text.charCodeAt(i) === SLASH) i++;
    const size = end - start;
    if (text.charCodeAt(start) === DOT) {
      if (size === 1) {
        kind = IS_DOT;
        if (i === length) return settle(at, directory, kind, i > end);
        continue;
      }
      if (size === 2 && text.charCodeAt(start + 1) === DOT) {
        kind = IS_DOT_DOT;
        directory = parentOf(volume, directory);
        if (i === length) return settle(at, directory, kind, i > end);
        continue;
      }
    }
    const last = i === length;
    if (last && i > end && mode >= CREATE) return -EISDIR;
    if (size > NAME_MAX && !(last && mode === NAME_UNCHECKED)) return -ENAMETOOLONG;
    let entry = directories.find(directory, text, start, end);
    if (entry === 0 && volume.lower !== undefined) {
      entry = volume.lower.find(directory, text, start, end);
      if (entry < 0) return entry;
    }
    if (entry === 0 && !last) return -ENOENT;
    const ino = entry === 0 ? 0 : directories.ino(entry);
    if (entry !== 0 && inodes.isLink(ino) && (!last || follows(mode, i > end))) {
      if (++links > LINKS_MAX) return -ELOOP;
      const unreadable = volume.lower === undefined ? 0 : volume.lower.linkError(ino);
      if (unreadable !== 0) return unreadable;
      const target = volume.targetOf(ino);
      volume.inodes.touchAccess(ino);
      text = target + text.slice(end);
      i = 0;
      if (target.charCodeAt(0) === SLASH) directory = ROOT;
      kind = IS_ROOT;
      continue;
    }
    if (last) {
      at.directory = directory;
      at.entry = entry;
      at.ino = ino;
      at.text = text;
      at.start = start;
      at.end = end;
      at.slash = i > end;
      at.kind = NORMAL;
      return 0;
    }
    if (!inodes.isDirectory(ino)) return -ENOTDIR;
    directory = ino;
  }
};

const follows = (mode: LinkMode, slash: boolean): boolean =>
  mode === FOLLOW || mode === CREATE || (mode === NO_FOLLOW && slash);

const settle = (at: Location, directory: number, kind: Location['kind'], slash: boolean): number => {
  at.directory = directory;
  at.entry = 0;
  at.ino = directory;
  at.text = '';
  at.start = 0;
  at.end = 0;
  at.slash = slash;
  at.kind = kind;
  return 0;
};

/** The inode at `path`, which must exist: its number, or a negative errno. */
export const lookup = (volume: Volume, path: string, mode: LinkMode): number => {
  const error = walk(volume, path, mode);
  if (error !== 0) return error;
  const { at } = volume;
  if (at.ino === 0) return -ENOENT;
  return at.slash && !volume.inodes.isDirectory(at.ino) ? -ENOTDIR : at.ino;
};
