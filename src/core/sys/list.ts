/** Core layer, sys: reading directories. Source: readdir(3). */
import { ENOTDIR } from '../errno.js';
import { fault } from '../fault.js';
import {
  DT_BLOCK,
  DT_CHAR,
  DT_DIR,
  DT_FIFO,
  DT_FILE,
  DT_LINK,
  DT_SOCKET,
  R_OK,
  S_IFBLK,
  S_IFCHR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFSOCK,
} from '../flags.js';
import { GENERATION, MODE } from '../inode.js';
import type { Listed } from '../listing.js';
import { FOLLOW, lookup } from '../namei.js';
import { demand } from '../permission.js';
import type { Volume } from '../volume.js';

const TYPES = new Map([
  [S_IFLNK, DT_LINK],
  [S_IFIFO, DT_FIFO],
  [S_IFSOCK, DT_SOCKET],
  [S_IFCHR, DT_CHAR],
  [S_IFBLK, DT_BLOCK],
]);

export const typeOf = (volume: Volume, ino: number): number => {
  const { inodes } = volume;
  if (inodes.isFile(ino)) return DT_FILE;
  return inodes.isDirectory(ino) ? DT_DIR : (TYPES.get(inodes.get(ino, MODE) & S_IFMT) as number);
};

export const readableDirectory = (volume: Volume, path: string): number => {
  const ino = lookup(volume, path, FOLLOW);
  if (ino < 0) throw fault(-ino);
  if (!volume.inodes.isDirectory(ino)) throw fault(ENOTDIR);
  demand(volume, ino, R_OK);
  return ino;
};

export const readdir = (volume: Volume, path: string, types?: number[]): string[] => {
  const { listing, inodes } = volume;
  const ino = readableDirectory(volume, path);
  inodes.touchAccess(ino);
  if (volume.lower?.isUntouched(ino)) return volume.lower.list(ino, types);
  const generation = inodes.get(ino, GENERATION);
  let listed = listing.find(ino, generation);
  if (listed === undefined) {
    listed = list(volume, ino, generation);
    listing.keep(ino, listed, volume.bank.limit);
  }
  if (types !== undefined) for (const type of listed.types) types.push(type);
  return listed.names.slice();
};

const list = (volume: Volume, directory: number, generation: number): Listed => {
  const { directories } = volume;
  const names: string[] = [];
  const types: number[] = [];
  let sorted = true;
  let alike = true;
  let before = '';
  for (let entry = directories.first(directory); entry !== 0; entry = directories.next(entry)) {
    const name = directories.name(entry);
    const type = typeOf(volume, directories.ino(entry));
    if (name < before) sorted = false;
    if (type !== types[0] && types.length > 0) alike = false;
    before = name;
    names.push(name);
    types.push(type);
  }
  if (sorted) return { generation, names, types };
  // Byte strings are in the order of their bytes as the sort without a function has them, which takes a third of the time.
  if (alike) return { generation, names: names.sort(), types };
  const order = names.map((name, index) => ({ name, type: types[index] as number }));
  order.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { generation, names: order.map(({ name }) => name), types: order.map(({ type }) => type) };
};
