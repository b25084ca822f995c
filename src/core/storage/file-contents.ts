/**
 * Core layer, storage: the bytes of files. A file is a row of 64 KiB pages,
 * each backed by a chunk or by nothing (a hole).
 *
 * Invariants: a chunk's bytes below the file's size are the file's bytes, bytes
 * of a page beyond its chunk read as zero, bytes at and above the size are
 * arbitrary and zeroed before the size passes over them.
 *
 * `prepare` does all that can fail (reserve, allocate) and leaves the file as
 * it was; `put` then only copies. The three policies of D-MemFS differ in which
 * writes they admit: the pages serve both kinds of access, so a promotion moves
 * no byte and needs no memory.
 */
import { EFBIG, ENOMEM, ENOTSUP } from '../errno.js';
import { fault } from '../fault.js';
import { CONTENT, type InodeTable, STATE } from '../inode.js';
import type { StoragePolicy } from '../options.js';
import type { QuotaBank } from '../quota.js';
import type { Chunks } from './chunks.js';
import { copyBytes } from './copy-bytes.js';
import { FilePages, MAPPED, RANDOM_ACCESS } from './file-pages.js';
import { growth } from './growth.js';
import { PageMap } from './page-map.js';
import { PAGE_BYTES } from './size-classes.js';

/** ext4's limit with 4 KiB blocks. */
export const MAX_FILE_BYTES = 17_592_186_040_320;

export class FileContents extends FilePages {
  constructor(
    inodes: InodeTable,
    chunks: Chunks,
    private readonly bank: QuotaBank,
    policy: StoragePolicy,
    private readonly promotionHardLimit: number,
  ) {
    super(inodes, chunks, policy);
  }

  /**
   * Decides whether a write at `position` is allowed by the storage policy.
   * @throws Fault ENOTSUP for an out-of-order write that may not promote the file, EFBIG past the largest size.
   */
  admit(ino: number, position: number, length: number): void {
    if (position + length > MAX_FILE_BYTES) throw fault(EFBIG);
    const size = this.inodes.size(ino);
    if (position === size || this.inodes.get(ino, STATE) & RANDOM_ACCESS) return;
    if (this.policy === 'sequential' || size > this.promotionHardLimit) throw fault(ENOTSUP);
  }

  /** Records that the file has been written out of order: promoted. */
  promote(ino: number, position: number): void {
    if (position === this.inodes.size(ino)) return;
    this.inodes.set(ino, STATE, this.inodes.get(ino, STATE) | RANDOM_ACCESS);
  }

  /**
   * Makes [position, position + length) writable, so that `put` cannot fail.
   * Bytes between the size and `position` become zeros. The size stays.
   * @throws QuotaFault, GuardFault, Fault ENOMEM; the file is then as before.
   */
  prepare(ino: number, position: number, length: number): void {
    this.thaw(ino);
    const end = position + length;
    const first = Math.floor(position / PAGE_BYTES);
    const last = Math.floor((end - 1) / PAGE_BYTES);
    if (first === last) this.preparePage(ino, first, position - first * PAGE_BYTES, end - first * PAGE_BYTES, length);
    else this.preparePages(ino, first, last, position, end);
    const size = this.inodes.size(ino);
    if (position > size) this.zero(ino, size, position);
  }

  /** Gives [0, length) memory, keeping what is there; the size stays. @throws as `prepare` */
  allocate(ino: number, length: number): void {
    this.thaw(ino);
    if (length > 0) this.preparePages(ino, 0, Math.floor((length - 1) / PAGE_BYTES), length, length);
  }

  /** `admit`, `prepare` and `put` in one, within a chunk that the file has for itself. False, and nothing was done, elsewhere. */
  overwrite(ino: number, position: number, source: Uint8Array, offset: number, length: number): boolean {
    const { inodes, chunks } = this;
    const size = inodes.size(ino);
    if (position > size || position + length > MAX_FILE_BYTES) return false;
    this.thaw(ino);
    const state = inodes.get(ino, STATE);
    if (position < size && (state & RANDOM_ACCESS) === 0) return false;
    const page = Math.floor(position / PAGE_BYTES);
    const from = position - page * PAGE_BYTES;
    const reference = this.page(ino, page);
    if (reference === 0 || from + length > chunks.capacityOf(reference) || chunks.isShared(reference)) return false;
    copyBytes(source, offset, chunks.bytesOf(reference), chunks.offsetOf(reference) + from, length);
    return true;
  }

  /**
   * Sets the size. Shrinking frees; growing makes a hole and needs no memory.
   * @throws QuotaFault when a page is cut that a snapshot holds, and there is no room for what is left of it
   */
  truncate(ino: number, size: number): void {
    if (size > MAX_FILE_BYTES) throw fault(EFBIG);
    this.thaw(ino);
    const old = this.inodes.size(ino);
    if (size > old) this.zero(ino, old, size);
    else if (size < old) this.freePagesAfter(ino, size);
    this.inodes.setSize(ino, size);
  }

  /** Frees all content. */
  free(ino: number): void {
    const content = this.inodes.get(ino, CONTENT);
    const mapped = this.isMapped(ino);
    this.forget(ino);
    this.bank.release(this.freeDetached(content, mapped));
  }

  /** Gives `to` the content of `from`, whose own becomes empty; what `to` had is freed. */
  moveTo(from: number, to: number): void {
    const content = this.inodes.get(to, CONTENT);
    const mapped = this.isMapped(to);
    for (const word of [CONTENT, STATE]) this.inodes.set(to, word, this.inodes.get(from, word));
    this.inodes.setSize(to, this.inodes.size(from));
    this.forget(from);
    this.bank.release(this.freeDetached(content, mapped));
  }

  /** Replaces the content of `to` by that of `from`; the caller has reserved a Plan's `addCopy`. */
  copyTo(from: number, to: number): void {
    const content = this.inodes.get(to, CONTENT);
    const mapped = this.isMapped(to);
    this.forget(to);
    this.shareWith(from, to);
    this.bank.release(this.freeDetached(content, mapped));
  }

  /** Gives the empty file `copy` the content of `ino`. Buffers are shared until written. */
  private shareWith(ino: number, copy: number): void {
    const state = this.inodes.get(ino, STATE);
    if (state & MAPPED) {
      const map = new PageMap();
      this.map(ino).forEach(0, Number.POSITIVE_INFINITY, (page, reference) => map.set(page, this.duplicate(reference)));
      this.inodes.set(copy, CONTENT, this.addMap(map));
    } else {
      const reference = this.inodes.get(ino, CONTENT);
      this.inodes.set(copy, CONTENT, reference === 0 ? 0 : this.duplicate(reference));
    }
    this.inodes.set(copy, STATE, this.initialState() | (state & MAPPED));
    this.inodes.setSize(copy, this.inodes.size(ino));
  }

  private preparePage(ino: number, page: number, from: number, to: number, length: number): void {
    const old = this.page(ino, page);
    const capacity = old === 0 ? 0 : this.chunks.capacityOf(old);
    const shared = old !== 0 && this.chunks.isShared(old);
    if (to <= capacity && !shared) return;
    const table = this.costOfTable(ino, page, page);
    const refund = shared ? this.chunks.refund(old) : 0;
    let wanted = shared ? Math.max(capacity, to) : from === 0 ? to : growth(capacity, to, page, length);
    if (!shared && wanted > to && !this.bank.fits(this.chunks.cost(wanted) + table)) wanted = to;
    const cost = this.chunks.cost(wanted) + table;
    const reserved = this.reserve(cost, refund);
    const fresh = this.takeAll([wanted], reserved, from, to)[0] as number;
    this.settle(cost - reserved, this.adopt(ino, page, fresh, from, to));
  }

  /** The caller puts bytes into all of [position, end), so what was there need not be kept. */
  private preparePages(ino: number, first: number, last: number, position: number, end: number): void {
    const wanted: number[] = [];
    let cost = this.costOfTable(ino, first, last);
    let refund = 0;
    for (let page = first; page <= last; page++) {
      const old = this.page(ino, page);
      const need = Math.min(PAGE_BYTES, end - page * PAGE_BYTES);
      const capacity = old === 0 ? 0 : this.chunks.capacityOf(old);
      const shared = old !== 0 && this.chunks.isShared(old);
      const bytes = need <= capacity && !shared ? 0 : Math.max(need, capacity);
      wanted.push(bytes);
      if (bytes > 0) cost += this.chunks.cost(bytes);
      if (shared) refund += this.chunks.refund(old);
    }
    const reserved = this.reserve(cost, refund);
    const before = first * PAGE_BYTES;
    const fresh = this.takeAll(wanted, reserved, position - before, end - before);
    let freed = 0;
    for (let page = first; page <= last; page++) {
      const reference = fresh[page - first] as number;
      if (reference === 0) continue;
      const start = page * PAGE_BYTES;
      const to = Math.min(PAGE_BYTES, end - start);
      freed += this.adopt(ino, page, reference, Math.min(to, Math.max(0, position - start)), to);
    }
    this.settle(cost - reserved, freed);
  }

  /** Reserves `cost` less what the shared chunks to be replaced have paid already. Returns what was reserved. */
  private reserve(cost: number, refund: number): number {
    const net = Math.max(0, cost - refund);
    if (net > 0) this.bank.reserve(net);
    return net;
  }

  /** Releases what replaced chunks were billed, less the part of it that paid for their copies. */
  private settle(paidByRefund: number, freed: number): void {
    this.bank.release(freed - paidByRefund);
  }

  /**
   * Takes the chunks (0 for none) of pages in a row, whose bytes in [from, to) the caller overwrites, or none of them
   * when the process cannot give the memory after all.
   */
  private takeAll(wanted: readonly number[], reserved: number, from: number, to: number): number[] {
    const held = this.chunks.held();
    const taken: number[] = [];
    try {
      for (const bytes of wanted) {
        const start = taken.length * PAGE_BYTES;
        taken.push(bytes === 0 ? 0 : this.chunks.take(bytes, from <= start && start + bytes <= to));
      }
    } catch {
      for (const reference of taken) if (reference !== 0) this.chunks.give(reference);
      this.bank.cancel(reserved - (this.chunks.held() - held));
      throw fault(ENOMEM);
    }
    return taken;
  }

  /**
   * Puts `fresh` in a page's place: what the old chunk held outside [from, to) is kept, the rest of it reads as zeros.
   * Returns the bytes the old chunk was billed.
   */
  private adopt(ino: number, page: number, fresh: number, from: number, to: number): number {
    const old = this.page(ino, page);
    const bytes = this.chunks.bytesOf(fresh);
    const at = this.chunks.offsetOf(fresh);
    if (this.chunks.isSlab(fresh)) {
      bytes.fill(0, at, at + from);
      bytes.fill(0, at + to, at + this.chunks.capacityOf(fresh));
    }
    if (page > 0) this.ensureMap(ino);
    if (old !== 0) {
      const valid = Math.min(this.chunks.capacityOf(old), Math.max(0, this.inodes.size(ino) - page * PAGE_BYTES));
      const source = this.chunks.bytesOf(old);
      const start = this.chunks.offsetOf(old);
      copyBytes(source, start, bytes, at, Math.min(from, valid));
      if (valid > to) copyBytes(source, start + to, bytes, at + to, valid - to);
    }
    this.setPage(ino, page, fresh);
    return old === 0 ? 0 : this.chunks.give(old);
  }

  /**
   * Zeroes the stored bytes of [from, to), which lie above the size. That is safe in a shared
   * chunk too: whoever shrinks leaves the sharing, so these bytes are above every owner's size or zero.
   */
  private zero(ino: number, from: number, to: number): void {
    const fill = (page: number, reference: number): void => {
      const start = Math.max(0, from - page * PAGE_BYTES);
      const end = Math.min(this.chunks.capacityOf(reference), to - page * PAGE_BYTES);
      if (end <= start) return;
      const at = this.chunks.offsetOf(reference);
      this.chunks.bytesOf(reference).fill(0, at + start, at + end);
    };
    if (this.isMapped(ino)) {
      this.map(ino).forEach(Math.floor(from / PAGE_BYTES), Math.floor((to - 1) / PAGE_BYTES), fill);
      return;
    }
    const reference = this.inodes.get(ino, CONTENT);
    if (reference !== 0) fill(0, reference);
  }

  private freePagesAfter(ino: number, size: number): void {
    const last = size === 0 ? -1 : Math.floor((size - 1) / PAGE_BYTES);
    if (last >= 0) this.shrinkPage(ino, last, size - last * PAGE_BYTES);
    if (this.isMapped(ino)) this.freeMappedPages(ino, last);
    else if (last < 0) {
      const reference = this.inodes.get(ino, CONTENT);
      this.inodes.set(ino, CONTENT, 0);
      if (reference !== 0) this.bank.release(this.chunks.give(reference));
    }
  }

  private freeMappedPages(ino: number, last: number): void {
    const map = this.map(ino);
    const gone: number[] = [];
    map.forEach(last + 1, Number.POSITIVE_INFINITY, (page) => gone.push(page));
    for (const page of gone) {
      this.bank.release(this.chunks.give(map.get(page)));
      map.set(page, 0);
    }
    if (last > 0) {
      this.bank.release(map.dropFrom(last + 1));
      return;
    }
    const index = this.inodes.get(ino, CONTENT);
    this.inodes.set(ino, CONTENT, last < 0 ? 0 : map.get(0));
    this.inodes.set(ino, STATE, this.inodes.get(ino, STATE) & ~MAPPED);
    this.maps[index] = undefined;
    this.unusedMaps.push(index);
    this.bank.release(map.charge());
  }

  /**
   * Moves a page that became much smaller into a smaller chunk where there is room, and a shared one always.
   * @throws as `truncate`; the file is then as before
   */
  private shrinkPage(ino: number, page: number, need: number): void {
    const old = this.page(ino, page);
    if (old === 0) return;
    const capacity = this.chunks.capacityOf(old);
    if (capacity <= need) return;
    const shared = this.chunks.isShared(old);
    if (!shared && (capacity < 2 * need || capacity - need < 64)) return;
    const refund = shared ? this.chunks.refund(old) : 0;
    let wanted = Math.min(need, capacity);
    let net = Math.max(0, this.chunks.cost(wanted) - refund);
    if (!this.bank.tryReserve(net)) {
      if (!shared) return;
      // What a snapshot holds has paid for no copy.
      if (refund === 0) this.bank.reserve(net);
      wanted = capacity;
      net = 0;
    }
    const cost = this.chunks.cost(wanted);
    const fresh = this.takeAll([wanted], net, 0, 0)[0] as number;
    const { chunks } = this;
    const kept = Math.min(need, wanted);
    copyBytes(chunks.bytesOf(old), chunks.offsetOf(old), chunks.bytesOf(fresh), chunks.offsetOf(fresh), kept);
    this.setPage(ino, page, fresh);
    this.settle(cost - net, chunks.give(old));
  }

  /** A second owner of a buffer, or a copy of a slab block. */
  private duplicate(reference: number): number {
    if (!this.chunks.isSlab(reference)) {
      this.chunks.share(reference);
      return reference;
    }
    const capacity = this.chunks.capacityOf(reference);
    const fresh = this.chunks.take(capacity);
    const source = this.chunks.bytesOf(reference);
    copyBytes(
      source,
      this.chunks.offsetOf(reference),
      this.chunks.bytesOf(fresh),
      this.chunks.offsetOf(fresh),
      capacity,
    );
    return fresh;
  }
}
