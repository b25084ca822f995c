/**
 * Core layer: the records of inodes that have a lower object behind them, and
 * what may be forgotten of them.
 *
 * Invariants: a record is *kept* when its inode may not be forgotten (changed,
 * or in or above a complete directory), and whatever is above it is kept too.
 * `cached` is the sum of the costs of the others; it stays within `share`, a part
 * of the quota that data may not take (`bank.withheld`). Forgetting happens
 * between engine calls only (`sweep`), since a call holds what it looked up.
 */
import { LOWER_LINK_PRICE, LOWER_PRICE } from '../cost.js';
import type { StatArray } from '../engine.js';
import { S_IFDIR, S_IFMT } from '../flags.js';
import { CONTENT, OPENS, OWN_ENTRY } from '../inode.js';
import type { Volume } from '../volume.js';
import type { LowerOptions, LowerSource } from './source.js';
import { STAT_DEV, STAT_INO, STAT_MODE, STAT_NLINK } from './source.js';

const KIB = 1024;

export interface LowerRecord {
  /** Where the object is below, a byte string; renames here do not change it. */
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
  readonly rdev: number;
  readonly blksize: number;
  readonly blocks: number;
  /** Of a directory; that of others is in their inode, which they may grow in. */
  readonly size: number;
  /** Its links below when it was seen. */
  readonly nlink: number;
  /** Of these, names that no entry stands for yet. */
  hidden: number;
  kept: boolean;
  /** Bytes in `cached` while it is not kept. */
  cost: number;
  /** Its entries while it is not kept. */
  entries: readonly number[];
  /** Open lower handle, or -1. */
  handle: number;
  /** Why the target of a link could not be read, else 0. */
  readonly errno: number;
  /** Of a directory that only leads to roots: the names of those below it. */
  readonly leads: readonly string[] | undefined;
}

/** What was found below: the stat array, and a link's target or the errno of reading it. */
export interface Found {
  readonly path: string;
  readonly stat: StatArray;
  readonly target: string;
  readonly errno: number;
}

export const childPath = (directory: string, name: string): string =>
  directory === '/' ? `/${name}` : `${directory}/${name}`;

export const keyOf = (stat: StatArray): string => `${stat[STAT_DEV]}:${stat[STAT_INO]}`;
export const isKind = (stat: StatArray, kind: number): boolean => ((stat[STAT_MODE] as number) & S_IFMT) === kind;
/** Whether the object may have further names. */
export const hasNames = (stat: StatArray): boolean => (stat[STAT_NLINK] as number) > 1 && !isKind(stat, S_IFDIR);

export class LowerTable {
  readonly source: LowerSource;
  readonly roots: readonly string[];
  readonly records = new Map<number, LowerRecord>();
  /** Lower objects with several names, by device and inode number. */
  readonly linked = new Map<string, number>();
  /** Names of such objects that were removed before the object was ever seen. */
  readonly unlinked = new Map<string, number>();
  /** Bytes of the quota kept for lookups. */
  share = 0;
  /** Bytes of what can be forgotten. */
  cached = 0;
  protected readonly clean = new Set<number>();
  private readonly lookups: number | undefined;
  private billed = 0;

  constructor(
    protected readonly volume: Volume,
    options: LowerOptions,
  ) {
    this.source = options.source;
    this.roots = options.roots;
    this.lookups = options.lookups;
    this.divide();
  }

  /** Sets the part for lookups by the quota's limit. */
  divide(): void {
    const { limit } = this.volume.bank;
    const standard = Math.min(16 * KIB * KIB, Math.max(128 * KIB, limit / 16));
    this.share = Math.floor(Math.min(this.lookups ?? standard, limit / 2));
    this.count(0);
  }

  /** Bytes billed for records. */
  charge(): number {
    return this.billed;
  }

  /** Bytes billed for the record of an inode, 0 when it has none. */
  priceOf(ino: number): number {
    const record = this.records.get(ino);
    return record === undefined ? 0 : this.priceOfRecord(record, ino);
  }

  protected priceOfRecord(record: LowerRecord, ino: number): number {
    return priceOf(record.path.length, record.nlink > 1 && !this.volume.inodes.isDirectory(ino));
  }

  /** Those of the inodes, and of all above them, that could still be forgotten. */
  forgettable(inos: readonly number[]): Set<number> {
    const { inodes, directories } = this.volume;
    const found = new Set<number>();
    const pending = [...inos];
    for (let ino = pending.pop(); ino !== undefined; ino = pending.pop()) {
      const record = this.records.get(ino);
      if (record === undefined || record.kept || found.has(ino)) continue;
      found.add(ino);
      if (inodes.isDirectory(ino)) pending.push(directories.parent(inodes.get(ino, OWN_ENTRY)));
      else for (const entry of record.entries) pending.push(directories.parent(entry));
    }
    return found;
  }

  /** For the audit: true when the inode is not among those that may be forgotten. */
  isKept(ino: number): boolean {
    return !this.clean.has(ino);
  }

  /** The directory that a directory is in. */
  parentsOf(ino: number): number[] {
    const { inodes, directories } = this.volume;
    const entry = inodes.isDirectory(ino) ? inodes.get(ino, OWN_ENTRY) : 0;
    return entry === 0 ? [] : [directories.parent(entry)];
  }

  /** Bytes that become data's when these inodes are kept. */
  costOfKeeping(inos: Iterable<number>): number {
    let bytes = 0;
    for (const ino of inos) bytes += this.records.get(ino)?.cost ?? 0;
    return bytes;
  }

  /** Marks inodes as staying; the caller has seen that their cost fits into data's part. */
  markKept(inos: Iterable<number>): void {
    for (const ino of inos) {
      const record = this.records.get(ino);
      if (record === undefined || record.kept) continue;
      record.kept = true;
      this.count(-record.cost);
      record.cost = 0;
      record.entries = [];
      this.clean.delete(ino);
    }
  }

  /** Keeps an inode that is about to change. @throws QuotaFault, and it is as before */
  keep(ino: number): void {
    if (this.records.get(ino)?.kept !== false) return;
    const inos = this.forgettable([ino]);
    const bytes = this.costOfKeeping(inos);
    this.volume.bank.reserve(bytes);
    this.volume.bank.cancel(bytes);
    this.markKept(inos);
  }

  protected tryKeep(ino: number): boolean {
    const inos = this.forgettable([ino]);
    if (!this.volume.bank.fits(this.costOfKeeping(inos))) return false;
    this.markKept(inos);
    return true;
  }

  /** Makes room for lookups, before an engine call. */
  sweep(): void {
    const { limit, margin, used } = this.volume.bank;
    const starved = limit - margin - used < this.share / 4;
    if (this.cached <= this.share / 2 && !starved) return;
    const goal = starved ? 0 : this.share / 4;
    for (const ino of this.clean) {
      if (this.cached <= goal) return;
      if (this.canForget(ino)) this.evict(ino);
    }
  }

  private canForget(ino: number): boolean {
    const { inodes, directories, events } = this.volume;
    if (inodes.get(ino, OPENS) !== 0 || events.isWatched(ino)) return false;
    return !inodes.isDirectory(ino) || directories.isEmpty(ino);
  }

  private evict(ino: number): void {
    const { inodes, directories, chunks, bank, listing } = this.volume;
    for (const entry of (this.records.get(ino) as LowerRecord).entries) bank.release(directories.remove(entry));
    if (inodes.isLink(ino)) bank.release(chunks.give(inodes.get(ino, CONTENT)));
    listing.forget(ino);
    this.forget(ino);
    bank.release(inodes.give(ino));
  }

  /** Drops the record of an inode that is being freed. */
  forget(ino: number): void {
    const record = this.records.get(ino);
    if (record === undefined) return;
    this.closeHandle(record);
    const price = this.priceOfRecord(record, ino);
    this.records.delete(ino);
    this.clean.delete(ino);
    const key = `${record.dev}:${record.ino}`;
    if (this.linked.get(key) === ino) this.linked.delete(key);
    this.count(-record.cost);
    this.bill(-price);
    this.volume.bank.release(price);
  }

  /** Remembers that one name of an object that has no inode here is gone; the caller has reserved LOWER_LINK_PRICE. */
  noteUnlinked(key: string): void {
    const gone = this.unlinked.get(key) ?? 0;
    this.unlinked.set(key, gone + 1);
    if (gone === 0) this.bill(LOWER_LINK_PRICE);
    else this.volume.bank.release(LOWER_LINK_PRICE);
  }

  forgetAllUnlinked(): void {
    const bytes = this.unlinked.size * LOWER_LINK_PRICE;
    this.unlinked.clear();
    this.bill(-bytes);
    this.volume.bank.release(bytes);
  }

  protected count(bytes: number): void {
    this.cached += bytes;
    this.volume.bank.withheld = Math.max(0, this.share - this.cached);
  }

  protected bill(bytes: number): void {
    this.billed += bytes;
  }

  closeHandle(record: LowerRecord | undefined): void {
    if (record === undefined || record.handle < 0) return;
    this.source.close(record.handle);
    record.handle = -1;
  }

  /** Closes the lower handle of an inode that nothing holds open. */
  unheld(ino: number): void {
    if (this.volume.inodes.get(ino, OPENS) === 0) this.closeHandle(this.records.get(ino));
  }
}

/** Bytes billed for a record. */
export const priceOf = (pathLength: number, several: boolean): number =>
  LOWER_PRICE + pathLength + (several ? LOWER_LINK_PRICE : 0);
