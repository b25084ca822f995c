/**
 * Core layer, sys: rename(2), in the order in which Linux checks. The entry
 * record moves and keeps its identity, so open files keep their name for
 * events; nothing below a directory is touched.
 */

import { changeNames } from '../changing.js';
import { EBUSY, EINVAL, EISDIR, ENAMETOOLONG, ENOENT, ENOTDIR, ENOTEMPTY } from '../errno.js';
import { fault } from '../fault.js';
import { W_OK } from '../flags.js';
import { CTIME, LINKS, OWN_ENTRY, ROOT } from '../inode.js';
import { NAME_MAX, NAME_UNCHECKED, NORMAL, parentOf, walk } from '../namei.js';
import { demand, demandChange, demandRemoval } from '../permission.js';
import type { Plan } from '../plan.js';
import type { Volume } from '../volume.js';
import { isEmptyDirectory } from './dir.js';
import { nameAt } from './open.js';

export const rename = (volume: Volume, from: string, to: string): void => {
  const { at, inodes, directories } = volume;
  const sourceError = walk(volume, from, NAME_UNCHECKED);
  if (sourceError !== 0) throw fault(-sourceError);
  const { entry, ino, directory, slash, kind, nameLength } = at;
  const targetError = walk(volume, to, NAME_UNCHECKED);
  if (targetError !== 0) throw fault(-targetError);
  if (kind !== NORMAL || at.kind !== NORMAL) throw fault(EBUSY);
  if (nameLength > NAME_MAX) throw fault(ENAMETOOLONG);
  if (ino === 0) throw fault(ENOENT);
  if (at.nameLength > NAME_MAX) throw fault(ENAMETOOLONG);
  const isDirectory = inodes.isDirectory(ino);
  if (!isDirectory && (slash || at.slash)) throw fault(ENOTDIR);
  if (isDirectory && isWithin(volume, at.directory, ino)) throw fault(EINVAL);
  if (at.ino !== 0 && at.ino !== ino && isWithin(volume, directory, at.ino)) throw fault(ENOTEMPTY);
  if (at.ino === ino) return;
  demandRemoval(volume, directory, ino);
  checkTarget(volume, isDirectory);
  if (isDirectory && directory !== at.directory) demand(volume, ino, W_OK);
  if (at.ino !== 0 && isDirectory && !isEmptyDirectory(volume, at.ino)) throw fault(ENOTEMPTY);
  const count = (plan: Plan): void => plan.addName(at.nameLength);
  changeNames(volume, [directory, at.directory], count, () => {
    const cost = directories.costOfMove(at.nameLength);
    // A name of the old one's size is written over it, and a shorter one where there is no room for a block of its own.
    let over = directories.fitsOver(entry, at.nameLength, true);
    if (!over && !volume.bank.fits(cost)) over = directories.fitsOver(entry, at.nameLength, false);
    if (!over) volume.bank.reserve(cost);
    apply(volume, entry, over);
  });
};

/** The target must be free to make, or removable and of the source's kind. */
const checkTarget = (volume: Volume, isDirectory: boolean): void => {
  const { at, inodes } = volume;
  if (at.ino === 0) {
    demandChange(volume, at.directory);
    return;
  }
  demandRemoval(volume, at.directory, at.ino);
  const targetIsDirectory = inodes.isDirectory(at.ino);
  if (isDirectory && !targetIsDirectory) throw fault(ENOTDIR);
  if (!isDirectory && targetIsDirectory) throw fault(EISDIR);
};

/** True when `directory` is `ancestor` or lies below it. */
export const isWithin = (volume: Volume, directory: number, ancestor: number): boolean => {
  for (let at = directory; ; at = parentOf(volume, at)) {
    if (at === ancestor) return true;
    if (at === ROOT) return false;
  }
};

/** Moves `entry` to the place in `volume.at`, replacing what is there. Cannot fail. */
const apply = (volume: Volume, entry: number, over: boolean): void => {
  const { at, inodes, directories, events } = volume;
  const ino = directories.ino(entry);
  const source = directories.parent(entry);
  const oldName = events.active ? directories.name(entry) : '';
  const newName = events.active ? nameAt(volume) : '';
  const replaced = at.ino;
  // The replaced entry goes last: its removal frees what the move was planned with.
  volume.bank.release(directories.move(entry, at.directory, at.text, at.start, at.end, over));
  if (at.entry !== 0) volume.bank.release(directories.remove(at.entry));
  if (inodes.isDirectory(ino) && source !== at.directory) {
    inodes.add(source, LINKS, -1);
    inodes.add(at.directory, LINKS, 1);
  }
  inodes.touch(ino, CTIME);
  inodes.stampContent(source);
  if (source !== at.directory) inodes.stampContent(at.directory);
  volume.changes++;
  events.named(source, oldName);
  events.named(at.directory, newName);
  events.itself(ino, 'rename');
  if (replaced !== 0) dropReplaced(volume, replaced, at.directory);
};

const dropReplaced = (volume: Volume, ino: number, directory: number): void => {
  const { inodes, events } = volume;
  const isDirectory = inodes.isDirectory(ino);
  if (isDirectory) {
    inodes.set(ino, OWN_ENTRY, 0);
    inodes.add(directory, LINKS, -1);
  }
  inodes.stamp(ino, CTIME);
  if (!isDirectory) events.itself(ino, 'change');
  volume.dropLink(ino, isDirectory ? inodes.get(ino, LINKS) : 1);
};
