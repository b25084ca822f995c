/**
 * Core layer, snapshots: bytes as a tree (see encode.ts). They may come from
 * anywhere: everything is checked before anything is made of it, and no number
 * is believed before the bytes that it speaks of are there, so what is kept
 * meanwhile is a few words for each inode that is really in them.
 */
import { isDirectoryMode, isLinkMode, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../../flags.js';
import { LINKS_MAX, ROOT, TARGET_MAX } from '../../inode.js';
import { NAME_MAX } from '../../namei.js';
import { MAX_FILE_BYTES } from '../../storage/file-contents.js';
import { PAGE_BYTES } from '../../storage/size-classes.js';
import { nanosAt } from '../../times.js';
import type { TreeNode, TreeSource } from '../source.js';
import { MARKS, RANDOM_ACCESS_MARK, SAME_TIME } from './encode.js';

const WORD = 2 ** 32;

/** Bytes that are no snapshot, and why. */
export class DamagedImage {
  constructor(readonly reason: string) {}
}

const demand = (condition: boolean, reason: string): void => {
  if (!condition) throw new DamagedImage(reason);
};

class Reader {
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
  ) {}

  /** A whole number up to `most`. */
  varint(most: number, what: string): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      demand(this.at < this.bytes.length, 'it ends too early');
      const byte = this.bytes[this.at++] as number;
      value += (byte & 127) * scale;
      demand(value <= most, `${what} is too large`);
      if (byte < 128) return value;
      demand(scale < 2 ** 45, `${what} has too many digits`);
    }
  }

  /** Passes over bytes that must be there; returns where they start. */
  skip(length: number): number {
    demand(length <= this.bytes.length - this.at, 'it ends too early');
    const start = this.at;
    this.at += length;
    return start;
  }

  word(): number {
    const at = this.skip(4);
    const [a, b, c, d] = this.bytes.subarray(at, at + 4) as unknown as [number, number, number, number];
    return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
  }

  text(length: number): string {
    const start = this.skip(length);
    return String.fromCharCode(...this.bytes.subarray(start, start + length));
  }
}

/** @throws DamagedImage */
export const decode = (bytes: Uint8Array, head: number): TreeSource => {
  const places = readPlaces(new Reader(bytes, head));
  const readerAt = (ino: number): Reader => new Reader(bytes, places.get(ino) as number);
  const source: TreeSource = {
    inos: [...places.keys()],
    node: (ino) => readNode(readerAt(ino), ino),
    forEachName: (ino, visit) => {
      const reader = readerAt(ino);
      readNode(reader, ino);
      readNames(reader, visit);
    },
    forEachPage: (ino, visit) => {
      const reader = readerAt(ino);
      const node = readNode(reader, ino);
      if (isLinkMode(node.mode)) visit(0, bytes, reader.at, node.size);
      else if (!isDirectoryMode(node.mode)) readPages(reader, node.size, visit);
    },
  };
  demandTree(source);
  return source;
};

/** Reads everything once. Where each inode starts, by its number. */
const readPlaces = (reader: Reader): Map<number, number> => {
  const places = new Map<number, number>();
  const count = reader.varint(reader.bytes.length, 'the number of inodes');
  let ino = 0;
  for (let i = 0; i < count; i++) {
    const step = reader.varint(WORD - 1, 'an inode number');
    ino += step;
    demand(step > 0 && ino < WORD, 'an inode number is out of order');
    places.set(ino, reader.at);
    const { mode, size } = readNode(reader, ino);
    if (isDirectoryMode(mode)) readNames(reader, () => {});
    else if (isLinkMode(mode))
      demand(
        !reader.bytes.subarray(reader.skip(size), reader.at).includes(0),
        'a link leads to a path with a zero byte',
      );
    else readPages(reader, size, () => {});
  }
  demand(reader.at === reader.bytes.length, 'there is something after its end');
  return places;
};

const readNode = (reader: Reader, ino: number): TreeNode => {
  const mode = reader.varint(0o177777, 'a mode');
  const type = mode & S_IFMT;
  demand(type === S_IFREG || type === S_IFDIR || type === S_IFLNK, 'an inode is of an unknown type');
  const uid = reader.varint(WORD - 1, 'an owner');
  const gid = reader.varint(WORD - 1, 'a group');
  const marks = reader.varint(MARKS, 'a mark');
  const times = new Uint32Array(8);
  for (const index of [0, 1, 2, 3] as const) {
    const at = index * 2;
    const isSame = (marks & SAME_TIME[index]) !== 0;
    times[at] = isSame ? (times[at - 2] as number) : reader.word();
    times[at + 1] = isSame ? (times[at - 1] as number) : reader.word();
    demand(nanosAt(times, at) < 1e9, 'a time has too many nanoseconds');
  }
  const generation = reader.varint(WORD - 1, 'a generation');
  const most = type === S_IFLNK ? TARGET_MAX : type === S_IFDIR ? 0 : MAX_FILE_BYTES;
  const size = reader.varint(most, 'a size');
  demand(type !== S_IFLNK || size > 0, 'a link leads nowhere');
  return { ino, mode, uid, gid, times, generation, randomAccess: (marks & RANDOM_ACCESS_MARK) !== 0, size };
};

const readNames = (reader: Reader, visit: (name: string, ino: number) => void): void => {
  const count = reader.varint(reader.bytes.length, 'a number of names');
  for (let i = 0; i < count; i++) {
    const name = reader.text(reader.varint(NAME_MAX, "a name's length"));
    demand(name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name), 'a name is none');
    visit(name, reader.varint(WORD - 1, 'an inode number'));
  }
};

const readPages = (
  reader: Reader,
  size: number,
  visit: (page: number, bytes: Uint8Array, start: number, length: number) => void,
): void => {
  const count = reader.varint(reader.bytes.length, 'a number of pages');
  let page = 0;
  for (let i = 0; i < count; i++) {
    page += reader.varint(MAX_FILE_BYTES / PAGE_BYTES, 'a page number');
    const length = reader.varint(PAGE_BYTES, "a page's length");
    demand(length > 0 && page * PAGE_BYTES + length <= size, 'a page lies outside its file');
    visit(page, reader.bytes, reader.skip(length), length);
    page++;
  }
};

/** Every inode has a name, every directory one, and all hang on the root. */
const demandTree = (source: TreeSource): void => {
  demand(source.inos[0] === ROOT && isDirectoryMode(source.node(ROOT).mode), 'its root is no directory');
  const links = new Map(source.inos.map((ino) => [ino, 0]));
  const pending = [ROOT];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    const names = new Set<string>();
    source.forEachName(directory, (name, ino) => {
      demand(!names.has(name), 'a directory has a name twice');
      names.add(name);
      const before = links.get(ino);
      if (before === undefined || ino === ROOT) throw new DamagedImage('a name leads to no inode');
      links.set(ino, before + 1);
      const isDirectory = isDirectoryMode(source.node(ino).mode);
      demand(before < (isDirectory ? 1 : LINKS_MAX), 'an inode has too many names');
      if (isDirectory) pending.push(ino);
    });
  }
  for (const [ino, count] of links) demand(count > 0 || ino === ROOT, 'an inode hangs on nothing');
};
