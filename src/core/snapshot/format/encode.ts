/**
 * Core layer, snapshots: a tree as bytes. Numbers are varints (seven bits to a
 * byte, low ones first). After the count of inodes comes each, ascending:
 *
 *   number − the number before, mode, uid, gid
 *   marks: a bit for each of the last three times that is the one before it, one for random access
 *   times of birth, modification, change, access: 8 bytes each, but those that are marked
 *   generation, size
 *   a file:      pages stored; for each its number − the one after the one before, its length, its bytes
 *   a link:      its target's bytes
 *   a directory: names; for each its length, its bytes, the inode's number
 *
 * Written twice, to be counted first: the result is as long as it must be.
 */
import { isDirectoryMode, isLinkMode } from '../../flags.js';
import type { TreeNode, TreeSource } from '../source.js';

/** Marks. */
export const SAME_TIME = [0, 1, 2, 4] as const;
export const RANDOM_ACCESS_MARK = 8;
export const MARKS = 15;

interface Sink {
  varint(value: number): void;
  bytes(bytes: Uint8Array, start: number, length: number): void;
}

class Counter implements Sink {
  length = 0;

  varint(value: number): void {
    for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) this.length++;
    this.length++;
  }

  bytes(_bytes: Uint8Array, _start: number, length: number): void {
    this.length += length;
  }
}

class Writer implements Sink {
  private at: number;

  constructor(
    private readonly target: Uint8Array,
    start: number,
  ) {
    this.at = start;
  }

  varint(value: number): void {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.target[this.at++] = (rest % 128) | 128;
    this.target[this.at++] = rest;
  }

  bytes(bytes: Uint8Array, start: number, length: number): void {
    this.target.set(bytes.subarray(start, start + length), this.at);
    this.at += length;
  }
}

/** @param head bytes left free at the front */
export const encode = (source: TreeSource, head: number): Uint8Array => {
  const counter = new Counter();
  write(source, counter);
  const target = new Uint8Array(head + counter.length);
  write(source, new Writer(target, head));
  return target;
};

const write = (source: TreeSource, sink: Sink): void => {
  sink.varint(source.inos.length);
  let last = 0;
  for (const ino of source.inos) {
    const node = source.node(ino);
    writeAttributes(sink, node, ino - last);
    last = ino;
    if (isDirectoryMode(node.mode)) writeNames(source, sink, ino);
    else if (isLinkMode(node.mode))
      source.forEachPage(ino, (_page, bytes, start, length) => sink.bytes(bytes, start, length));
    else writePages(source, sink, ino);
  }
};

const writeAttributes = (
  sink: Sink,
  { mode, uid, gid, times, generation, randomAccess, size }: TreeNode,
  step: number,
): void => {
  for (const value of [step, mode, uid, gid]) sink.varint(value);
  const isSame = (index: number): boolean =>
    times[index * 2] === times[index * 2 - 2] && times[index * 2 + 1] === times[index * 2 - 1];
  let marks = randomAccess ? RANDOM_ACCESS_MARK : 0;
  for (const index of [1, 2, 3] as const) if (isSame(index)) marks |= SAME_TIME[index];
  sink.varint(marks);
  for (const index of [0, 1, 2, 3] as const) {
    if (marks & SAME_TIME[index]) continue;
    const bytes = [times[index * 2] as number, times[index * 2 + 1] as number].flatMap((word) => [
      word & 255,
      (word >>> 8) & 255,
      (word >>> 16) & 255,
      word >>> 24,
    ]);
    sink.bytes(Uint8Array.from(bytes), 0, 8);
  }
  sink.varint(generation);
  sink.varint(size);
};

const writeNames = (source: TreeSource, sink: Sink, directory: number): void => {
  let count = 0;
  source.forEachName(directory, () => count++);
  sink.varint(count);
  source.forEachName(directory, (name, ino) => {
    sink.varint(name.length);
    sink.bytes(
      Uint8Array.from(name, (char) => char.charCodeAt(0)),
      0,
      name.length,
    );
    sink.varint(ino);
  });
};

const writePages = (source: TreeSource, sink: Sink, file: number): void => {
  let count = 0;
  source.forEachPage(file, () => count++);
  sink.varint(count);
  let next = 0;
  source.forEachPage(file, (page, bytes, start, length) => {
    sink.varint(page - next);
    sink.varint(length);
    sink.bytes(bytes, start, length);
    next = page + 1;
  });
};
