/**
 * Adapter, archives: writes a tree as a tar archive (ustar, with pax headers
 * where a name, a size or the fraction of a time needs one). node-tar makes the
 * header blocks. Contents are read straight into the memory that is handed out.
 */
import type { Stats } from 'node:fs';
import { Header } from 'tar/header';
import type { ReadableFs } from '../tree/index.js';
import { refuse } from './archive-error.js';
import type { TreeEntry } from './exported-tree.js';
import { formatPax } from './tar-pax.js';

const BLOCK = 512;
/** Most bytes that are asked for at once, unless fewer are wanted. */
export const MAX_PIECE = 1024 * 1024;
const END_MARK = 2 * BLOCK;

/** Memory for the next `length` bytes of the archive. */
export type Allocate = (length: number) => Buffer;

/**
 * Yields the archive piece by piece, each in memory that `allocate` gave, in order.
 * @param most bytes that are asked for at once
 */
export function* writeTar(
  fs: ReadableFs,
  entries: Iterable<TreeEntry>,
  allocate: Allocate,
  most = MAX_PIECE,
): Generator<Buffer> {
  /** First names of the files that have several. */
  const linked = new Map<string, string>();
  for (const { name, path, stats } of entries) {
    const first = stats.nlink > 1 && !stats.isDirectory() ? `${stats.dev}:${stats.ino}` : undefined;
    const target = first === undefined ? undefined : linked.get(first);
    if (target !== undefined) {
      yield copyOf(headers(name, 'Link', stats, 0, target), allocate);
      continue;
    }
    if (first !== undefined) linked.set(first, name);
    if (stats.isDirectory()) yield copyOf(headers(`${name}/`, 'Directory', stats, 0), allocate);
    else if (stats.isSymbolicLink()) {
      yield copyOf(headers(name, 'SymbolicLink', stats, 0, String(fs.readlinkSync(path))), allocate);
    } else yield* writeFile(fs, path, name, allocate, most);
  }
  yield allocate(END_MARK).fill(0);
}

/** Bytes that one entry takes at most, its pax header aside. */
export const sizeInTar = (stats: Stats): number => 3 * BLOCK + (stats.isFile() ? stats.size : 0);

function* writeFile(fs: ReadableFs, path: string, name: string, allocate: Allocate, most: number): Generator<Buffer> {
  const fd = fs.openSync(path, 'r');
  try {
    const stats = fs.fstatSync(fd);
    yield copyOf(headers(name, 'File', stats, stats.size), allocate);
    for (let left = stats.size; left > 0; ) {
      const piece = allocate(Math.min(left, most));
      readAll(fs, fd, piece, name);
      left -= piece.length;
      yield piece;
    }
    const rest = stats.size % BLOCK;
    if (rest !== 0) yield allocate(BLOCK - rest).fill(0);
  } finally {
    fs.closeSync(fd);
  }
}

function readAll(fs: ReadableFs, fd: number, target: Buffer, name: string): void {
  for (let done = 0; done < target.length; ) {
    const count = fs.readSync(fd, target, done, target.length - done, null);
    if (count === 0) throw refuse('CHANGED', 'a file became shorter while it was read', name);
    done += count;
  }
}

function copyOf(bytes: Buffer, allocate: Allocate): Buffer {
  const target = allocate(bytes.length);
  bytes.copy(target);
  return target;
}

type TarType = 'File' | 'Link' | 'SymbolicLink' | 'Directory';

/** The header block of an entry, after the pax header that it may need. */
function headers(name: string, type: TarType, stats: Stats, size: number, linkpath?: string): Buffer {
  const mtime = Math.floor(stats.mtimeMs / 1000);
  const block = Buffer.alloc(BLOCK);
  const needsPax = new Header({
    path: name,
    type,
    mode: stats.mode & 0o7777,
    uid: stats.uid,
    gid: stats.gid,
    size,
    mtime: new Date(mtime * 1000),
    linkpath,
  }).encode(block);
  const hasFraction = stats.mtimeMs % 1000 !== 0;
  if (!needsPax && !hasFraction) return block;
  const records: Record<string, string> = {};
  if (needsPax) records.path = name;
  if (needsPax && linkpath !== undefined) records.linkpath = linkpath;
  if (needsPax && size >= 8 ** 11) records.size = String(size);
  if (hasFraction || mtime < 0) records.mtime = microseconds(stats.mtimeMs);
  const content = formatPax(records);
  const padded = Buffer.alloc(Math.ceil(content.length / BLOCK) * BLOCK);
  content.copy(padded);
  return Buffer.concat([paxHeader(mtime, content.length), padded, block]);
}

/** Seconds with six digits: as fine as `utimes` sets them. */
const microseconds = (ms: number): string => (ms / 1000).toFixed(6).replace(/\.?0+$/, '');

function paxHeader(mtime: number, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  new Header({ path: 'PaxHeader', type: 'ExtendedHeader', mode: 0o644, size, mtime: new Date(mtime * 1000) }).encode(
    block,
  );
  return block;
}
