/**
 * Core layer, sys: attributes. Sources: chmod(2), chown(2), utimensat(2), truncate(2).
 * Loaded by the first call (see late-sys.ts).
 */
import { EINVAL, EISDIR, EPERM } from '../errno.js';
import { fault } from '../fault.js';
import { W_OK } from '../flags.js';
import { ATIME, CTIME, GID, MODE, MTIME, UID } from '../inode.js';
import { FOLLOW, type LinkMode, lookup, NO_FOLLOW } from '../namei.js';
import { demand, demandWritable, owns, settableBits, withoutSetId } from '../permission.js';
import { putTime } from '../times.js';
import type { Volume } from '../volume.js';
import { resize } from './io.js';

const PERMISSION_BITS = 0o7777;
/** chown's "leave as it is". */
const SAME_ID = 0xffffffff;
const isSame = (id: number): boolean => id === -1 || id === SAME_ID;

const existing = (volume: Volume, path: string, mode: LinkMode): number => {
  const ino = lookup(volume, path, mode);
  if (ino < 0) throw fault(-ino);
  return ino;
};

export const chmod = (volume: Volume, path: string, mode: number): void => {
  const ino = existing(volume, path, FOLLOW);
  setMode(volume, ino, volume.at.entry, mode);
};

export const fchmod = (volume: Volume, fd: number, mode: number): void => {
  const file = volume.files.usable(fd);
  setMode(volume, file.ino, file.entry, mode);
};

const setMode = (volume: Volume, ino: number, entry: number, mode: number): void => {
  const { inodes } = volume;
  demandWritable(volume);
  if (!owns(volume, ino)) throw fault(EPERM);
  volume.lower?.keep(ino);
  const bits = settableBits(volume, ino, mode & PERMISSION_BITS);
  inodes.set(ino, MODE, (inodes.get(ino, MODE) & ~PERMISSION_BITS) | bits);
  attributesChanged(volume, ino, entry);
};

export const chown = (volume: Volume, path: string, uid: number, gid: number): void => {
  const ino = existing(volume, path, FOLLOW);
  setOwner(volume, ino, volume.at.entry, uid, gid);
};

export const lchown = (volume: Volume, path: string, uid: number, gid: number): void => {
  const ino = existing(volume, path, NO_FOLLOW);
  setOwner(volume, ino, volume.at.entry, uid, gid);
};

export const fchown = (volume: Volume, fd: number, uid: number, gid: number): void => {
  const file = volume.files.usable(fd);
  setOwner(volume, file.ino, file.entry, uid, gid);
};

const setOwner = (volume: Volume, ino: number, entry: number, uid: number, gid: number): void => {
  const { inodes } = volume;
  demandWritable(volume);
  const newUid = isSame(uid) ? inodes.get(ino, UID) : uid;
  const newGid = isSame(gid) ? inodes.get(ino, GID) : gid;
  const stripped = inodes.isFile(ino) ? withoutSetId(volume, ino) : inodes.get(ino, MODE);
  if (!volume.privileged) {
    const owner = inodes.get(ino, UID) === volume.uid;
    const asks = !isSame(uid) || !isSame(gid) || stripped !== inodes.get(ino, MODE);
    if (newUid !== inodes.get(ino, UID) || (asks && !owner)) throw fault(EPERM);
    if (newGid !== inodes.get(ino, GID) && !volume.inGroup(newGid)) throw fault(EPERM);
  }
  volume.lower?.keep(ino);
  inodes.set(ino, UID, newUid);
  inodes.set(ino, GID, newGid);
  inodes.set(ino, MODE, stripped);
  attributesChanged(volume, ino, entry);
};

export const utimes = (volume: Volume, path: string, as: number, an: number, ms: number, mn: number): void => {
  const ino = existing(volume, path, FOLLOW);
  setTimes(volume, ino, volume.at.entry, as, an, ms, mn);
};

export const lutimes = (volume: Volume, path: string, as: number, an: number, ms: number, mn: number): void => {
  const ino = existing(volume, path, NO_FOLLOW);
  setTimes(volume, ino, volume.at.entry, as, an, ms, mn);
};

export const futimes = (volume: Volume, fd: number, as: number, an: number, ms: number, mn: number): void => {
  const file = volume.files.usable(fd);
  setTimes(volume, file.ino, file.entry, as, an, ms, mn);
};

const setTimes = (
  volume: Volume,
  ino: number,
  entry: number,
  atimeSec: number,
  atimeNsec: number,
  mtimeSec: number,
  mtimeNsec: number,
): void => {
  const { inodes } = volume;
  demandWritable(volume);
  if (!owns(volume, ino)) throw fault(EPERM);
  volume.lower?.keep(ino);
  const words = inodes.wordsToWrite(ino);
  putTime(words, inodes.at(ino) + ATIME, atimeSec, atimeNsec);
  putTime(words, inodes.at(ino) + MTIME, mtimeSec, mtimeNsec);
  attributesChanged(volume, ino, entry);
};

export const truncate = (volume: Volume, path: string, length: number): void => {
  if (length < 0) throw fault(EINVAL);
  const ino = existing(volume, path, FOLLOW);
  if (volume.inodes.isDirectory(ino)) throw fault(EISDIR);
  if (!volume.inodes.isFile(ino)) throw fault(EINVAL);
  demand(volume, ino, W_OK);
  demandWritable(volume);
  resize(volume, ino, volume.at.entry, length);
};

const attributesChanged = (volume: Volume, ino: number, entry: number): void => {
  volume.inodes.touch(ino, CTIME);
  volume.changes++;
  volume.events.changed(ino, entry);
};
