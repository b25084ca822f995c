/**
 * Core layer, storage: chunks, the pieces of memory that file contents lie in.
 * A chunk of up to 8 KiB is a slab block, a larger one (up to a page of 64 KiB)
 * a buffer of its own. References are one number: even for a slab block, odd
 * for a buffer, 0 for none (a hole).
 *
 * A buffer may have several files (copies share it until one writes). Each is
 * billed in full, so the copy that a later write makes is paid for already.
 * Slab blocks are not shared between files: copying them is as cheap.
 *
 * A chunk may also be held by snapshots, which are billed for it only when no
 * file has it any more. A chunk with more than one owner is never written.
 * A file and the snapshots that share its record are one owner: the file.
 */
import { ARRAY_PRICE, CHUNK_PRICE, ROUNDING } from '../cost.js';
import type { QuotaBank } from '../quota.js';
import { PAGE_BYTES, SLAB_BLOCK_MAX } from './size-classes.js';
import type { Slabs } from './slabs.js';
import { SparePages } from './spare-pages.js';

const NO_PINS = new Uint32Array(0);
/** Of all volumes that never had a buffer. Nothing is put into them. */
const NO_BUFFERS: (Uint8Array | undefined)[] = [];
const NO_NUMBERS: number[] = [];
const priceOfPins = (count: number): number => (count === 0 ? 0 : Math.ceil(count * 4 * ROUNDING) + ARRAY_PRICE);

export class Chunks {
  private buffers = NO_BUFFERS;
  private unused = NO_NUMBERS;
  /** Files that have each buffer. */
  private files = NO_NUMBERS;
  /** Holds of snapshots on each buffer; later buffers have none. */
  private pins = NO_PINS;
  private billed = 0;
  /** What would be billed if each buffer had one owner. */
  private once = 0;

  constructor(
    private readonly slabs: Slabs,
    private readonly bank: QuotaBank,
    /** Price of a buffer's bookkeeping, bytes. */
    readonly overhead: number = CHUNK_PRICE,
  ) {}

  /** Bytes held outside the slabs, as billed. */
  charge(): number {
    return this.billed + priceOfPins(this.pins.length);
  }

  /** The part of the bill that is for files which share a buffer with others. */
  chargeOfCopies(): number {
    return this.billed - this.once;
  }

  /** False when all chunks are slab blocks. */
  get hasBuffers(): boolean {
    return this.once > 0;
  }

  /** Bytes held in slabs and buffers together. */
  held(): number {
    return this.charge() + this.slabs.charge();
  }

  /** Bytes to reserve before a chunk of `bytes` is taken. */
  cost(bytes: number): number {
    return bytes <= SLAB_BLOCK_MAX ? this.slabs.cost(bytes, 1) : bytes + this.overhead;
  }

  /**
   * Takes a chunk; the caller has reserved `cost(bytes)`. Slab blocks hold arbitrary bytes, and so may a page that the
   * caller overwrites from end to end; other buffers hold zeros.
   */
  take(bytes: number, overwritten = false): number {
    if (bytes <= SLAB_BLOCK_MAX) return this.slabs.take(bytes) * 2;
    const spare = bytes === PAGE_BYTES ? this.bank.spare?.take() : undefined;
    if (!overwritten) spare?.fill(0);
    const buffer = spare ?? new Uint8Array(bytes);
    if (this.buffers === NO_BUFFERS) [this.buffers, this.files, this.unused] = [[], [], []];
    const index = this.unused.pop() ?? this.buffers.length;
    this.buffers[index] = buffer;
    this.files[index] = 1;
    this.billed += bytes + this.overhead;
    this.once += bytes + this.overhead;
    return index * 2 + 1;
  }

  /** Gives a chunk back. Returns the bytes the caller must release. */
  give(reference: number): number {
    if ((reference & 1) === 0) return this.slabs.give(reference >>> 1);
    const index = reference >>> 1;
    this.files[index]--;
    if (this.files[index] === 0 && this.pinsOf(index) > 0) return 0;
    const freed = this.chargeOf(reference);
    this.billed -= freed;
    if (this.files[index] === 0) this.drop(index);
    return freed;
  }

  /** True when a chunk has more than one owner, so that it must not be written. */
  isShared(reference: number): boolean {
    if ((reference & 1) === 0) return this.slabs.extraOwners(reference >>> 1) > 0;
    const index = reference >>> 1;
    return (this.files[index] as number) > 1 || this.pinsOf(index) > 0;
  }

  /** Bytes that `give` would return for a shared chunk: they pay for the copy that takes its place. */
  refund(reference: number): number {
    return reference & 1 && (this.files[reference >>> 1] as number) > 1 ? this.chargeOf(reference) : 0;
  }

  /**
   * Adds a file to a chunk: a copy to a buffer, with `cost(capacityOf(reference))` reserved, or a restored file to a
   * chunk that a snapshot holds, which costs nothing when no file has it.
   */
  share(reference: number): void {
    if ((reference & 1) === 0) {
      this.slabs.share(reference >>> 1);
      return;
    }
    const index = reference >>> 1;
    if ((this.files[index] as number) > 0) this.billed += this.chargeOf(reference);
    this.files[index]++;
  }

  /** Bytes to reserve before `countPins`. */
  costOfPins(): number {
    return priceOfPins(this.buffers.length) - priceOfPins(this.pins.length);
  }

  /** Makes room to count the holds of snapshots on every buffer there is; the caller has reserved `costOfPins`. */
  countPins(): void {
    if (this.buffers.length <= this.pins.length) return;
    const more = new Uint32Array(this.buffers.length);
    more.set(this.pins);
    this.pins = more;
  }

  /** Ends counting, when no buffer is held any more. Returns the bytes the caller must release. */
  forgetPins(): number {
    const freed = priceOfPins(this.pins.length);
    this.pins = NO_PINS;
    return freed;
  }

  /** A snapshot takes hold of the first `count` of these chunks. */
  pinAll(references: Uint32Array, count: number): void {
    const { slabs, pins } = this;
    for (let i = 0; i < count; i++) {
      const reference = references[i] as number;
      if (reference & 1) pins[reference >>> 1]++;
      else slabs.share(reference >>> 1);
    }
  }

  /** Files leave the first `count` of these chunks to a snapshot: blocks count owners of both kinds together. */
  leaveAll(references: Uint32Array, count: number): void {
    for (let i = 0; i < count; i++) {
      const reference = references[i] as number;
      if ((reference & 1) === 0) continue;
      this.pins[reference >>> 1]++;
      this.give(reference);
    }
  }

  /** The reverse: files take the first `count` of these chunks over from a snapshot. */
  takeOverAll(references: Uint32Array, count: number): void {
    for (let i = 0; i < count; i++) {
      const reference = references[i] as number;
      if ((reference & 1) === 0) continue;
      this.share(reference);
      this.pins[reference >>> 1]--;
    }
  }

  /** A snapshot lets go of the first `count` of these chunks. Returns the bytes the caller must release. */
  unpinAll(references: Uint32Array, count: number): number {
    let freed = 0;
    for (let i = 0; i < count; i++) freed += this.unpin(references[i] as number);
    return freed;
  }

  /** `give` for the first `count` of these chunks. */
  giveAll(references: Uint32Array, count: number): void {
    for (let i = 0; i < count; i++) {
      const reference = references[i] as number;
      if (reference & 1) this.give(reference);
      else this.slabs.give(reference >>> 1);
    }
  }

  /** `share` for the first `count` of these chunks. */
  shareAll(references: Uint32Array, count: number): void {
    for (let i = 0; i < count; i++) this.share(references[i] as number);
  }

  private unpin(reference: number): number {
    if ((reference & 1) === 0) return this.slabs.give(reference >>> 1);
    const index = reference >>> 1;
    this.pins[index]--;
    if (this.pinsOf(index) > 0 || (this.files[index] as number) > 0) return 0;
    const freed = this.chargeOf(reference);
    this.billed -= freed;
    this.drop(index);
    return freed;
  }

  /** Files and snapshots that have a buffer, for the audit and for planning. */
  ownersOf(reference: number): { readonly files: number; readonly pins: number } {
    return { files: this.files[reference >>> 1] ?? 0, pins: this.pinsOf(reference >>> 1) };
  }

  /** What would be billed if `files` of each buffer were as many. */
  chargeWith(files: ReadonlyMap<number, number>): number {
    let charge = priceOfPins(this.pins.length);
    this.buffers.forEach((buffer, index) => {
      if (buffer === undefined) return;
      const owners = Math.max(files.get(index * 2 + 1) ?? 0, this.pinsOf(index) > 0 ? 1 : 0);
      charge += owners * (buffer.length + this.overhead);
    });
    return charge;
  }

  private pinsOf(index: number): number {
    return index < this.pins.length ? (this.pins[index] as number) : 0;
  }

  private drop(index: number): void {
    const buffer = this.buffers[index] as Uint8Array;
    this.once -= buffer.length + this.overhead;
    if (buffer.length === PAGE_BYTES) (this.bank.spare ??= new SparePages()).give(buffer);
    this.buffers[index] = undefined;
    this.unused.push(index);
  }

  /** The buffer a chunk lies in. */
  bytesOf(reference: number): Uint8Array {
    return reference & 1 ? (this.buffers[reference >>> 1] as Uint8Array) : this.slabs.bytesOf(reference >>> 1);
  }

  /** Where in `bytesOf` the chunk starts. */
  offsetOf(reference: number): number {
    return reference & 1 ? 0 : this.slabs.offsetOf(reference >>> 1);
  }

  /** Size of the chunk, bytes. */
  capacityOf(reference: number): number {
    return reference & 1
      ? (this.buffers[reference >>> 1] as Uint8Array).length
      : this.slabs.capacityOf(reference >>> 1);
  }

  /** What one chunk is billed: its block or buffer, without its slab's slack. */
  chargeOf(reference: number): number {
    return this.capacityOf(reference) + (reference & 1 ? this.overhead : 0);
  }

  isSlab(reference: number): boolean {
    return (reference & 1) === 0;
  }
}
