/**
 * Core layer, storage: the page table of a file larger than one page. Leaves of
 * 64 page references, made when a page in their range is first written, so a
 * hole of any size costs nothing and every access is O(1).
 */
import { LEAF_PAGES, LEAF_PRICE, PAGE_MAP_PRICE } from '../cost.js';

export class PageMap {
  private readonly leaves = new Map<number, Uint32Array>();
  private lastIndex = -1;
  private lastLeaf: Uint32Array | undefined = undefined;
  /** `st_blocks` of its file, counted while that ended in block `countedTo`; -1 when it is to be counted again. */
  counted = 0;
  countedTo = -1;

  /** A map of the same chunks; the caller has reserved `charge`. */
  copy(): PageMap {
    const copy = new PageMap();
    for (const [index, leaf] of this.leaves) copy.leaves.set(index, leaf.slice());
    return copy;
  }

  /** Bytes held, as billed. */
  charge(): number {
    return PAGE_MAP_PRICE + this.leaves.size * LEAF_PRICE;
  }

  /** Chunk reference of a page, 0 for a hole. */
  get(page: number): number {
    const leaf = this.leaf(Math.floor(page / LEAF_PAGES));
    return leaf === undefined ? 0 : (leaf[page % LEAF_PAGES] as number);
  }

  /** Leaves that must be made before pages [first, last] can be set. */
  missingLeaves(first: number, last: number): number {
    let missing = 0;
    for (let index = Math.floor(first / LEAF_PAGES); index <= Math.floor(last / LEAF_PAGES); index++) {
      if (!this.leaves.has(index)) missing++;
    }
    return missing;
  }

  /** Sets a page's chunk; the caller has reserved LEAF_PRICE for a leaf that is not there. */
  set(page: number, reference: number): void {
    const index = Math.floor(page / LEAF_PAGES);
    let leaf = this.leaf(index);
    if (leaf === undefined) {
      leaf = new Uint32Array(LEAF_PAGES);
      this.leaves.set(index, leaf);
      this.lastIndex = index;
      this.lastLeaf = leaf;
    }
    leaf[page % LEAF_PAGES] = reference;
    this.countedTo = -1;
  }

  /** Calls `visit` for every page in [first, last] that has a chunk, in no particular order. */
  forEach(first: number, last: number, visit: (page: number, reference: number) => void): void {
    for (const [index, leaf] of this.leaves) {
      const base = index * LEAF_PAGES;
      if (base + LEAF_PAGES <= first || base > last) continue;
      const end = Math.min(LEAF_PAGES - 1, last - base);
      for (let i = Math.max(0, first - base); i <= end; i++) {
        const reference = leaf[i] as number;
        if (reference !== 0) visit(base + i, reference);
      }
    }
  }

  /** Calls `visit` with lists of chunk references, whose first `count` are meant. */
  visitLeaves(visit: (references: Uint32Array, count: number) => void): void {
    for (const leaf of this.leaves.values()) {
      const references = leaf.filter((reference) => reference !== 0);
      visit(references, references.length);
    }
  }

  /** Drops the leaves that only cover pages from `page` on. Returns the bytes the caller must release. */
  dropFrom(page: number): number {
    let freed = 0;
    for (const index of this.leaves.keys()) {
      if (index * LEAF_PAGES < page) continue;
      this.leaves.delete(index);
      freed += LEAF_PRICE;
    }
    this.lastIndex = -1;
    this.lastLeaf = undefined;
    return freed;
  }

  private leaf(index: number): Uint32Array | undefined {
    if (index === this.lastIndex) return this.lastLeaf;
    const leaf = this.leaves.get(index);
    this.lastIndex = index;
    this.lastLeaf = leaf;
    return leaf;
  }
}
