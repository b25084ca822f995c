/**
 * Core layer: looking below. Finds what a lower directory has, gives it an inode
 * and an entry, and opens lower files for reading.
 *
 * STATE bit LOWER: of a file, its content is below; of a directory, it is
 * *untouched*: names it has no entry for are asked below. A directory without
 * the bit is complete, so a deletion is a missing entry.
 */
import { ENTRY_WORDS, INODE_WORDS } from '../cost.js';
import { Directories } from '../directory.js';
import { STAT_LENGTH, type StatArray } from '../engine.js';
import { ENOENT, ENOSPC, ENOTDIR, ENXIO } from '../errno.js';
import { fault } from '../fault.js';
import { S_IFDIR, S_IFLNK, S_IFREG } from '../flags.js';
import { ATIME, BIRTHTIME, CONTENT, CTIME, GID, LINKS, MODE, MTIME, OWN_ENTRY, STATE, UID } from '../inode.js';
import { NAME_MAX } from '../namei.js';
import { LOWER } from '../storage/file-pages.js';
import { putTime } from '../times.js';
import type { Volume } from '../volume.js';
import type { LowerOptions } from './source.js';
import * as S from './source.js';
import { childPath, type Found, hasNames, isKind, keyOf, type LowerRecord, LowerTable, priceOf } from './table.js';

const NO_ENTRIES: readonly number[] = [];
/** An entry record and its places in the name index. */
const ENTRY_COST = ENTRY_WORDS * 4 + 8;

export class Lower extends LowerTable {
  private readonly stat: StatArray = new Float64Array(STAT_LENGTH);

  constructor(volume: Volume, options: LowerOptions) {
    super(volume, options);
    // Listings give names that no entry was ever made for.
    volume.directories.asciiOnly = false;
  }

  /** True when names that the directory has no entry for are to be asked below. */
  isUntouched(directory: number): boolean {
    return this.volume.inodes.isDirectory(directory) && this.hasBit(directory);
  }

  /** True when the content of the file is below. */
  hasContent(ino: number): boolean {
    return this.volume.inodes.isFile(ino) && this.hasBit(ino);
  }

  private hasBit(ino: number): boolean {
    return (this.volume.inodes.get(ino, STATE) & LOWER) !== 0;
  }

  // ── looking ───────────────────────────────────────────────────────────────

  /** Looks `text[start, end)` up below an untouched directory: its new entry, 0 when there is none, or a negative errno. */
  find(directory: number, text: string, start: number, end: number): number {
    const above = this.records.get(directory);
    // A longer name is judged by who asked, and is nowhere.
    if (above === undefined || end - start > NAME_MAX || !this.isUntouched(directory)) return 0;
    const path = childPath(above.path, text.slice(start, end));
    const error = this.source.lstat(path, this.stat);
    if (error !== 0) return error === -ENOENT || error === -ENOTDIR ? 0 : error;
    return this.place(directory, text, start, end, this.found(path, this.stat), false);
  }

  /** Adds what the stat array does not tell: a link's target. */
  found(path: string, stat: StatArray): Found {
    if (!isKind(stat, S_IFLNK)) return { path, stat, target: '', errno: 0 };
    const target = this.source.readlink(path);
    // An unreadable target (a process's links in /proc) is an error when it is followed, not when it is looked at.
    if (typeof target === 'number' || target === '') return { path, stat, target: '.', errno: -(target || -ENOENT) };
    return { path, stat, target, errno: 0 };
  }

  /** Sorted names of an untouched directory, types alongside. @throws Fault */
  list(directory: number, types?: number[]): string[] {
    const names = this.source.list((this.records.get(directory) as LowerRecord).path, types);
    if (typeof names === 'number') throw fault(-names);
    return names;
  }

  /** True when a directory shows no name. One that cannot be listed counts as full. */
  isEmpty(directory: number): boolean {
    if (!this.volume.directories.isEmpty(directory)) return false;
    if (!this.isUntouched(directory)) return true;
    const names = this.source.list((this.records.get(directory) as LowerRecord).path);
    return typeof names !== 'number' && names.length === 0;
  }

  /** 0, or the negative errno of following a link. */
  linkError(ino: number): number {
    return -(this.records.get(ino)?.errno ?? 0);
  }

  /** Puts the numbers of the lower object over those of the volume. */
  fill(ino: number, out: StatArray): void {
    const record = this.records.get(ino);
    if (record === undefined) return;
    const { inodes } = this.volume;
    out[S.STAT_DEV] = record.dev;
    out[S.STAT_RDEV] = record.rdev;
    out[S.STAT_BLKSIZE] = record.blksize;
    out[S.STAT_INO] = record.ino;
    if (inodes.isFile(ino) && !this.hasBit(ino)) return;
    out[S.STAT_BLOCKS] = record.blocks;
    if (!inodes.isDirectory(ino)) return;
    out[S.STAT_SIZE] = record.size;
    // Some file systems count no subdirectories: 1 then means "unknown".
    if (record.nlink === 1) out[S.STAT_NLINK] = 1;
  }

  // ── making ────────────────────────────────────────────────────────────────

  /**
   * Gives a found object an entry, and an inode unless it has one. Kept ones are drawn from the bank (and may throw),
   * others from the share for lookups, or, when what is open takes all of that, from the room for data. Returns the
   * entry, or -ENOSPC. The caller marks what is kept.
   */
  place(directory: number, text: string, start: number, end: number, found: Found, kept: boolean): number {
    const { inodes, directories, bank, slabs } = this.volume;
    const known = hasNames(found.stat) ? (this.linked.get(keyOf(found.stat)) ?? 0) : 0;
    const cost = this.costOf(known, end - start, found);
    // One more name of something that stays: its directory has to stay with it.
    if (!kept && this.records.get(known)?.kept === true && !this.tryKeep(directory)) return -ENOSPC;
    if (kept) bank.reserve(cost);
    else if (this.cached + cost > this.share ? !bank.tryReserve(cost) : !bank.reserveLookup(cost)) return -ENOSPC;
    const ino = known === 0 ? this.create(found) : known;
    const record = this.records.get(ino) as LowerRecord;
    const entry = directories.add(directory, text, start, end, ino);
    if (known === 0) {
      if (inodes.isDirectory(ino)) inodes.set(ino, OWN_ENTRY, entry);
    } else if (record.hidden > 0) record.hidden--;
    else inodes.add(ino, LINKS, 1);
    if (record.kept) return entry;
    const name = directories.nameReference(entry);
    const more = ENTRY_COST + (name === 0 ? 0 : slabs.capacityOf(name)) + (known === 0 ? this.costOfInode(ino) : 0);
    // A literal has room for what it holds; an array that is pushed to gets room for seventeen.
    record.entries = record.entries.length === 0 ? [entry] : [...record.entries, entry];
    record.cost += more;
    this.count(more);
    return entry;
  }

  /** Bytes to reserve before `place`. */
  private costOf(known: number, nameLength: number, found: Found): number {
    const { inodes, directories, slabs } = this.volume;
    const name = directories.costOfAdd(nameLength);
    if (known !== 0) return name;
    const block = Directories.nameBlock(nameLength);
    const target = found.target.length;
    const extra = target === 0 ? 0 : slabs.costOfBoth(block, target) - slabs.costOfBoth(block, 0);
    return inodes.cost(1) + name + extra + priceOf(found.path.length, hasNames(found.stat));
  }

  private costOfInode(ino: number): number {
    const { inodes, chunks } = this.volume;
    const record = this.records.get(ino) as LowerRecord;
    const target = inodes.isLink(ino) ? chunks.chargeOf(inodes.get(ino, CONTENT)) : 0;
    return INODE_WORDS * 4 + target + this.priceOfRecord(record, ino);
  }

  /** Makes the inode of a found object; the caller has reserved it. */
  private create(found: Found): number {
    const { inodes } = this.volume;
    const { stat } = found;
    const ino = inodes.create(stat[S.STAT_MODE] as number, 0, 0);
    this.adopt(ino, found, undefined);
    const several = hasNames(stat);
    const key = several ? keyOf(stat) : '';
    const gone = several ? (this.unlinked.get(key) ?? 0) : 0;
    const record = this.records.get(ino) as LowerRecord;
    inodes.set(ino, LINKS, Math.max(1, record.nlink - gone));
    record.hidden = inodes.isDirectory(ino) ? 0 : Math.max(0, record.nlink - gone - 1);
    if (several) this.linked.set(key, ino);
    if (inodes.isLink(ino)) this.volume.storeTarget(ino, found.target);
    return ino;
  }

  /** Gives an inode the attributes and the record of a lower object; the caller has reserved the record. */
  adopt(ino: number, found: Found, leads: readonly string[] | undefined): void {
    const { inodes } = this.volume;
    const { stat, path } = found;
    const words = inodes.wordsToWrite(ino);
    const at = inodes.at(ino);
    words[at + MODE] = stat[S.STAT_MODE] as number;
    words[at + UID] = stat[S.STAT_UID] as number;
    words[at + GID] = stat[S.STAT_GID] as number;
    this.copyTimes(ino, stat);
    if (!isKind(stat, S_IFDIR)) inodes.setSize(ino, stat[S.STAT_SIZE] as number);
    if (leads === undefined && (isKind(stat, S_IFREG) || isKind(stat, S_IFDIR))) inodes.set(ino, STATE, LOWER);
    this.bill(priceOf(path.length, hasNames(stat)));
    this.clean.add(ino);
    this.records.set(ino, {
      path,
      dev: stat[S.STAT_DEV] as number,
      ino: stat[S.STAT_INO] as number,
      rdev: stat[S.STAT_RDEV] as number,
      blksize: stat[S.STAT_BLKSIZE] as number,
      blocks: stat[S.STAT_BLOCKS] as number,
      size: stat[S.STAT_SIZE] as number,
      nlink: stat[S.STAT_NLINK] as number,
      hidden: 0,
      kept: false,
      cost: 0,
      entries: NO_ENTRIES,
      handle: -1,
      errno: found.errno,
      leads,
    });
  }

  private copyTimes(ino: number, stat: StatArray): void {
    const { inodes } = this.volume;
    let index = S.STAT_TIMES;
    for (const word of [ATIME, MTIME, CTIME, BIRTHTIME]) {
      putTime(inodes.wordsToWrite(ino), inodes.at(ino) + word, stat[index++] as number, stat[index++] as number);
    }
  }

  // ── content below ─────────────────────────────────────────────────────────

  /** An open lower handle of a file; size and times are brought up to date with it. @throws Fault */
  handleOf(ino: number): number {
    const record = this.records.get(ino) as LowerRecord;
    if (record.handle >= 0) return record.handle;
    const handle = this.source.open(record.path);
    if (handle < 0) throw fault(-handle);
    const error = this.source.fstat(handle, this.stat);
    if (error !== 0 || !isKind(this.stat, S_IFREG)) {
      this.source.close(handle);
      throw fault(error === 0 ? ENXIO : -error);
    }
    this.volume.inodes.setSize(ino, this.stat[S.STAT_SIZE] as number);
    if (!record.kept) this.copyTimes(ino, this.stat);
    record.handle = handle;
    return handle;
  }
}
