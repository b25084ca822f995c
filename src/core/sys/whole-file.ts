/** Core layer, sys: whole files in one call, without a descriptor. Faults name the system call they stand for. */

import { changeContent } from '../changing.js';
import { Directories } from '../directory.js';
import { EBADF, EEXIST, EISDIR, ENOTSUP, EPERM } from '../errno.js';
import { Fault, fault, QuotaFault } from '../fault.js';
import {
  COPYFILE_ATTRIBUTES,
  COPYFILE_EXCL,
  COPYFILE_FICLONE_FORCE,
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOATIME,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_TMPFILE,
  O_TRUNC,
  O_WRONLY,
  S_IFREG,
  W_OK,
  X_OK,
} from '../flags.js';
import { ATIME, GENERATION, GID, MODE, MTIME, UID } from '../inode.js';
import { readBelow, stageCopy } from '../late-engine.js';
import { CREATE, CREATE_NO_FOLLOW, NORMAL, walk } from '../namei.js';
import { demand, demandChange, demandWritable, dropSetId, may, owns, settableBits } from '../permission.js';
import { Plan } from '../plan.js';
import { PAGE_BYTES } from '../storage/size-classes.js';
import type { Volume } from '../volume.js';
import { commitWrite } from './io.js';
import { canRead, canWrite, createPrepared, type Opened, openInode } from './open.js';

/** Flags that ask open for more than a plain file. */
const NOT_PLAIN = O_PATH | O_DIRECTORY | O_TMPFILE;

const named = (error: unknown, syscall: string): unknown => {
  if (error instanceof QuotaFault) {
    return new QuotaFault(error.resource, error.requested, error.available, error.limit, syscall);
  }
  return error instanceof Fault && error.constructor === Fault ? new Fault(error.errno, syscall) : error;
};

export const readFile = <T extends Uint8Array>(
  volume: Volume,
  path: string,
  flags: number,
  make: (size: number) => T,
): T => {
  const ino = openForReading(volume, path, flags);
  if (ino === NOWHERE) return make(0);
  let target: T;
  if (volume.lower?.hasContent(ino)) target = readBelow(volume, ino, make);
  else {
    const size = volume.inodes.size(ino);
    target = make(size);
    volume.contents.read(ino, 0, target, 0, size);
  }
  // At the end: `make` may throw, and then nothing was read.
  if ((flags & O_NOATIME) === 0) volume.inodes.touchAccess(ino);
  return target;
};

/** `readFile` for text: decodes the file where it lies when that is one piece, else from a copy. */
export const decodeFile = <T>(
  volume: Volume,
  path: string,
  flags: number,
  decode: (bytes: Uint8Array, start: number, end: number) => T,
): T => {
  const ino = openForReading(volume, path, flags);
  if (ino === NOWHERE) return decode(new Uint8Array(0), 0, 0);
  const { contents, chunks, inodes } = volume;
  if ((flags & O_NOATIME) === 0) inodes.touchAccess(ino);
  if (volume.lower?.hasContent(ino)) {
    const bytes = readBelow(volume, ino, (length) => new Uint8Array(length));
    return decode(bytes, 0, bytes.length);
  }
  const size = inodes.size(ino);
  const whole = contents.whole(ino);
  if (whole !== 0) {
    const start = chunks.offsetOf(whole);
    return decode(chunks.bytesOf(whole), start, start + size);
  }
  // A hole may be larger than any memory.
  if (size > LARGEST_TEXT) return decode(new Uint8Array(0), 0, size);
  const copy = new Uint8Array(size);
  contents.read(ino, 0, copy, 0, size);
  return decode(copy, 0, size);
};

/** More than Node reads into one piece, or any string can hold. */
const LARGEST_TEXT = 2 ** 31 - 1;

/** An empty file without a name, which is gone when the call ends. */
const NOWHERE = 0;
const isTemporary = (flags: number): boolean => (flags & O_TMPFILE) === O_TMPFILE;

const openForReading = (volume: Volume, path: string, flags: number): number => {
  if (isTemporary(flags)) {
    useTemporary(volume, path, flags, 0o666, 0);
    if (!canRead(flags)) throw new Fault(EBADF, 'read');
    return NOWHERE;
  }
  const { ino } = openNamed(volume, path, flags, 0o666);
  if (!canRead(flags)) throw new Fault(EBADF, 'read');
  if (volume.inodes.isDirectory(ino)) throw new Fault(EISDIR, 'read');
  return ino;
};

/** All or nothing: content that does not fit neither makes nor truncates the file. */
export const writeFile = (volume: Volume, path: string, data: Uint8Array, flags: number, mode: number): void => {
  const { contents, inodes } = volume;
  if (isTemporary(flags)) {
    useTemporary(volume, path, flags, mode, data.length);
    return;
  }
  if (data.length === 0 || !canWrite(flags)) {
    openNamed(volume, path, flags, mode);
    if (!canWrite(flags)) throw new Fault(EBADF, 'write');
    return;
  }
  const truncates = (flags & O_TRUNC) !== 0;
  const { ino, entry, created } =
    makeWithContent(volume, path, data.length, flags, mode) ?? openNamed(volume, path, flags & ~O_TRUNC, mode);
  const at = flags & O_APPEND && !truncates ? inodes.size(ino) : 0;
  try {
    if (!truncates) contents.admit(ino, at, data.length);
    if (!created) prepareOpened(volume, ino, at, data.length, truncates);
  } catch (refusal) {
    throw named(refusal, 'write');
  }
  contents.put(ino, at, data, 0, data.length);
  if (truncates && inodes.size(ino) > data.length) contents.truncate(ino, data.length);
  commitWrite(volume, ino, at, data.length, truncates);
  volume.events.changed(ino, entry);
};

/** O_TMPFILE: makes a file without a name, takes the memory for what is written, and gives both back. */
const useTemporary = (volume: Volume, path: string, flags: number, mode: number, length: number): void => {
  const { ino } = openNamed(volume, path, flags, mode);
  try {
    volume.contents.admit(ino, 0, length);
    if (length > 0) volume.contents.prepare(ino, 0, length);
  } catch (refusal) {
    throw named(refusal, 'write');
  } finally {
    volume.discard(ino);
  }
};

/** Makes room in a file that was there. What is below and stays is copied up with it. */
const prepareOpened = (volume: Volume, ino: number, at: number, length: number, truncates: boolean): void => {
  const { contents } = volume;
  if (volume.lower === undefined) contents.prepare(ino, at, length);
  else changeContent(volume, ino, truncates ? 0 : Number.POSITIVE_INFINITY, () => contents.prepare(ino, at, length));
};

/** Makes the file with the memory for its content, in one step; undefined when there is nothing to make. */
const makeWithContent = (
  volume: Volume,
  path: string,
  length: number,
  flags: number,
  mode: number,
): Opened | undefined => {
  const { at, bank } = volume;
  if ((flags & O_CREAT) === 0 || flags & NOT_PLAIN || volume.readOnly) return undefined;
  const error = walk(volume, path, flags & (O_EXCL | O_NOFOLLOW) ? CREATE_NO_FOLLOW : CREATE);
  if (error !== 0 || at.ino !== 0 || !may(volume, at.directory, W_OK | X_OK)) return undefined;
  const nameCost = volume.inodes.cost(1) + volume.directories.costOfAdd(at.nameLength);
  try {
    volume.demandNodes(1);
    if (volume.lower !== undefined) {
      const plan = planNew(volume, length);
      plan.complete(at.directory);
      return bank.prepay(plan.cost(), () => {
        plan.apply();
        return createPrepared(volume, mode, length);
      });
    }
    return bank.prepay(costOfNew(volume, length), () => createPrepared(volume, mode, length));
  } catch (refusal) {
    const content = refusal instanceof QuotaFault && refusal.resource === 'bytes' && bank.fits(nameCost);
    throw named(refusal, content ? 'write' : 'open');
  }
};

/** Bytes a new file at `volume.at` costs with its content. */
const costOfNew = (volume: Volume, length: number): number => {
  const { at, inodes, directories, chunks } = volume;
  // The common case without a Plan: one chunk, and a name that needs no block of its own.
  if (length <= PAGE_BYTES && Directories.nameBlock(at.nameLength) === 0) {
    return inodes.cost(1) + directories.costOfAdd(at.nameLength) + chunks.cost(length);
  }
  return planNew(volume, length).cost();
};

const planNew = (volume: Volume, length: number): Plan => {
  const plan = new Plan(volume);
  plan.addInode();
  plan.addEntry(volume.at.nameLength);
  plan.addContent(length);
  return plan;
};

const openNamed = (volume: Volume, path: string, flags: number, mode: number) => {
  try {
    return openInode(volume, path, flags, mode);
  } catch (error) {
    throw named(error, 'open');
  }
};

/**
 * copyfile as libuv does it: open the source, open or make the target, give it the source's mode,
 * replace its content. The copy shares the source's buffers until one of them is written.
 * A copy that does not fit changes nothing: a target that was there keeps its content.
 */
export const copyFile = (volume: Volume, from: string, to: string, mode: number): void => {
  const { at, inodes, contents, bank } = volume;
  const source = openInode(volume, from, O_RDONLY, 0);
  const bits = inodes.get(source.ino, MODE) & 0o7777;
  const exclusive = (mode & COPYFILE_EXCL) !== 0;
  const error = walk(volume, to, exclusive ? CREATE_NO_FOLLOW : CREATE);
  if (error !== 0) throw fault(-error);
  if (at.kind !== NORMAL) throw fault(exclusive ? EEXIST : EISDIR);
  if (exclusive && at.ino !== 0) throw fault(EEXIST);
  if (at.ino === 0) demandChange(volume, at.directory);
  else if (!inodes.isDirectory(at.ino)) {
    demand(volume, at.ino, W_OK);
    demandWritable(volume);
    if (at.ino === source.ino) return;
    // The mode is set by fchmod(2), which is for the owner alone.
    if (!owns(volume, at.ino)) throw fault(EPERM);
  }
  if (inodes.isDirectory(source.ino) || (at.ino !== 0 && inodes.isDirectory(at.ino))) throw fault(EISDIR);
  if (mode & COPYFILE_FICLONE_FORCE) throw fault(ENOTSUP);
  // Bytes that are below are read first, into a file without a name, since reading can fail.
  const staged = volume.lower?.hasContent(source.ino) ? stageCopy(volume, source.ino) : 0;
  const plan = new Plan(volume);
  if (staged === 0) plan.addCopy(source.ino);
  if (at.ino === 0) {
    plan.addInode();
    plan.addEntry(at.nameLength);
    plan.complete(at.directory);
  } else plan.addKeep(at.ino);
  const flags = O_WRONLY | O_CREAT | (exclusive ? O_EXCL : 0);
  const apply = (): void => {
    plan.apply();
    const target = openInode(volume, to, flags, bits);
    inodes.touchContent(target.ino);
    if (mode & COPYFILE_ATTRIBUTES) copyAttributes(volume, source.ino, target.ino);
    inodes.set(target.ino, MODE, S_IFREG | settableBits(volume, target.ino, bits));
    if (staged !== 0) contents.moveTo(staged, target.ino);
    else {
      drawCopy(volume, source.ino);
      contents.copyTo(source.ino, target.ino);
    }
    if (inodes.size(source.ino) > 0) {
      inodes.touchAccess(source.ino);
      inodes.stampContent(target.ino);
      dropSetId(volume, target.ino);
    }
    inodes.add(target.ino, GENERATION, 1);
    volume.changes++;
    volume.events.changed(target.ino, target.entry);
  };
  try {
    bank.prepay(plan.cost(), apply);
  } finally {
    if (staged !== 0) volume.discard(staged);
  }
};

/** Takes from the prepaid plan what copying a content costs: all that is left, or exactly that when it holds more. */
const drawCopy = (volume: Volume, source: number): void => {
  if (volume.lower === undefined) {
    volume.bank.drawPrepaid();
    return;
  }
  const plan = new Plan(volume);
  plan.addCopy(source);
  volume.bank.reserve(plan.cost());
};

/** utimensat(2) and fchown(2) on a copy of one's own: the source's times, and its owner if that is allowed. */
const copyAttributes = (volume: Volume, source: number, target: number): void => {
  const { inodes } = volume;
  const words = inodes.wordsToWrite(target);
  const from = inodes.wordsOf(source);
  for (let word = ATIME; word < MTIME + 2; word++) {
    words[inodes.at(target) + word] = from[inodes.at(source) + word] as number;
  }
  const [uid, gid] = [inodes.get(source, UID), inodes.get(source, GID)];
  if (!volume.privileged && (uid !== inodes.get(target, UID) || !volume.inGroup(gid))) return;
  inodes.set(target, UID, uid);
  inodes.set(target, GID, gid);
};
