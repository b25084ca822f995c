/** Core layer, sys: looking without changing. These return a negative errno: a miss is an everyday answer. Sources: stat(2), access(2), statfs(2). */

import type { FileSystemStats, StatArray } from '../engine.js';
import { EACCES, EBADF, EROFS } from '../errno.js';
import { fault } from '../fault.js';
import { W_OK } from '../flags.js';
import { ATIME, BIRTHTIME, CTIME, GID, LINKS, MODE, MTIME, UID } from '../inode.js';
import { FOLLOW, lookup, NO_FOLLOW } from '../namei.js';
import { may } from '../permission.js';
import { nanosAt, secondsAt } from '../times.js';
import type { Volume } from '../volume.js';

const BLOCK_BYTES = 4096;
/** What an ext4 directory reports: one block. */
const DIRECTORY_BYTES = 4096;
const DIRECTORY_SECTORS = 8;
/** A link's target up to this length lies in an ext4 inode and takes no block. */
const FAST_LINK_MAX = 59;
/** Least bytes a file takes, for the number of files statfs calls free: an inode and an entry. */
const BYTES_PER_FILE = 128;

export const stat = (volume: Volume, path: string, out: StatArray): number => {
  const ino = lookup(volume, path, FOLLOW);
  if (ino < 0) return ino;
  fill(volume, ino, out);
  return 0;
};

export const lstat = (volume: Volume, path: string, out: StatArray): number => {
  const ino = lookup(volume, path, NO_FOLLOW);
  if (ino < 0) return ino;
  fill(volume, ino, out);
  return 0;
};

export const fstat = (volume: Volume, fd: number, out: StatArray): number => {
  const file = volume.files.find(fd);
  if (file === undefined) return -EBADF;
  fill(volume, file.ino, out);
  return 0;
};

export const access = (volume: Volume, path: string, mode: number): number => {
  const ino = lookup(volume, path, FOLLOW);
  if (ino < 0) return ino;
  if (mode !== 0 && !may(volume, ino, mode)) return -EACCES;
  return mode & W_OK && volume.readOnly ? -EROFS : 0;
};

export const statfs = (volume: Volume, path: string): FileSystemStats => {
  const ino = lookup(volume, path, FOLLOW);
  if (ino < 0) throw fault(-ino);
  const { bank, nodes, maxNodes } = volume;
  const freeBlocks = Math.floor(bank.available / BLOCK_BYTES);
  const freeFiles = Math.min(Math.floor(bank.available / BYTES_PER_FILE), maxNodes - nodes);
  return {
    blockSize: BLOCK_BYTES,
    blocks: Math.floor(bank.limit / BLOCK_BYTES),
    freeBlocks,
    files: Number.isFinite(maxNodes) ? maxNodes + 1 : nodes + 1 + freeFiles,
    freeFiles,
  };
};

const fill = (volume: Volume, ino: number, out: StatArray): void => {
  const { inodes } = volume;
  const words = inodes.wordsOf(ino);
  const at = inodes.at(ino);
  const size = inodes.size(ino);
  const directory = inodes.isDirectory(ino);
  out[0] = volume.device;
  out[1] = words[at + MODE] as number;
  out[2] = words[at + LINKS] as number;
  out[3] = words[at + UID] as number;
  out[4] = words[at + GID] as number;
  out[5] = 0;
  out[6] = BLOCK_BYTES;
  out[7] = ino;
  out[8] = directory ? DIRECTORY_BYTES : size;
  out[9] = directory ? DIRECTORY_SECTORS : sectors(volume, ino, size);
  let index = 10;
  for (const word of [ATIME, MTIME, CTIME, BIRTHTIME]) {
    out[index++] = secondsAt(words, at + word);
    out[index++] = nanosAt(words, at + word);
  }
  volume.lower?.fill(ino, out);
};

const sectors = (volume: Volume, ino: number, size: number): number => {
  if (volume.inodes.isLink(ino)) return size > FAST_LINK_MAX ? DIRECTORY_SECTORS : 0;
  return volume.contents.blocks(ino);
};
