/** Core layer, sys: moving bytes through descriptors. Sources: read(2), write(2), pread(2), lseek(2), ftruncate(2). */

import { changeContent, readContent } from '../changing.js';
import { EBADF, EFBIG, EINVAL, EISDIR } from '../errno.js';
import { fault } from '../fault.js';
import type { OpenFile } from '../file-table.js';
import { O_APPEND, O_NOATIME } from '../flags.js';
import { GENERATION } from '../inode.js';
import { dropSetId } from '../permission.js';
import { MAX_FILE_BYTES } from '../storage/file-contents.js';
import type { Volume } from '../volume.js';
import { canRead, canWrite } from './open.js';

/** Largest file offset, 2⁶³ − 1; as a double it is 2⁶³. */
const OFFSET_MAX = 2 ** 63 - 1025;

export const read = (
  volume: Volume,
  fd: number,
  target: Uint8Array,
  offset: number,
  length: number,
  position: number,
): number => {
  const file = readable(volume, fd, position, length);
  const at = position < 0 ? file.position : position;
  const count = readContent(volume, file.ino, at, target, offset, length);
  if (position < 0) file.position += count;
  accessed(volume, file, at, length);
  return count;
};

/** How much `read` would give of a file; of what is no file that it would read, endless. */
export const ahead = (volume: Volume, fd: number, position: number): number => {
  const file = volume.files.find(fd);
  if (file === undefined || !volume.inodes.isFile(file.ino)) return Number.POSITIVE_INFINITY;
  return Math.max(0, volume.inodes.size(file.ino) - (position < 0 ? file.position : position));
};

export const readv = (volume: Volume, fd: number, targets: readonly Uint8Array[], position: number): number => {
  // libuv hands a single buffer to read(2), which refuses a directory even then.
  if (targets.length !== 1 && targets.every((target) => target.length === 0)) return readNothing(volume, fd);
  let length = 0;
  for (const target of targets) length += target.length;
  const file = readable(volume, fd, position, length);
  const start = position < 0 ? file.position : position;
  let at = start;
  let total = 0;
  for (const target of targets) {
    const count = readContent(volume, file.ino, at, target, 0, target.length);
    at += count;
    total += count;
    if (count < target.length) break;
  }
  if (position < 0) file.position = at;
  accessed(volume, file, start, length);
  return total;
};

export const write = (
  volume: Volume,
  fd: number,
  source: Uint8Array,
  offset: number,
  length: number,
  position: number,
): number => {
  const file = writable(volume, fd);
  if (length === 0) return 0;
  const at = startOf(volume, file, position);
  if (volume.lower !== undefined || !volume.contents.overwrite(file.ino, at, source, offset, length)) {
    prepareWrite(volume, file.ino, at, length);
    volume.contents.put(file.ino, at, source, offset, length);
  }
  written(volume, file, at, length, position);
  return length;
};

export const writev = (volume: Volume, fd: number, sources: readonly Uint8Array[], position: number): number => {
  const file = writable(volume, fd);
  let length = 0;
  for (const source of sources) length += source.length;
  if (length === 0) return 0;
  const start = startOf(volume, file, position);
  prepareWrite(volume, file.ino, start, length);
  let at = start;
  for (const source of sources) {
    volume.contents.put(file.ino, at, source, 0, source.length);
    at += source.length;
  }
  written(volume, file, start, length, position);
  return length;
};

/** Checks, plans and reserves a write: after it `contents.put` cannot fail. */
export const prepareWrite = (volume: Volume, ino: number, at: number, length: number): void => {
  volume.contents.admit(ino, at, length);
  if (volume.lower === undefined) volume.contents.prepare(ino, at, length);
  else changeContent(volume, ino, Number.POSITIVE_INFINITY, () => volume.contents.prepare(ino, at, length));
};

/** Commits a write to an inode: size, promotion, times, set-id bits, counters. A `fresh` file was written whole: in order. */
export const commitWrite = (volume: Volume, ino: number, at: number, length: number, fresh = false): void => {
  if (!fresh) volume.contents.promote(ino, at);
  volume.inodes.wrote(ino, at + length);
  dropSetId(volume, ino);
  volume.changes++;
};

export const seek = (volume: Volume, fd: number, offset: number, whence: 0 | 1 | 2): number => {
  const file = volume.files.usable(fd);
  const { inodes } = volume;
  const end = inodes.isDirectory(file.ino) ? 0 : inodes.size(file.ino);
  const base = whence === 0 ? 0 : whence === 1 ? file.position : end;
  const position = base + offset;
  if (position < 0) throw fault(EINVAL);
  file.position = position;
  return position;
};

export const ftruncate = (volume: Volume, fd: number, length: number): void => {
  const file = volume.files.usable(fd);
  if (!canWrite(file.flags) || !volume.inodes.isFile(file.ino)) throw fault(EINVAL);
  resize(volume, file.ino, file.entry, length);
};

/** Sets a file's length and its times. @throws Fault EINVAL, EFBIG */
export const resize = (volume: Volume, ino: number, entry: number, length: number): void => {
  if (length < 0) throw fault(EINVAL);
  if (length > MAX_FILE_BYTES) throw fault(EFBIG);
  changeContent(volume, ino, length, () => volume.contents.truncate(ino, length));
  volume.inodes.add(ino, GENERATION, 1);
  volume.inodes.touchContent(ino);
  dropSetId(volume, ino);
  volume.changes++;
  volume.events.changed(ino, entry);
};

export const allocate = (volume: Volume, fd: number, length: number): void => {
  const file = writable(volume, fd);
  if (length > MAX_FILE_BYTES) throw fault(EFBIG);
  changeContent(volume, file.ino, Number.POSITIVE_INFINITY, () => volume.contents.allocate(file.ino, length));
};

export const fsync = (volume: Volume, fd: number): void => {
  volume.files.usable(fd);
};

/** readv(2) of no bytes answers 0 even for a directory. */
const readNothing = (volume: Volume, fd: number): number => {
  if (!canRead(volume.files.get(fd).flags)) throw fault(EBADF);
  return 0;
};

/** The open file to read from. The kernel looks at the position before it sees that this is a directory. */
const readable = (volume: Volume, fd: number, position: number, length: number): OpenFile => {
  const file = volume.files.get(fd);
  if (!canRead(file.flags)) throw fault(EBADF);
  if (position + length > OFFSET_MAX) throw fault(EINVAL);
  if (volume.inodes.isDirectory(file.ino)) throw fault(EISDIR);
  return file;
};

const writable = (volume: Volume, fd: number): OpenFile => {
  const file = volume.files.get(fd);
  if (!canWrite(file.flags)) throw fault(EBADF);
  return file;
};

const startOf = (volume: Volume, file: OpenFile, position: number): number => {
  if (position > OFFSET_MAX) throw fault(EINVAL);
  if (file.flags & O_APPEND) return volume.inodes.size(file.ino);
  return position < 0 ? file.position : position;
};

const written = (volume: Volume, file: OpenFile, at: number, length: number, position: number): void => {
  commitWrite(volume, file.ino, at, length);
  if (position < 0) file.position = at + length;
  volume.events.changed(file.ino, file.entry);
};

/** A read of nothing, or from where no file can reach, is none: ext4 leaves the access time. */
const accessed = (volume: Volume, file: OpenFile, at: number, length: number): void => {
  if (length === 0 || at >= MAX_FILE_BYTES || (file.flags & O_NOATIME) !== 0) return;
  volume.inodes.touchAccess(file.ino);
};
