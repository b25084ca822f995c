/** Core layer, sys: making and removing directories. Sources: mkdir(2), rmdir(2), mkdtemp(3). */

import { changeNames, nothingMore } from '../changing.js';
import { EACCES, EBUSY, EEXIST, EINVAL, ENAMETOOLONG, ENOENT, ENOTDIR, ENOTEMPTY } from '../errno.js';
import { type Fault, fault } from '../fault.js';
import { S_IFDIR, S_ISVTX } from '../flags.js';
import { LINKS, OWN_ENTRY } from '../inode.js';
import { FOLLOW, IS_DOT, IS_DOT_DOT, IS_ROOT, lookup, NAME_MAX, NAME_ONLY, NO_FOLLOW, walk } from '../namei.js';
import { demandChange, demandRemoval, demandWritable } from '../permission.js';
import { Plan } from '../plan.js';
import type { Volume } from '../volume.js';
import { announce, createNode } from './open.js';

const MKDTEMP_TRIES = 100;

export const mkdir = (volume: Volume, path: string, mode: number): void => {
  const error = walk(volume, path, NAME_ONLY);
  if (error !== 0) throw fault(-error);
  if (volume.at.ino !== 0) throw fault(EEXIST);
  makeDirectory(volume, mode);
};

/** Makes a directory at `volume.at`. */
const makeDirectory = (volume: Volume, mode: number): void => {
  const { at, inodes } = volume;
  // mkdir(2) on Linux keeps the sticky bit of `mode` and drops set-id bits.
  const bits = mode & (0o777 | S_ISVTX) & ~volume.umask();
  const ino = createNode(volume, S_IFDIR | bits, 0);
  inodes.set(ino, LINKS, 2);
  inodes.set(ino, OWN_ENTRY, at.entry);
  inodes.add(at.directory, LINKS, 1);
  announce(volume);
};

/**
 * Makes `path` and its missing parents, all of them or none. Returns the first one made, spelled as Node's
 * recursive mkdir spells it: the text up to a slash.
 */
export const mkdirp = (volume: Volume, path: string, mode: number): string | undefined => {
  const missing = missingDirectories(volume, path, mode);
  if (missing.paths.length > 0) demandWritable(volume);
  const plan = new Plan(volume);
  planDirectories(volume, plan, missing.paths);
  planParents(volume, plan, missing.paths);
  volume.bank.prepay(plan.cost(), () => {
    plan.apply();
    for (const directory of missing.paths) mkdir(volume, directory, mode);
  });
  return missing.first;
};

export interface MissingDirectories {
  /** The first directory to make, as it is spelled in the path; undefined when all are there. */
  readonly first: string | undefined;
  /** What to make, outermost first, without '.' and '..' in the part that is missing. */
  readonly paths: readonly string[];
}

/** The directories that must be made for `path` to be one. @throws Fault EEXIST, ENOTDIR, … */
export const missingDirectories = (volume: Volume, path: string, mode: number): MissingDirectories => {
  let at = path;
  let first: string | undefined;
  for (;;) {
    const ino = lookup(volume, at, FOLLOW);
    if (ino > 0) {
      if (!volume.inodes.isDirectory(ino)) throw fault(first === undefined ? EEXIST : ENOTDIR);
      break;
    }
    if (-ino !== ENOENT) throw fault(-ino);
    first = at;
    const parent = parentPath(at);
    const above = lookup(volume, parent, FOLLOW);
    if (above > 0) {
      if (!volume.inodes.isDirectory(above)) throw fault(ENOTDIR);
      break;
    }
    if (-above !== ENOENT) throw fault(-above);
    at = at.slice(0, at.lastIndexOf('/'));
  }
  if (first === undefined) return { first, paths: [] };
  return { first, paths: missingPaths(volume, parentPath(first), path, mode) };
};

/** Walks the part of `path` behind `base` as text: what is missing can hold no link. */
const missingPaths = (volume: Volume, base: string, path: string, mode: number): string[] => {
  // What is made with this mode can be searched, so that the path can go on behind it.
  const searchable = volume.privileged || (mode & ~volume.umask() & 0o100) !== 0;
  const paths: string[] = [];
  const parts = path.slice(base.length).split('/');
  let at = base === '/' ? '' : base;
  /** How many of the last names of `at` are missing. */
  let depth = 0;
  parts.forEach((part, index) => {
    if (part === '') return;
    if (depth > 0 && !searchable) throw fault(EACCES);
    if (part === '.') return;
    if (part === '..' && depth > 0) {
      at = at.slice(0, at.lastIndexOf('/'));
      depth--;
      return;
    }
    at += `/${part}`;
    if (paths.includes(at)) {
      depth++;
      return;
    }
    const ino = depth > 0 ? -ENOENT : lookup(volume, at, FOLLOW);
    if (ino === -ENOENT) {
      // A dangling link has the name: Node's recursive mkdir asks stat, which says so.
      if (depth === 0 && lookup(volume, at, NO_FOLLOW) > 0) throw fault(ENOENT);
      if (depth === 0) demandChange(volume, volume.at.directory);
      else if (!volume.privileged && (mode & ~volume.umask() & 0o200) === 0) throw fault(EACCES);
      paths.push(at);
      depth++;
    } else if (ino < 0) throw fault(-ino);
    else if (!volume.inodes.isDirectory(ino)) throw fault(index === parts.length - 1 ? EEXIST : ENOTDIR);
  });
  return paths;
};

const parentPath = (path: string): string => {
  const name = stripSlashes(path);
  const slash = name.lastIndexOf('/');
  if (slash < 0) throw fault(ENOENT);
  return slash === 0 ? '/' : stripSlashes(name.slice(0, slash));
};

/** Plans that the directories which are there already get new names. */
export const planParents = (volume: Volume, plan: Plan, missing: readonly string[]): void => {
  if (volume.lower === undefined) return;
  for (const path of missing) {
    if (walk(volume, path, NAME_ONLY) === 0) plan.complete(volume.at.directory);
  }
};

/** Plans the making of missing directories. */
export const planDirectories = (volume: Volume, plan: Plan, missing: readonly string[]): void => {
  volume.demandNodes(missing.length);
  for (const path of missing) {
    const length = path.length - path.lastIndexOf('/') - 1;
    if (length > NAME_MAX) throw fault(ENAMETOOLONG);
    plan.addInode();
    plan.addEntry(length);
  }
};

export const stripSlashes = (path: string): string => {
  let end = path.length;
  while (end > 1 && path.charCodeAt(end - 1) === 47) end--;
  return path.slice(0, end);
};

export const mkdtemp = (volume: Volume, prefix: string): string => {
  for (let i = 0; i < MKDTEMP_TRIES; i++) {
    const path = prefix + volume.randomName();
    try {
      mkdir(volume, path, 0o700);
      return path;
    } catch (error) {
      if ((error as Fault).errno !== EEXIST) throw error;
    }
  }
  throw fault(EEXIST);
};

export const rmdir = (volume: Volume, path: string): void => {
  const { at, inodes } = volume;
  const error = walk(volume, path, NAME_ONLY);
  if (error !== 0) throw fault(-error);
  if (at.kind === IS_DOT) throw fault(EINVAL);
  if (at.kind === IS_DOT_DOT) throw fault(ENOTEMPTY);
  if (at.kind === IS_ROOT) throw fault(EBUSY);
  if (at.ino === 0) throw fault(ENOENT);
  demandRemoval(volume, at.directory, at.ino);
  if (!inodes.isDirectory(at.ino)) throw fault(ENOTDIR);
  if (!isEmptyDirectory(volume, at.ino)) throw fault(ENOTEMPTY);
  if (volume.lower === undefined) removeDirectory(volume, at.entry);
  else changeNames(volume, [at.directory], nothingMore, () => removeDirectory(volume, at.entry));
};

/** True when a directory shows no name. */
export const isEmptyDirectory = (volume: Volume, ino: number): boolean =>
  volume.lower === undefined ? volume.directories.isEmpty(ino) : volume.lower.isEmpty(ino);

/** Removes an empty directory's entry. */
export const removeDirectory = (volume: Volume, entry: number): void => {
  const { inodes, directories, events } = volume;
  const ino = directories.ino(entry);
  const parent = directories.parent(entry);
  const name = events.active ? directories.name(entry) : '';
  volume.bank.release(directories.remove(entry));
  inodes.set(ino, OWN_ENTRY, 0);
  inodes.add(parent, LINKS, -1);
  inodes.touchContent(parent);
  inodes.stampContent(ino);
  volume.changes++;
  volume.dropLink(ino, inodes.get(ino, LINKS));
  events.named(parent, name);
};
