/**
 * Core layer, storage: chunks, the pieces of memory that file contents lie in.
 * A chunk of up to 8 KiB is a slab block, a larger one (up to a page of 64 KiB)
 * a buffer of its own. References are one number: even for a slab block, odd
 * for a buffer, 0 for none (a hole).
 *
 * A buffer may have several owners (copies of a file share it until one
 * writes). Each owner is billed in full, so the copy that a later write makes is
 * paid for already. A shared buffer is never written. Slab blocks are not
 * shared: copying them is as cheap.
 */
import { CHUNK_PRICE } from '../cost.js';
import { SLAB_BLOCK_MAX, type Slabs } from './slabs.js';

/** Bytes of one page of a file, the largest chunk. */
export const PAGE_BYTES = 65_536;

export class Chunks {
  private readonly buffers: (Uint8Array | undefined)[] = [];
  private readonly unused: number[] = [];
  /** Owners beyond the first, of shared buffers only. */
  private readonly extraOwners = new Map<number, number>();
  private billed = 0;

  constructor(
    private readonly slabs: Slabs,
    /** Price of a buffer's bookkeeping, bytes. */
    readonly overhead: number = CHUNK_PRICE,
  ) {}

  /** Bytes held outside the slabs, as billed. */
  charge(): number {
    return this.billed;
  }

  /** Bytes held in slabs and buffers together. */
  held(): number {
    return this.billed + this.slabs.charge();
  }

  /** Bytes to reserve before a chunk of `bytes` is taken. */
  cost(bytes: number): number {
    return bytes <= SLAB_BLOCK_MAX ? this.slabs.cost(bytes, 1) : bytes + this.overhead;
  }

  /** Takes a chunk; the caller has reserved `cost(bytes)`. Slab blocks hold arbitrary bytes, buffers zeros. */
  take(bytes: number): number {
    if (bytes <= SLAB_BLOCK_MAX) return this.slabs.take(bytes) * 2;
    const buffer = new Uint8Array(bytes);
    const index = this.unused.pop() ?? this.buffers.length;
    this.buffers[index] = buffer;
    this.billed += bytes + this.overhead;
    return index * 2 + 1;
  }

  /** Gives a chunk back. Returns the bytes the caller must release. */
  give(reference: number): number {
    if ((reference & 1) === 0) return this.slabs.give(reference >>> 1);
    const index = reference >>> 1;
    const freed = (this.buffers[index] as Uint8Array).length + this.overhead;
    this.billed -= freed;
    const extra = this.extraOwners.get(reference);
    if (extra === undefined) {
      this.buffers[index] = undefined;
      this.unused.push(index);
    } else if (extra === 1) this.extraOwners.delete(reference);
    else this.extraOwners.set(reference, extra - 1);
    return freed;
  }

  /** True when a buffer has more than one owner, so that it must not be written. */
  isShared(reference: number): boolean {
    return this.extraOwners.size > 0 && this.extraOwners.has(reference);
  }

  /** Adds an owner to a buffer; the caller has reserved `cost(capacityOf(reference))`. */
  share(reference: number): void {
    this.extraOwners.set(reference, (this.extraOwners.get(reference) ?? 0) + 1);
    this.billed += this.chargeOf(reference);
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
