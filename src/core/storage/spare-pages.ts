/**
 * Core layer, storage: pages that files gave back, kept for the next that need one, because memory that the system has
 * to give anew costs two to eight times the copy into it (16 MiB written again and again: 1.0 to 5 ms, so 0.5).
 *
 * Invariant: with what is billed they are never more than data may have, whenever no engine call is running: the bank
 * takes them away as data takes their room. They are not billed: like all garbage they go when V8 collects, here
 * the second time that it does without a file having given or taken one in between.
 */
import { CHUNK_PRICE } from '../cost.js';
import { PAGE_BYTES } from './size-classes.js';

/** Of all volumes together. */
const MOST_PAGES = 1024;
const PAGE_PRICE = PAGE_BYTES + CHUNK_PRICE;

/** Those that have pages, which go with their volumes, and how many pages that was at most. */
const filled = new Set<WeakRef<SparePages>>();
let total = 0;

const collections = new FinalizationRegistry(() => {
  let left = 0;
  for (const one of filled) {
    const pages = one.deref()?.age() ?? 0;
    left += pages;
    if (pages === 0) filled.delete(one);
  }
  total = left;
  if (filled.size > 0) awaitCollection();
});
const awaitCollection = (): void => collections.register({}, undefined);

export class SparePages {
  private readonly pages: Uint8Array[] = [];
  private readonly self = new WeakRef(this);
  private isIdle = false;

  /** Bytes held. */
  get bytes(): number {
    return this.pages.length * PAGE_PRICE;
  }

  /** Keeps a page that no file has any more. The caller tells the bank next, which calls `shrinkTo`. */
  give(page: Uint8Array): void {
    this.isIdle = false;
    if (total === MOST_PAGES) return;
    if (filled.size === 0) awaitCollection();
    filled.add(this.self);
    this.pages.push(page);
    total++;
  }

  /** A page with arbitrary bytes, or undefined. */
  take(): Uint8Array | undefined {
    const page = this.pages.pop();
    if (page !== undefined) total--;
    this.isIdle = false;
    return page;
  }

  /** Lets go of what is more than `room` bytes. */
  shrinkTo(room: number): void {
    while (this.bytes > Math.max(0, room)) this.take();
  }

  /** V8 has collected. Returns how many pages are left. */
  age(): number {
    if (this.isIdle) this.shrinkTo(0);
    this.isIdle = true;
    return this.pages.length;
  }
}
