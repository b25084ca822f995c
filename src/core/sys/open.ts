/**
 * Core layer, sys: open(2), close(2) and making files. `openInode` does what
 * open does without a descriptor, so that whole-file calls need none.
 */

import { changeContent, changeNames } from '../changing.js';
import { EEXIST, EFBIG, EINVAL, EISDIR, ELOOP, ENOENT, ENOTDIR, ENXIO, EPERM } from '../errno.js';
import { fault } from '../fault.js';
import { OpenFile } from '../file-table.js';
import {
  isDirectoryMode,
  O_ACCMODE,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOATIME,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
  O_TRUNC,
  O_WRONLY,
  R_OK,
  S_IFREG,
  S_ISGID,
  W_OK,
} from '../flags.js';
import { GENERATION, GID, LINKS, MODE, STATE } from '../inode.js';
import { CREATE, CREATE_NO_FOLLOW, FOLLOW, IS_DOT, lookup, NO_FOLLOW, NORMAL, walk } from '../namei.js';
import { demand, demandChange, demandWritable, dropSetId, owns } from '../permission.js';
import { Plan } from '../plan.js';
import { MAX_FILE_BYTES } from '../storage/file-contents.js';
import type { Volume } from '../volume.js';

export const canRead = (flags: number): boolean =>
  ((flags & O_ACCMODE) === O_RDONLY || (flags & O_ACCMODE) === O_RDWR) && (flags & O_PATH) === 0;
export const canWrite = (flags: number): boolean =>
  ((flags & O_ACCMODE) === O_WRONLY || (flags & O_ACCMODE) === O_RDWR) && (flags & O_PATH) === 0;

/** O_TMPFILE contains O_DIRECTORY. */
const TMPFILE_BIT = O_TMPFILE & ~O_DIRECTORY;

/** Where an open ended: the inode and the entry it was reached through. */
export interface Opened {
  readonly ino: number;
  readonly entry: number;
  readonly created: boolean;
}

/**
 * Opens a descriptor and takes the memory for the first `preallocate` bytes, or does nothing.
 * @throws Fault as open(2); QuotaFault for the descriptor, a new file or the memory
 */
export const open = (volume: Volume, path: string, flags: number, mode: number, preallocate: number): number => {
  volume.files.reserve();
  try {
    const opened =
      preallocate > 0 ? openAllocated(volume, path, flags, mode, preallocate) : openInode(volume, path, flags, mode);
    // What is below is opened now, so that its errors are those of the open.
    if (volume.lower?.hasContent(opened.ino) && canRead(flags)) volume.lower.handleOf(opened.ino);
    const file = new OpenFile(opened.ino, flags, opened.entry);
    volume.hold(file.ino);
    return volume.files.add(file);
  } catch (error) {
    volume.files.cancel();
    throw error;
  }
};

/** `openInode` with memory: planned whole when the open itself would change something. */
const openAllocated = (volume: Volume, path: string, flags: number, mode: number, bytes: number): Opened => {
  if (bytes > MAX_FILE_BYTES) throw fault(EFBIG);
  const found = lookup(volume, path, FOLLOW);
  if (found > 0 && (flags & O_TRUNC) === 0) {
    const opened = openInode(volume, path, flags, mode);
    const { ino } = opened;
    changeContent(volume, ino, Number.POSITIVE_INFINITY, () => volume.contents.allocate(ino, bytes));
    return opened;
  }
  const plan = new Plan(volume);
  plan.addContent(bytes);
  if (found === -ENOENT) {
    plan.addInode();
    plan.addEntry(volume.at.nameLength);
    plan.complete(volume.at.directory);
  } else plan.addKeep(found);
  return volume.bank.prepay(plan.cost(), () => {
    plan.apply();
    const opened = openInode(volume, path, flags, mode);
    volume.contents.allocate(opened.ino, bytes);
    return opened;
  });
};

export const close = (volume: Volume, fd: number): void => {
  volume.letGo(volume.files.remove(fd).ino);
};

/** What open(2) does to the tree: finds or makes the file, checks it, truncates it. */
export const openInode = (volume: Volume, path: string, flags: number, mode: number): Opened => {
  if (flags & O_PATH) return openPath(volume, path, flags);
  if (flags & TMPFILE_BIT) {
    // Half of it, or O_CREAT with it, means nothing.
    if ((flags & (O_TMPFILE | O_CREAT)) !== O_TMPFILE) throw fault(EINVAL);
    return openTemporary(volume, path, flags, mode);
  }
  if (flags & O_CREAT && flags & O_DIRECTORY) throw fault(EINVAL);
  const opened = flags & O_CREAT ? openOrCreate(volume, path, flags, mode) : openExisting(volume, path, flags);
  if (!opened.created) checkOpen(volume, opened.ino, flags);
  if (flags & O_TRUNC && !opened.created && volume.inodes.isFile(opened.ino)) truncateOpened(volume, opened);
  return opened;
};

/** O_PATH: a descriptor for the place alone. Most other flags mean nothing, a link may be meant itself. */
const openPath = (volume: Volume, path: string, flags: number): Opened => {
  const ino = lookup(volume, path, flags & O_NOFOLLOW ? NO_FOLLOW : FOLLOW);
  if (ino < 0) throw fault(-ino);
  if (flags & O_DIRECTORY && !volume.inodes.isDirectory(ino)) throw fault(ENOTDIR);
  return { ino, entry: volume.at.entry, created: false };
};

const openExisting = (volume: Volume, path: string, flags: number): Opened => {
  const ino = lookup(volume, path, flags & O_NOFOLLOW ? NO_FOLLOW : FOLLOW);
  if (ino < 0) throw fault(-ino);
  if (volume.inodes.isLink(ino)) throw fault(flags & O_DIRECTORY ? ENOTDIR : ELOOP);
  return { ino, entry: volume.at.entry, created: false };
};

const openOrCreate = (volume: Volume, path: string, flags: number, mode: number): Opened => {
  const { at } = volume;
  const error = walk(volume, path, flags & (O_EXCL | O_NOFOLLOW) ? CREATE_NO_FOLLOW : CREATE);
  if (error !== 0) throw fault(-error);
  if (at.kind !== NORMAL) throw fault(flags & O_EXCL && at.kind >= IS_DOT ? EEXIST : EISDIR);
  if (at.ino === 0) return { ino: createFile(volume, mode), entry: at.entry, created: true };
  if (flags & O_EXCL) throw fault(EEXIST);
  if (volume.inodes.isLink(at.ino)) throw fault(ELOOP);
  if (volume.inodes.isDirectory(at.ino)) throw fault(EISDIR);
  return { ino: at.ino, entry: at.entry, created: false };
};

const checkOpen = (volume: Volume, ino: number, flags: number): void => {
  const directory = volume.inodes.isDirectory(ino);
  if (flags & O_DIRECTORY && !directory) throw fault(ENOTDIR);
  const access = flags & O_ACCMODE;
  const wants = (access === O_WRONLY ? 0 : R_OK) | (access === O_RDONLY ? 0 : W_OK) | (flags & O_TRUNC ? W_OK : 0);
  if (directory && wants & W_OK) throw fault(EISDIR);
  demand(volume, ino, wants);
  if (wants & W_OK) demandWritable(volume);
  demandContent(volume, ino);
  if (flags & O_NOATIME && !owns(volume, ino)) throw fault(EPERM);
};

/** Demands something that can be opened: no pipe, socket or device of the file system below. @throws Fault ENXIO */
const demandContent = (volume: Volume, ino: number): void => {
  const { inodes } = volume;
  if (!inodes.isFile(ino) && !inodes.isDirectory(ino)) throw fault(ENXIO);
};

const truncateOpened = (volume: Volume, opened: Opened): void => {
  if (volume.lower === undefined) volume.contents.truncate(opened.ino, 0);
  else changeContent(volume, opened.ino, 0, () => volume.contents.truncate(opened.ino, 0));
  volume.inodes.add(opened.ino, GENERATION, 1);
  volume.inodes.touchContent(opened.ino);
  dropSetId(volume, opened.ino);
  volume.changes++;
  volume.events.changed(opened.ino, opened.entry);
};

/** Makes a regular file at `volume.at`. @throws Fault EACCES; QuotaFault */
const createFile = (volume: Volume, mode: number): number => {
  const ino = createNode(volume, S_IFREG | (mode & 0o7777 & ~volume.umask()), 0);
  volume.inodes.set(ino, STATE, volume.contents.initialState());
  announce(volume);
  return ino;
};

/**
 * Makes a regular file at `volume.at` with the memory for `length` bytes of content, or nothing. The content comes
 * first, while the file has no name. The caller has prepaid all of it and checked the directory.
 */
export const createPrepared = (volume: Volume, mode: number, length: number): Opened => {
  const { at, inodes, contents, bank, directories } = volume;
  bank.reserve(inodes.cost(1));
  const ino = makeInode(volume, S_IFREG | (mode & 0o7777 & ~volume.umask()));
  inodes.set(ino, STATE, contents.initialState());
  try {
    contents.prepare(ino, 0, length);
  } catch (error) {
    volume.discard(ino);
    throw error;
  }
  bank.reserve(directories.costOfAdd(at.nameLength));
  nameInode(volume, ino);
  announce(volume);
  return { ino, entry: at.entry, created: true };
};

/** Tells those who watch of the new name at `volume.at`. */
export const announce = (volume: Volume): void => {
  if (volume.events.active) volume.events.named(volume.at.directory, nameAt(volume));
};

/** The last name of the last walk. */
export const nameAt = (volume: Volume): string => volume.at.text.slice(volume.at.start, volume.at.end);

/**
 * Makes an inode and its entry at `volume.at`, where nothing is: check, plan, reserve, apply.
 * `extra` bytes are reserved with it. The entry is left in `volume.at`.
 * @throws Fault EACCES; QuotaFault for bytes or nodes
 */
export const createNode = (volume: Volume, mode: number, extra: number): number => {
  const { at } = volume;
  demandChange(volume, at.directory);
  volume.demandNodes(1);
  if (volume.lower === undefined) return makeNode(volume, mode, extra);
  const count = (plan: Plan): void => {
    plan.addInode();
    plan.addEntry(at.nameLength);
  };
  return changeNames(volume, [at.directory], count, () => makeNode(volume, mode, extra));
};

const makeNode = (volume: Volume, mode: number, extra: number): number => {
  const { at, inodes, directories } = volume;
  volume.bank.reserve(inodes.cost(1) + directories.costOfAdd(at.nameLength) + extra);
  const ino = makeInode(volume, mode);
  nameInode(volume, ino);
  return ino;
};

/** An inode without a name, owned as one made in `volume.at`'s directory; the caller has reserved it. */
const makeInode = (volume: Volume, mode: number): number => {
  const { at, inodes } = volume;
  const inherits = (inodes.get(at.directory, MODE) & S_ISGID) !== 0;
  const gid = inherits ? inodes.get(at.directory, GID) : volume.gid;
  return inodes.create(inherits && isDirectoryMode(mode) ? mode | S_ISGID : mode, volume.uid, gid);
};

/** Gives an inode the name in `volume.at`; the caller has reserved the entry. */
const nameInode = (volume: Volume, ino: number): void => {
  const { at, inodes, directories } = volume;
  inodes.set(ino, LINKS, 1);
  at.entry = directories.add(at.directory, at.text, at.start, at.end, ino);
  at.ino = ino;
  // Made just before, at the same time.
  inodes.stampContent(at.directory);
  volume.changes++;
};

/** O_TMPFILE: a file without a name, freed by its last close. */
const openTemporary = (volume: Volume, path: string, flags: number, mode: number): Opened => {
  // Neither reading nor writing (3) passes, as in Linux.
  if ((flags & O_ACCMODE) === O_RDONLY) throw fault(EINVAL);
  const directory = lookup(volume, path, flags & O_NOFOLLOW ? NO_FOLLOW : FOLLOW);
  if (directory < 0) throw fault(-directory);
  if (!volume.inodes.isDirectory(directory)) throw fault(ENOTDIR);
  demandChange(volume, directory);
  volume.demandNodes(1);
  volume.bank.reserve(volume.inodes.cost(1));
  const ino = volume.inodes.create(S_IFREG | (mode & 0o7777 & ~volume.umask()), volume.uid, volume.gid);
  volume.inodes.set(ino, STATE, volume.contents.initialState());
  volume.changes++;
  return { ino, entry: 0, created: true };
};

/** Points `volume.at` at the absent name in a directory. */
export const placeAt = (volume: Volume, directory: number, name: string): void => {
  const { at } = volume;
  at.directory = directory;
  at.text = name;
  at.start = 0;
  at.end = name.length;
  at.ino = 0;
  at.entry = 0;
};
