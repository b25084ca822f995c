/**
 * Core layer: the plan of an operation that makes several things: counts them
 * without making them, and asks the tables once what they will cost together.
 */
import { LEAF_PAGES, LEAF_PRICE, PAGE_MAP_PRICE } from './cost.js';
import { Directories } from './directory.js';
import { LowerPlan } from './late-engine.js';
import { PAGE_BYTES, SLAB_BLOCK_MAX, sizeClass } from './storage/size-classes.js';
import type { Volume } from './volume.js';

export class Plan {
  inodes = 0;
  private entries = 0;
  private bytes = 0;
  /** Blocks of the first size class, and those of others: most plans have one class, and a Map takes as long as the rest of them. */
  private sizeClass = -1;
  private blocks = 0;
  private others: Map<number, number> | undefined = undefined;

  private lowerInodes = 0;
  private readonly below: LowerPlan | undefined;

  constructor(private readonly volume: Volume) {
    if (volume.lower !== undefined) this.below = new LowerPlan(volume, volume.lower, this);
  }

  addInode(): void {
    this.inodes++;
  }

  addEntry(nameLength: number): void {
    this.entries++;
    this.addName(nameLength);
  }

  /** A new name for an entry that is there. */
  addName(nameLength: number): void {
    const block = Directories.nameBlock(nameLength);
    if (block > 0) this.addChunk(block);
  }

  /** A chunk of up to a page. */
  addChunk(bytes: number): void {
    if (bytes > SLAB_BLOCK_MAX) {
      this.bytes += this.volume.chunks.cost(bytes);
      return;
    }
    const cls = sizeClass(bytes);
    if (this.blocks === 0 || this.sizeClass === cls) {
      this.sizeClass = cls;
      this.blocks++;
      return;
    }
    this.others ??= new Map();
    this.others.set(cls, (this.others.get(cls) ?? 0) + 1);
  }

  /** New content of `size` bytes, written at once. */
  addContent(size: number): void {
    const pages = Math.ceil(size / PAGE_BYTES);
    for (let page = 0; page < pages; page++) this.addChunk(Math.min(PAGE_BYTES, size - page * PAGE_BYTES));
    if (pages > 1) this.bytes += PAGE_MAP_PRICE + Math.ceil(pages / LEAF_PAGES) * LEAF_PRICE;
  }

  /** A copy of a file's content. */
  addCopy(ino: number): void {
    const { contents, chunks } = this.volume;
    this.bytes += contents.mapCharge(ino);
    contents.forEachChunk(ino, (reference) => this.addChunk(chunks.capacityOf(reference)));
  }

  /** Plans that an untouched directory is completed, see lower/plan.ts. @throws Fault */
  complete(directory: number): void {
    this.below?.complete(directory);
  }

  /** Plans that an inode with a lower object is changed. */
  addKeep(ino: number): void {
    this.below?.addKeep(ino);
  }

  /** Bytes of something that is no part of a table. */
  addBytes(bytes: number): void {
    this.bytes += bytes;
  }

  /** An entry and an inode for a lower object. */
  addLower(nameLength: number, targetLength: number, bytes: number): void {
    this.lowerInodes++;
    this.addEntry(nameLength);
    if (targetLength > 0) this.addChunk(targetLength);
    this.bytes += bytes;
  }

  /** Does what was planned about lower objects; to be called first when the plan is applied. */
  apply(): void {
    this.below?.apply();
  }

  /** Bytes to reserve for all of it. */
  cost(): number {
    const { inodes, directories, slabs } = this.volume;
    let cost = this.bytes + inodes.cost(this.inodes + this.lowerInodes) + directories.cost(this.entries);
    if (this.below !== undefined) cost += this.below.cost();
    cost += directories.index.cost(this.entries);
    if (this.blocks > 0) cost += slabs.costOfClass(this.sizeClass, this.blocks);
    for (const [cls, count] of this.others ?? []) cost += slabs.costOfClass(cls, count);
    return cost;
  }
}
