/** Core layer: who may do what. Mode bits for the volume's uid and gid; uid 0 bypasses them. Source: path_resolution(7), capabilities(7). */
import { EACCES, EPERM, EROFS } from './errno.js';
import { fault } from './fault.js';
import { R_OK, S_IFDIR, S_IFMT, S_IFREG, S_ISGID, S_ISUID, S_ISVTX, W_OK, X_OK } from './flags.js';
import { GID, MODE, UID } from './inode.js';
import type { Volume } from './volume.js';

/** True when the volume's identity has all of `want` (R_OK | W_OK | X_OK) on an inode. */
export const may = (volume: Volume, ino: number, want: number): boolean => {
  const { inodes } = volume;
  return mayMode(volume, inodes.get(ino, MODE), inodes.get(ino, UID), inodes.get(ino, GID), want);
};

/** `may` for an object of that mode and owner. */
export const mayMode = (volume: Volume, mode: number, uid: number, gid: number, want: number): boolean => {
  // Root may do anything, but execute only what someone may execute.
  if (volume.privileged) return (want & X_OK) === 0 || (mode & S_IFMT) === S_IFDIR || (mode & 0o111) !== 0;
  let granted = mode & 7;
  if (uid === volume.uid) granted = (mode >>> 6) & 7;
  else if (volume.inGroup(gid)) granted = (mode >>> 3) & 7;
  return (granted & want) === want;
};

/** Demands `want` on an inode. @throws Fault EACCES */
export const demand = (volume: Volume, ino: number, want: number): void => {
  if (!may(volume, ino, want)) throw fault(EACCES);
};

/** Demands that anything may be changed at all. @throws Fault EROFS */
export const demandWritable = (volume: Volume): void => {
  if (volume.readOnly) throw fault(EROFS);
};

/** Demands that names in `directory` may be added or removed. @throws Fault EACCES, EROFS */
export const demandChange = (volume: Volume, directory: number): void => {
  demandWritable(volume);
  demand(volume, directory, W_OK | X_OK);
};

/** Demands that the name of `ino` may be taken out of `directory`: in a sticky directory only by an owner. @throws Fault EACCES, EPERM */
export const demandRemoval = (volume: Volume, directory: number, ino: number): void => {
  demandChange(volume, directory);
  if (volume.privileged || (volume.inodes.get(directory, MODE) & S_ISVTX) === 0) return;
  if (volume.inodes.get(ino, UID) !== volume.uid && volume.inodes.get(directory, UID) !== volume.uid)
    throw fault(EPERM);
};

/**
 * Demands that an inode may get another name: of what is someone else's, only a plain file that may be read and
 * written. Source: protected_hardlinks in proc_sys_fs(5), which distributions turn on. @throws Fault EPERM
 */
export const demandLinkable = (volume: Volume, ino: number): void => {
  if (owns(volume, ino)) return;
  const mode = volume.inodes.get(ino, MODE);
  const runsAsGroup = (mode & (S_ISGID | 0o010)) === (S_ISGID | 0o010);
  const isPlain = (mode & (S_IFMT | S_ISUID)) === S_IFREG && !runsAsGroup;
  if (!isPlain || !may(volume, ino, R_OK | W_OK)) throw fault(EPERM);
};

/** What is left of a mode when someone without privilege changes the content: no set-user-id, no set-group-id that means "run as". */
export const withoutSetId = (volume: Volume, ino: number): number => {
  const mode = volume.inodes.get(ino, MODE);
  const keepsGroup = (mode & 0o010) === 0 && (volume.privileged || volume.inGroup(volume.inodes.get(ino, GID)));
  return mode & ~(keepsGroup ? S_ISUID : S_ISUID | S_ISGID);
};

/** Takes the set-id bits away after a change of content by anyone but root. */
export const dropSetId = (volume: Volume, ino: number): void => {
  if (!volume.privileged) volume.inodes.set(ino, MODE, withoutSetId(volume, ino));
};

/** True when the volume's identity owns the inode or is root. */
export const owns = (volume: Volume, ino: number): boolean =>
  volume.privileged || volume.inodes.get(ino, UID) === volume.uid;

/** What chmod sets of the bits it is given: only root or a member of the file's group may set the set-group-id bit. */
export const settableBits = (volume: Volume, ino: number, bits: number): number =>
  volume.privileged || volume.inGroup(volume.inodes.get(ino, GID)) ? bits : bits & ~S_ISGID;
