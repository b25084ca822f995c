/**
 * Core layer: the inode table. An inode is the unnamed file object: mode,
 * links, owner, size, times, and where its content is. Records live in columns
 * of words (see record-table.ts); this file owns their layout.
 *
 * Life cycle: `create` → named by entries (`links`) and held by open files
 * (`OPENS`) → freed by the volume when both are 0.
 */
import { INODE_WORDS } from './cost.js';
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from './flags.js';
import { RecordTable } from './record-table.js';
import { type Layout, SHIFT, SLOT_MASK } from './table-price.js';
import { compareTimes, putTime, secondsAt } from './times.js';

/** Word offsets in a record. MODE is never 0 for a live inode. */
export const MODE = 0;
export const LINKS = 1;
export const UID = 2;
export const GID = 3;
const SIZE_LOW = 4;
const SIZE_HIGH = 5;
export const ATIME = 6;
export const MTIME = 8;
export const CTIME = 10;
export const BIRTHTIME = 12;
/** File: counts changes of content. Directory: counts changes of entries. */
export const GENERATION = 14;
/** Open files and directory streams holding this inode. */
export const OPENS = 15;
/** File and link: content reference. Directory: first entry. */
export const CONTENT = 16;
/** Bits of storage/file-pages.ts. */
export const STATE = 17;
/** Directory, which has no size: last entry. */
export const LAST_ENTRY = SIZE_LOW;
/** Directory: the entry that names it (0 for the root and for removed directories). */
export const OWN_ENTRY = SIZE_HIGH;

/** ext4's limit of names. */
export const LINKS_MAX = 65_000;
/** ext4 keeps a target in one block, its terminating zero included. */
export const TARGET_MAX = 4095;

/** The root directory's inode number. */
export const ROOT = 1;
/** Records of a table that has the root and no more: id 0, which is never used, and that. */
const ROOT_RECORDS = 2;
const TWO_32 = 2 ** 32;
const DAY_SECONDS = 86_400;

const LAYOUT: Layout = { words: INODE_WORDS, liveWord: MODE, linkWord: LINKS, uncharged: 1 };

export class InodeTable extends RecordTable {
  private lastMs = Number.NaN;
  private seconds = 0;
  private nanos = 0;
  private held = false;

  constructor(private readonly clock: () => number) {
    super(LAYOUT);
  }

  /** Makes the root of an empty table, which stays small until there is another inode. */
  createRoot(mode: number, uid: number, gid: number): void {
    this.resizeFirst(ROOT_RECORDS);
    this.set(this.create(mode, uid, gid), LINKS, 2);
  }

  /** Makes an inode with all four times now; the caller has reserved `cost(1)`. */
  create(mode: number, uid: number, gid: number): number {
    const ino = this.take();
    const words = this.wordsToWrite(ino);
    const at = this.at(ino);
    words[at + MODE] = mode;
    words[at + UID] = uid;
    words[at + GID] = gid;
    this.tick();
    putTime(words, at + ATIME, this.seconds, this.nanos);
    putTime(words, at + MTIME, this.seconds, this.nanos);
    putTime(words, at + CTIME, this.seconds, this.nanos);
    putTime(words, at + BIRTHTIME, this.seconds, this.nanos);
    return ino;
  }

  /** To be read, and before the next write: see `writable`. */
  wordsOf(ino: number): Uint32Array {
    return this.segments[ino >>> SHIFT] as Uint32Array;
  }

  wordsToWrite(ino: number): Uint32Array {
    return this.writable(ino >>> SHIFT);
  }

  at(ino: number): number {
    return (ino & SLOT_MASK) * INODE_WORDS;
  }

  get(ino: number, word: number): number {
    return (this.segments[ino >>> SHIFT] as Uint32Array)[(ino & SLOT_MASK) * INODE_WORDS + word] as number;
  }

  set(ino: number, word: number, value: number): void {
    this.writable(ino >>> SHIFT)[(ino & SLOT_MASK) * INODE_WORDS + word] = value;
  }

  add(ino: number, word: number, change: number): number {
    const value = this.get(ino, word) + change;
    this.set(ino, word, value);
    return value;
  }

  /** Bytes of a file's content or a link's target. */
  size(ino: number): number {
    const words = this.wordsOf(ino);
    const at = this.at(ino);
    return (words[at + SIZE_HIGH] as number) * TWO_32 + (words[at + SIZE_LOW] as number);
  }

  setSize(ino: number, size: number): void {
    const words = this.wordsToWrite(ino);
    const at = this.at(ino);
    words[at + SIZE_LOW] = size;
    words[at + SIZE_HIGH] = Math.floor(size / TWO_32);
  }

  isDirectory(ino: number): boolean {
    return (this.get(ino, MODE) & S_IFMT) === S_IFDIR;
  }

  isFile(ino: number): boolean {
    return (this.get(ino, MODE) & S_IFMT) === S_IFREG;
  }

  isLink(ino: number): boolean {
    return (this.get(ino, MODE) & S_IFMT) === S_IFLNK;
  }

  /** Sets one time (ATIME, MTIME, …) to now. */
  touch(ino: number, word: number): void {
    this.tick();
    this.stamp(ino, word);
  }

  /** `touch` at the time of the last one, for what one call changes after it: the clock is a third of a rename. */
  stamp(ino: number, word: number): void {
    putTime(this.wordsToWrite(ino), this.at(ino) + word, this.seconds, this.nanos);
  }

  /** mtime and ctime to now: content changed. */
  touchContent(ino: number): void {
    this.tick();
    this.stampContent(ino);
  }

  /** Commits a write that ended at `end`: size, generation, mtime and ctime. */
  wrote(ino: number, end: number): void {
    if (end > this.size(ino)) this.setSize(ino, end);
    this.touchContent(ino);
    this.wordsOf(ino)[this.at(ino) + GENERATION]++;
  }

  /** `touchContent` at the time of the last touch. */
  stampContent(ino: number): void {
    const words = this.wordsToWrite(ino);
    const at = this.at(ino);
    putTime(words, at + MTIME, this.seconds, this.nanos);
    putTime(words, at + CTIME, this.seconds, this.nanos);
  }

  /** atime to now under Linux's default `relatime`: only when it is not newer than mtime and ctime, or a day old. */
  touchAccess(ino: number): void {
    const words = this.wordsOf(ino);
    const at = this.at(ino);
    this.tick();
    const fresh =
      compareTimes(words, at + ATIME, at + MTIME) > 0 &&
      compareTimes(words, at + ATIME, at + CTIME) > 0 &&
      this.seconds - secondsAt(words, at + ATIME) < DAY_SECONDS;
    if (!fresh) putTime(this.wordsToWrite(ino), at + ATIME, this.seconds, this.nanos);
  }

  /** Runs a bulk operation at one time of the clock. */
  atOnce(work: () => void): void {
    this.tick();
    this.held = true;
    try {
      work();
    } finally {
      this.held = false;
    }
  }

  /** Reads the clock, and splits a value it has not given before. */
  private tick(): void {
    if (this.held) return;
    const ms = this.clock();
    if (ms === this.lastMs) return;
    this.lastMs = ms;
    this.seconds = Math.floor(ms / 1000);
    this.nanos = Math.floor((ms - this.seconds * 1000) * 1e6);
  }
}
