/**
 * Core layer: directories. An entry is (directory, name, inode), a record of
 * words with short names inside it and longer ones in a slab block.
 *
 * Invariants: every live entry is in the name index (one for the volume, keyed
 * by directory and name, so renaming a directory moves nothing) and in the
 * insertion-ordered list of its directory, whose ends the directory inode keeps.
 * Names are bytes; a path is a byte string, so a char is a byte.
 */
import { ENTRY_WORDS } from './cost.js';
import { CONTENT, GENERATION, type InodeTable, LAST_ENTRY } from './inode.js';
import { NameIndex } from './name-index.js';
import { clear, RecordTable } from './record-table.js';
import { blockBytes, sizeClass } from './storage/size-classes.js';
import type { Slabs } from './storage/slabs.js';
import { type Layout, SHIFT, SLOT_MASK } from './table-price.js';

const HASH = 0;
const INO = 1;
const PARENT = 2;
const BUCKET_NEXT = 3;
const PREVIOUS = 4;
const NEXT = 5;
const NAME_LENGTH = 6;
/** Name bytes, or the slab reference of a longer name. */
const NAME = 7;
const INLINE_WORDS = ENTRY_WORDS - NAME;
const INLINE_BYTES = INLINE_WORDS * 4;
const PRIME = 0x01000193;
const LAYOUT: Layout = { words: ENTRY_WORDS, liveWord: INO, linkWord: BUCKET_NEXT, uncharged: 0 };

/** A directory stream's place; unlink moves it off an entry that goes away. */
export interface Cursor {
  directory: number;
  /** The entry to return next, 0 at the end. */
  entry: number;
  /** The last entry when the stream was opened: what is made later is not read, or a stream could go on for ever. */
  last: number;
  /** From now on `entry` and `last` say where it is: an entry of the directory goes, or all of the tree. */
  settle(): void;
}

/** Of all volumes that never opened a directory: an empty Set takes 200 bytes. */
const NO_CURSORS = new Set<Cursor>();

export class Directories extends RecordTable {
  readonly index: NameIndex;
  cursors = NO_CURSORS;
  /** No name of this volume ever had a byte above 127, so byte strings are text. */
  asciiOnly = true;

  constructor(
    private readonly inodes: InodeTable,
    private readonly slabs: Slabs,
    /** Of the hash of names. */
    readonly seed: number,
  ) {
    super(LAYOUT);
    this.index = new NameIndex(this, HASH, BUCKET_NEXT);
  }

  ino(entry: number): number {
    return this.word(entry, INO);
  }

  /** True when `entry` is still there and names `ino`; an open file remembers an entry that may be gone. */
  names(entry: number, ino: number): boolean {
    const words = this.segments[entry >>> SHIFT];
    return entry !== 0 && words !== undefined && words[(entry & SLOT_MASK) * ENTRY_WORDS + INO] === ino;
  }

  parent(entry: number): number {
    return this.word(entry, PARENT);
  }

  next(entry: number): number {
    return this.word(entry, NEXT);
  }

  nameLength(entry: number): number {
    return this.word(entry, NAME_LENGTH);
  }

  first(directory: number): number {
    return this.inodes.get(directory, CONTENT);
  }

  last(directory: number): number {
    return this.inodes.get(directory, LAST_ENTRY);
  }

  isEmpty(directory: number): boolean {
    return this.first(directory) === 0;
  }

  /** Hash of the name `path[start, end)` in `directory`. */
  hash(directory: number, path: string, start: number, end: number): number {
    let hash = this.seed;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ path.charCodeAt(i), PRIME);
    return this.seal(directory, hash);
  }

  private seal(directory: number, hash: number): number {
    hash = Math.imul(hash ^ Math.imul(directory, 0x9e3779b1), 0x85ebca6b);
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0x2c1b3c6d);
    return (hash ^ (hash >>> 13)) >>> 0;
  }

  /** The entry for `path[start, end)` in `directory`, or 0. */
  find(directory: number, path: string, start: number, end: number): number {
    const hash = this.hash(directory, path, start, end);
    for (let entry = this.index.head(hash); entry !== 0; ) {
      const words = this.segments[entry >>> SHIFT] as Uint32Array;
      const at = (entry & SLOT_MASK) * ENTRY_WORDS;
      if (words[at + HASH] === hash && words[at + PARENT] === directory && this.sameName(entry, path, start, end)) {
        return entry;
      }
      entry = words[at + BUCKET_NEXT] as number;
    }
    return 0;
  }

  /** Bytes of a slab block that a name of `length` bytes needs; 0 when it fits into the entry. */
  static nameBlock(length: number): number {
    return length > INLINE_BYTES ? length : 0;
  }

  /** Bytes to reserve before `add`. */
  costOfAdd(nameLength: number): number {
    const block = Directories.nameBlock(nameLength);
    return this.cost(1) + this.index.cost(1) + (block > 0 ? this.slabs.cost(block, 1) : 0);
  }

  /** Adds an entry at the end of `directory`; the caller has reserved `costOfAdd`. */
  add(directory: number, path: string, start: number, end: number, ino: number): number {
    const entry = this.take();
    this.put(entry, INO, ino);
    this.enlist(entry, directory, path, start, end);
    this.index.insert(entry);
    return entry;
  }

  /** Removes an entry. Returns the bytes the caller must release. */
  remove(entry: number): number {
    const reference = this.nameReference(entry);
    this.delist(entry);
    let freed = this.index.remove(entry) + this.give(entry);
    if (reference !== 0) freed += this.slabs.give(reference);
    return freed;
  }

  /**
   * Removes an entry of a directory that loses all of them, and is `clear`ed then: so it stays in the list. Nothing
   * gets smaller until `settleEntries`. Returns the bytes the caller must release now.
   */
  dropEntry(entry: number): number {
    const reference = this.nameReference(entry);
    this.index.drop(entry);
    this.drop(entry);
    return reference === 0 ? 0 : this.slabs.give(reference);
  }

  /** Makes the table and its index as small as what is left allows. Returns the bytes the caller must release. */
  settleEntries(): number {
    const freed = this.settle();
    return freed + this.index.settle();
  }

  /** Forgets the entries of a directory, which have been dropped. */
  clear(directory: number): void {
    const { inodes } = this;
    inodes.set(directory, CONTENT, 0);
    inodes.set(directory, LAST_ENTRY, 0);
    inodes.add(directory, GENERATION, 1);
  }

  /** Bytes to reserve before `move`. */
  costOfMove(nameLength: number): number {
    const block = Directories.nameBlock(nameLength);
    return block > 0 ? this.slabs.cost(block, 1) : 0;
  }

  /** True when a name can be written over the entry's long one; `exactly` when it would get a block of that size. */
  fitsOver(entry: number, nameLength: number, exactly: boolean): boolean {
    const reference = this.nameReference(entry);
    if (reference === 0 || nameLength <= INLINE_BYTES || this.slabs.extraOwners(reference) > 0) return false;
    const capacity = this.slabs.capacityOf(reference);
    return exactly ? capacity === blockBytes(sizeClass(nameLength)) : capacity >= nameLength;
  }

  /**
   * Gives an entry another directory and name, keeping its identity for open files. Returns bytes to release.
   * @param over the name is written over the old one, where it fits
   */
  move(entry: number, directory: number, path: string, start: number, end: number, over: boolean): number {
    const reference = this.nameReference(entry);
    this.delist(entry);
    this.index.unchain(entry);
    this.enlist(entry, directory, path, start, end, over ? reference : 0);
    this.index.chain(entry);
    // The old name goes last: giving first could retire the slab that the new one was planned into.
    return over || reference === 0 ? 0 : this.slabs.give(reference);
  }

  /** The entry's name as a byte string. */
  name(entry: number): string {
    const length = this.nameLength(entry);
    if (length > INLINE_BYTES) {
      const reference = this.word(entry, NAME);
      return bytesToString(this.slabs.bytesOf(reference), this.slabs.offsetOf(reference), length);
    }
    const chars = charsFor(length);
    const words = this.segments[entry >>> SHIFT] as Uint32Array;
    const at = (entry & SLOT_MASK) * ENTRY_WORDS + NAME;
    for (let i = 0; i < length; i++) chars[i] = byteOf(words, at, i);
    return String.fromCharCode.apply(null, chars);
  }

  /** Slab reference of a long name, or 0. */
  nameReference(entry: number): number {
    return this.nameLength(entry) > INLINE_BYTES ? this.word(entry, NAME) : 0;
  }

  /** @param block for a long name; 0 takes one */
  private enlist(entry: number, directory: number, path: string, start: number, end: number, block = 0): void {
    const length = end - start;
    this.put(entry, PARENT, directory);
    this.put(entry, NAME_LENGTH, length);
    let high = 0;
    if (length > INLINE_BYTES) {
      const reference = block || this.slabs.take(length);
      this.put(entry, NAME, reference);
      const bytes = this.slabs.bytesOf(reference);
      const at = this.slabs.offsetOf(reference);
      for (let i = 0; i < length; i++) {
        const char = path.charCodeAt(start + i);
        bytes[at + i] = char;
        high |= char;
      }
    } else {
      const words = this.writable(entry >>> SHIFT);
      const at = (entry & SLOT_MASK) * ENTRY_WORDS + NAME;
      clear(words, at, INLINE_WORDS);
      for (let i = 0; i < length; i++) {
        const char = path.charCodeAt(start + i);
        words[at + (i >>> 2)] |= char << ((i & 3) * 8);
        high |= char;
      }
    }
    if (high > 127) this.asciiOnly = false;
    this.put(entry, HASH, this.hash(directory, path, start, end));

    const last = this.inodes.get(directory, LAST_ENTRY);
    this.put(entry, PREVIOUS, last);
    this.put(entry, NEXT, 0);
    if (last === 0) this.inodes.set(directory, CONTENT, entry);
    else this.put(last, NEXT, entry);
    this.inodes.set(directory, LAST_ENTRY, entry);
    this.inodes.add(directory, GENERATION, 1);
  }

  private delist(entry: number): void {
    const directory = this.parent(entry);
    const previous = this.word(entry, PREVIOUS);
    const next = this.word(entry, NEXT);
    if (this.cursors.size > 0) this.advanceCursors(directory, entry, previous, next);
    if (previous === 0) this.inodes.set(directory, CONTENT, next);
    else this.put(previous, NEXT, next);
    if (next === 0) this.inodes.set(directory, LAST_ENTRY, previous);
    else this.put(next, PREVIOUS, previous);
    this.inodes.add(directory, GENERATION, 1);
  }

  /** Lets a cursor know what happens to the entries it is at, until `unfollow`. */
  follow(cursor: Cursor): void {
    if (this.cursors === NO_CURSORS) this.cursors = new Set();
    this.cursors.add(cursor);
  }

  unfollow(cursor: Cursor): void {
    this.cursors.delete(cursor);
  }

  private advanceCursors(directory: number, entry: number, previous: number, next: number): void {
    for (const cursor of this.cursors) {
      if (cursor.directory === directory) cursor.settle();
      if (cursor.entry === entry) cursor.entry = cursor.last === entry ? 0 : next;
      if (cursor.last === entry) cursor.last = previous;
    }
  }

  private sameName(entry: number, path: string, start: number, end: number): boolean {
    const length = end - start;
    const words = this.segments[entry >>> SHIFT] as Uint32Array;
    const at = (entry & SLOT_MASK) * ENTRY_WORDS;
    if (words[at + NAME_LENGTH] !== length) return false;
    if (length > INLINE_BYTES) {
      const reference = words[at + NAME] as number;
      const bytes = this.slabs.bytesOf(reference);
      const from = this.slabs.offsetOf(reference);
      for (let i = 0; i < length; i++) if (bytes[from + i] !== path.charCodeAt(start + i)) return false;
      return true;
    }
    for (let i = 0; i < length; i++) if (byteOf(words, at + NAME, i) !== path.charCodeAt(start + i)) return false;
    return true;
  }

  private word(entry: number, word: number): number {
    return (this.segments[entry >>> SHIFT] as Uint32Array)[(entry & SLOT_MASK) * ENTRY_WORDS + word] as number;
  }

  private put(entry: number, word: number, value: number): void {
    this.writable(entry >>> SHIFT)[(entry & SLOT_MASK) * ENTRY_WORDS + word] = value;
  }
}

/** Puts the chunks of the long names in a column of entries into `found`. Returns how many they are. */
export const longNamesIn = (words: Uint32Array, found: Uint32Array): number => {
  let count = 0;
  for (let at = 0; at < words.length; at += ENTRY_WORDS) {
    if (words[at + INO] === 0 || (words[at + NAME_LENGTH] as number) <= INLINE_BYTES) continue;
    // A chunk's reference is twice that of its block.
    found[count++] = (words[at + NAME] as number) * 2;
  }
  return count;
};

/** Byte `i` of a short name, which begins at word `at`. */
const byteOf = (words: Uint32Array, at: number, i: number): number =>
  ((words[at + (i >>> 2)] as number) >>> ((i & 3) * 8)) & 255;

/** For each length an array to put the bytes into. */
const codes: number[][] = [];
const charsFor = (length: number): number[] => (codes[length] ??= new Array<number>(length).fill(0));

/**
 * Bytes as a byte string. Names and link targets are short, so a loop beats a decoder call. All in one call: what is put
 * together from parts takes 300 bytes of heap for 23 characters until somebody reads it, and Dirs and listings keep names.
 */
export const bytesToString = (bytes: Uint8Array, start: number, length: number): string => {
  if (length > 64) return String.fromCharCode.apply(null, bytes.subarray(start, start + length) as unknown as number[]);
  const chars = charsFor(length);
  for (let i = 0; i < length; i++) chars[i] = bytes[start + i] as number;
  return String.fromCharCode.apply(null, chars);
};
