/**
 * Core layer, sys: links, hard and symbolic, and what a path comes to.
 * Sources: link(2), symlink(2), readlink(2), realpath(3). Loaded by the first call (see late-sys.ts).
 */

import { changeNames } from '../changing.js';
import { Directories } from '../directory.js';
import { EEXIST, EINVAL, EMLINK, ENAMETOOLONG, ENOENT, EPERM } from '../errno.js';
import { fault } from '../fault.js';
import { S_IFLNK } from '../flags.js';
import { CTIME, LINKS, LINKS_MAX, OWN_ENTRY, ROOT, TARGET_MAX } from '../inode.js';
import { FOLLOW, lookup, NAME_ONLY, NO_FOLLOW, NORMAL, walk } from '../namei.js';
import { demandChange, demandLinkable } from '../permission.js';
import type { Plan } from '../plan.js';
import type { Volume } from '../volume.js';
import { announce, createNode } from './open.js';

export const link = (volume: Volume, existing: string, path: string): void => {
  const { at, inodes, directories } = volume;
  const ino = lookup(volume, existing, NO_FOLLOW);
  if (ino < 0) throw fault(-ino);
  demandAbsent(volume, path);
  demandLinkable(volume, ino);
  demandChange(volume, at.directory);
  if (inodes.isDirectory(ino)) throw fault(EPERM);
  if (inodes.get(ino, LINKS) >= LINKS_MAX) throw fault(EMLINK);
  if (inodes.get(ino, LINKS) === 0) throw fault(ENOENT);
  const count = (plan: Plan): void => {
    plan.addEntry(at.nameLength);
    plan.addKeep(ino);
  };
  changeNames(volume, [at.directory], count, () => {
    volume.lower?.keep(ino);
    volume.bank.reserve(directories.costOfAdd(at.nameLength));
    at.entry = directories.add(at.directory, at.text, at.start, at.end, ino);
  });
  inodes.add(ino, LINKS, 1);
  inodes.touch(ino, CTIME);
  inodes.stampContent(at.directory);
  volume.changes++;
  volume.events.changed(ino, 0);
  announce(volume);
};

export const symlink = (volume: Volume, target: string, path: string): void => {
  const { at } = volume;
  if (target.length === 0) throw fault(ENOENT);
  if (target.length > TARGET_MAX) throw fault(ENAMETOOLONG);
  demandAbsent(volume, path);
  demandChange(volume, at.directory);
  const count = (plan: Plan): void => {
    plan.addInode();
    plan.addEntry(at.nameLength);
    plan.addChunk(target.length);
  };
  changeNames(volume, [at.directory], count, () => makeLink(volume, target));
};

/** Makes a link at `volume.at`. */
const makeLink = (volume: Volume, target: string): void => {
  const { at } = volume;
  // The name's block and the target's may be of one size class: ask for both at once.
  const name = Directories.nameBlock(at.nameLength);
  const extra = volume.slabs.costOfBoth(name, target.length) - volume.slabs.costOfBoth(name, 0);
  const ino = createNode(volume, S_IFLNK | 0o777, extra);
  volume.storeTarget(ino, target);
  announce(volume);
};

/** Walks to a name that must be free, for a file or link: a trailing slash asks for a directory, which there is none. */
const demandAbsent = (volume: Volume, path: string): void => {
  const error = walk(volume, path, NAME_ONLY);
  if (error !== 0) throw fault(-error);
  if (volume.at.ino !== 0) throw fault(EEXIST);
  if (volume.at.slash) throw fault(ENOENT);
};

export const readlink = (volume: Volume, path: string): string => {
  const ino = lookup(volume, path, NO_FOLLOW);
  if (ino < 0) throw fault(-ino);
  if (!volume.inodes.isLink(ino)) throw fault(EINVAL);
  const unreadable = volume.lower?.linkError(ino) ?? 0;
  if (unreadable !== 0) throw fault(-unreadable);
  volume.inodes.touchAccess(ino);
  return volume.targetOf(ino);
};

export const realpath = (volume: Volume, path: string): string => {
  const ino = lookup(volume, path, FOLLOW);
  if (ino < 0) throw fault(-ino);
  const { at } = volume;
  if (at.kind === NORMAL && !volume.inodes.isDirectory(ino)) return pathOfEntry(volume, at.entry);
  return ino === ROOT ? '/' : pathOfEntry(volume, volume.inodes.get(ino, OWN_ENTRY));
};

/** Absolute path of an entry, a byte string. */
const pathOfEntry = (volume: Volume, entry: number): string => {
  const { directories, inodes } = volume;
  let path = '';
  for (let at = entry; at !== 0; at = inodes.get(directories.parent(at), OWN_ENTRY)) {
    path = `/${directories.name(at)}${path}`;
  }
  return path;
};
