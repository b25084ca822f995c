/** Core layer, sys: whole files in one call, without a descriptor. Faults name the system call they stand for. */
import { EBADF, EEXIST, EISDIR, ENOTSUP } from '../errno.js';
import { Fault, fault, QuotaFault } from '../fault.js';
import {
  COPYFILE_EXCL,
  COPYFILE_FICLONE_FORCE,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_NOATIME,
  O_RDONLY,
  O_WRONLY,
  S_IFREG,
} from '../flags.js';
import { GENERATION, MODE } from '../inode.js';
import { CREATE, CREATE_NO_FOLLOW, NORMAL, walk } from '../namei.js';
import { Plan } from '../plan.js';
import type { Volume } from '../volume.js';
import { commitWrite, prepareWrite } from './io.js';
import { canRead, canWrite, openInode } from './open.js';

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
  const opened = openNamed(volume, path, flags, 0o666);
  const { ino } = opened;
  if (!canRead(flags)) throw new Fault(EBADF, 'read');
  if (volume.inodes.isDirectory(ino)) throw new Fault(EISDIR, 'read');
  const size = volume.inodes.size(ino);
  const target = make(size);
  volume.contents.read(ino, 0, target, 0, size);
  if ((flags & O_NOATIME) === 0) volume.inodes.touchAccess(ino);
  return target;
};

export const writeFile = (volume: Volume, path: string, data: Uint8Array, flags: number, mode: number): void => {
  const opened = openNamed(volume, path, flags, mode);
  const { ino } = opened;
  if (!canWrite(flags)) throw new Fault(EBADF, 'write');
  if (data.length === 0) return;
  const at = flags & O_APPEND ? volume.inodes.size(ino) : 0;
  try {
    prepareWrite(volume, ino, at, data.length);
  } catch (error) {
    throw named(error, 'write');
  }
  volume.contents.put(ino, at, data, 0, data.length);
  commitWrite(volume, ino, at, data.length);
  volume.events.changed(ino, opened.entry);
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
  if (mode & COPYFILE_FICLONE_FORCE) throw fault(ENOTSUP);
  const source = openInode(volume, from, O_RDONLY, 0);
  const bits = inodes.get(source.ino, MODE) & 0o7777;
  const exclusive = (mode & COPYFILE_EXCL) !== 0;
  const error = walk(volume, to, exclusive ? CREATE_NO_FOLLOW : CREATE);
  if (error !== 0) throw fault(-error);
  if (at.kind !== NORMAL) throw fault(EISDIR);
  if (exclusive && at.ino !== 0) throw fault(EEXIST);
  if (at.ino === source.ino) return;
  const plan = new Plan(volume);
  plan.addCopy(source.ino);
  if (at.ino === 0) {
    plan.addInode();
    plan.addEntry(at.nameLength);
  }
  const flags = O_WRONLY | O_CREAT | (exclusive ? O_EXCL : 0);
  if (inodes.isDirectory(source.ino)) {
    if (at.ino !== 0) openInode(volume, to, flags, bits);
    throw fault(EISDIR);
  }
  bank.prepay(plan.cost(), () => {
    const target = openInode(volume, to, flags, bits);
    inodes.set(target.ino, MODE, S_IFREG | bits);
    bank.drawPrepaid();
    contents.copyTo(source.ino, target.ino);
    if (inodes.size(source.ino) > 0) inodes.touchAccess(source.ino);
    inodes.add(target.ino, GENERATION, 1);
    inodes.touchContent(target.ino);
    volume.changes++;
    volume.events.changed(target.ino, target.entry);
  });
};
