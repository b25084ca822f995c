/**
 * Core layer, storage: small blocks (names, link targets, small contents)
 * packed into slabs, because an ArrayBuffer for each costs more than the bytes
 * it holds.
 *
 * A slab is one buffer cut into equal blocks of a size class; classes are eight
 * to a doubling, so at most an eighth of a block is unused. A reference is
 * (slab, block) in one number; 0 is none. Free blocks of a slab form a chain
 * through their own first two bytes. Slabs grow with what the class already
 * holds, so a small volume has small slabs.
 *
 * A block may have several owners: the live tree and snapshots. Slabs count
 * them only while there are snapshots; a block with more than one is not written.
 * The counts of a slab are billed before the first of its blocks can be shared,
 * and made when it is.
 *
 * As RecordTable: callers reserve `cost` first and release what `give` returns.
 */
import { ARRAY_PRICE, ROUNDING, SLAB_PRICE } from '../cost.js';
import { blockBytes, blocksOfNext, classBytes, FIRST_SLAB_BYTES, sizeClass } from './size-classes.js';

const BLOCK_BITS = 12;
const BLOCK_MASK = (1 << BLOCK_BITS) - 1;

interface Slab {
  readonly data: Uint8Array;
  readonly sizeClass: number;
  /** Of one block. */
  readonly bytes: number;
  readonly blocks: number;
  readonly index: number;
  /** Free chain: block number + 1, 0 at its end. */
  freeHead: number;
  /** Blocks from here on were never used. */
  fresh: number;
  free: number;
  /** Owners of each block beyond the first; undefined when all have one. */
  owners: Uint16Array | undefined;
  /** Billed for `owners`. */
  counted: boolean;
  previous: Slab | undefined;
  next: Slab | undefined;
}

/** The slabs of one size. */
class SizeClass {
  /** Blocks in all. */
  total = 0;
  free = 0;
  /** Slabs with free blocks. */
  partial: Slab | undefined = undefined;
  /** The one empty slab that may stay. */
  spare: Slab | undefined = undefined;
}

/** Of all sizes and volumes that never had a slab. Nothing is put into them. */
const NO_BLOCKS = new SizeClass();
const NO_CLASSES: (SizeClass | undefined)[] = classBytes.map(() => undefined);
const NO_SLABS: (Slab | undefined)[] = [];
const NO_NUMBERS: number[] = [];

export class Slabs {
  /** By number; there is no slab 0. */
  private slabs = NO_SLABS;
  private unused = NO_NUMBERS;
  private classes = NO_CLASSES;
  private billed = 0;
  /** Price of the counts that no slab is billed for yet. */
  private uncounted = 0;

  /** Bytes held, as billed. */
  charge(): number {
    return this.billed;
  }

  /** What `charge` and `costOfOwners` should be, for the audit. */
  recomputed(): [charge: number, uncounted: number] {
    let charge = 0;
    let uncounted = 0;
    for (const slab of this.slabs) {
      if (slab === undefined) continue;
      charge += priceOf(slab);
      if (!slab.counted) uncounted += ownersPrice(slab);
    }
    return [charge, uncounted];
  }

  /** Blocks in use of each class, for the audit. */
  blocksInUse(): number[] {
    return classBytes.map((_bytes, cls) => this.ofSize(cls).total - this.ofSize(cls).free);
  }

  /** Bytes to reserve before `count` blocks of `bytes` each are taken. */
  cost(bytes: number, count: number): number {
    return this.costOfClass(sizeClass(bytes), count);
  }

  /** Bytes to reserve before two blocks are taken; 0 bytes for none. */
  costOfBoth(a: number, b: number): number {
    if (a > 0 && b > 0 && sizeClass(a) === sizeClass(b)) return this.cost(a, 2);
    return (a > 0 ? this.cost(a, 1) : 0) + (b > 0 ? this.cost(b, 1) : 0);
  }

  /** `cost` by size class. */
  costOfClass(cls: number, count: number): number {
    const size = this.ofSize(cls);
    let { total } = size;
    let missing = count - size.free;
    let cost = 0;
    while (missing > 0) {
      const blocks = blocksOfNext(cls, total);
      cost += slabPrice(cls, blocks);
      total += blocks;
      missing -= blocks;
    }
    return cost;
  }

  /** Takes a block of at least `bytes`; the caller has reserved `cost(bytes, 1)`. Its content is arbitrary. */
  take(bytes: number): number {
    const cls = sizeClass(bytes);
    const slab = this.ofSize(cls).partial ?? this.create(cls);
    const size = this.ofSize(cls);
    if (slab === size.spare) size.spare = undefined;
    let block: number;
    if (slab.freeHead === 0) {
      block = slab.fresh++;
    } else {
      block = slab.freeHead - 1;
      const at = block * slab.bytes;
      slab.freeHead = (slab.data[at] as number) | ((slab.data[at + 1] as number) << 8);
    }
    slab.free--;
    size.free--;
    if (slab.free === 0) this.unlink(slab);
    return slab.index * (BLOCK_MASK + 1) + block;
  }

  /** Gives a block back. Returns the bytes the caller must release. */
  give(reference: number): number {
    const slab = this.slabs[reference >>> BLOCK_BITS] as Slab;
    const block = reference & BLOCK_MASK;
    if (slab.owners !== undefined && (slab.owners[block] as number) > 0) {
      slab.owners[block]--;
      return 0;
    }
    const at = block * slab.bytes;
    slab.data[at] = slab.freeHead & 255;
    slab.data[at + 1] = slab.freeHead >>> 8;
    slab.freeHead = block + 1;
    if (slab.free === 0) this.link(slab);
    slab.free++;
    const size = this.ofSize(slab.sizeClass);
    size.free++;
    if (slab.free === slab.blocks) return this.retire(slab);
    const { spare } = size;
    return spare === undefined ? 0 : this.retire(spare);
  }

  /** Owners of a block beyond the first. */
  extraOwners(reference: number): number {
    return this.slab(reference).owners?.[reference & BLOCK_MASK] ?? 0;
  }

  /** Adds an owner to a block of a slab that is billed for counting them. */
  share(reference: number): void {
    const slab = this.slab(reference);
    slab.owners ??= new Uint16Array(slab.blocks);
    slab.owners[reference & BLOCK_MASK]++;
  }

  /** Bytes to reserve before `countOwners`. */
  costOfOwners(): number {
    return this.uncounted;
  }

  /** Lets every slab there is count the owners of its blocks; the caller has reserved `costOfOwners`. */
  countOwners(): void {
    for (const slab of this.slabs) {
      if (slab !== undefined) slab.counted = true;
    }
    this.billed += this.uncounted;
    this.uncounted = 0;
  }

  /** Ends counting where no block has a second owner any more. Returns the bytes the caller must release. */
  forgetOwners(): number {
    const before = this.billed;
    for (const slab of this.slabs) {
      // A file that was open at a restore may still share its block with the restored one.
      if (slab?.counted !== true || hasShared(slab.owners)) continue;
      this.billed -= ownersPrice(slab);
      this.uncounted += ownersPrice(slab);
      slab.owners = undefined;
      slab.counted = false;
    }
    return before - this.billed;
  }

  /** What would be billed if these blocks, which have one owner each, were given back and no empty slab kept. */
  chargeWithout(references: Iterable<number>): number {
    const freed = new Map<number, number>();
    for (const reference of references) {
      const index = reference >>> BLOCK_BITS;
      freed.set(index, (freed.get(index) ?? 0) + 1);
    }
    let charge = this.billed;
    for (const slab of this.slabs) {
      if (slab !== undefined && slab.free + (freed.get(slab.index) ?? 0) === slab.blocks) charge -= priceOf(slab);
    }
    return charge;
  }

  /** Drops the empty slabs that were kept for what comes next. Returns the bytes the caller must release. */
  trim(): number {
    const before = this.billed;
    for (const size of this.classes) {
      if (size?.spare !== undefined) this.drop(size.spare);
    }
    return before - this.billed;
  }

  /** The buffer a block lies in. */
  bytesOf(reference: number): Uint8Array {
    return this.slab(reference).data;
  }

  /** Where in `bytesOf` the block starts. */
  offsetOf(reference: number): number {
    return (reference & BLOCK_MASK) * this.capacityOf(reference);
  }

  /** Size of the block, bytes. */
  capacityOf(reference: number): number {
    return this.slab(reference).bytes;
  }

  private slab(reference: number): Slab {
    return this.slabs[reference >>> BLOCK_BITS] as Slab;
  }

  private ofSize(cls: number): SizeClass {
    return this.classes[cls] ?? NO_BLOCKS;
  }

  private create(cls: number): Slab {
    if (this.slabs === NO_SLABS) {
      [this.slabs, this.unused] = [[undefined], []];
      this.classes = NO_CLASSES.slice();
    }
    const size = (this.classes[cls] ??= new SizeClass());
    const blocks = blocksOfNext(cls, size.total);
    const index = this.unused.pop() ?? this.slabs.length;
    const slab: Slab = {
      data: new Uint8Array(blocks * blockBytes(cls)),
      sizeClass: cls,
      bytes: blockBytes(cls),
      blocks,
      index,
      freeHead: 0,
      fresh: 0,
      free: blocks,
      owners: undefined,
      counted: false,
      previous: undefined,
      next: undefined,
    };
    this.slabs[index] = slab;
    size.total += blocks;
    size.free += blocks;
    this.billed += slabPrice(cls, blocks);
    this.uncounted += ownersPrice(slab);
    this.link(slab);
    return slab;
  }

  /**
   * Drops an empty slab, but keeps one as long as the class has no other free block, so that create/delete at a border
   * stays cheap. Not one of the smallest: a copy that was refused in a small volume leaves no bill.
   */
  private retire(slab: Slab): number {
    const size = this.ofSize(slab.sizeClass);
    if (slab.data.length > FIRST_SLAB_BYTES && size.free === slab.blocks && size.total > size.free) {
      size.spare = slab;
      return 0;
    }
    const price = this.drop(slab);
    const { spare } = size;
    return spare === undefined ? price : price + this.retire(spare);
  }

  private drop(slab: Slab): number {
    const size = this.ofSize(slab.sizeClass);
    if (size.spare === slab) size.spare = undefined;
    this.unlink(slab);
    this.slabs[slab.index] = undefined;
    this.unused.push(slab.index);
    size.total -= slab.blocks;
    size.free -= slab.blocks;
    const price = priceOf(slab);
    this.billed -= price;
    if (!slab.counted) this.uncounted -= ownersPrice(slab);
    return price;
  }

  private link(slab: Slab): void {
    const size = this.ofSize(slab.sizeClass);
    const head = size.partial;
    slab.next = head;
    slab.previous = undefined;
    if (head !== undefined) head.previous = slab;
    size.partial = slab;
  }

  private unlink(slab: Slab): void {
    if (slab.previous === undefined) this.ofSize(slab.sizeClass).partial = slab.next;
    else slab.previous.next = slab.next;
    if (slab.next !== undefined) slab.next.previous = slab.previous;
    slab.previous = undefined;
    slab.next = undefined;
  }
}

const hasShared = (owners: Uint16Array | undefined): boolean => {
  const { length } = owners ?? [];
  for (let block = 0; block < length; block++) if (owners?.[block] !== 0) return true;
  return false;
};

const ownersPrice = (slab: Slab): number => Math.ceil(slab.blocks * 2 * ROUNDING) + ARRAY_PRICE;

const priceOf = (slab: Slab): number => slabPrice(slab.sizeClass, slab.blocks) + (slab.counted ? ownersPrice(slab) : 0);

const slabPrice = (cls: number, blocks: number): number => Math.ceil(blocks * blockBytes(cls) * ROUNDING) + SLAB_PRICE;
