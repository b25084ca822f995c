/**
 * Core layer, storage: where the pages of a file are. One page is kept in the
 * inode itself, more in a PageMap. This file finds, reads, fills and counts pages;
 * file-contents.ts changes which there are.
 */
import { LEAF_PAGES, LEAF_PRICE, PAGE_MAP_PRICE } from '../cost.js';
import { CONTENT, type InodeTable, STATE } from '../inode.js';
import type { StoragePolicy } from '../options.js';
import type { Chunks } from './chunks.js';
import { copyBytes } from './copy-bytes.js';
import { PageMap } from './page-map.js';
import { PAGE_BYTES } from './size-classes.js';

const BLOCK_BYTES = 4096;
const SECTORS_PER_BLOCK = 8;
/** STATE bits. */
export const MAPPED = 1;
export const RANDOM_ACCESS = 2;
/** A file's content, or a directory's names, are those of the lower object (see ../lower/lower.ts). */
export const LOWER = 4;

/** Of all volumes that never had a file of several pages. Nothing is put into them. */
const NO_MAPS: (PageMap | undefined)[] = [];
const NO_NUMBERS: number[] = [];

export class FilePages {
  protected maps = NO_MAPS;
  protected unusedMaps = NO_NUMBERS;

  constructor(
    protected readonly inodes: InodeTable,
    protected readonly chunks: Chunks,
    protected readonly policy: StoragePolicy,
  ) {}

  /** The chunk reference of a file that lies in one chunk from end to end, or 0: its bytes can be decoded in place. */
  whole(ino: number): number {
    if (this.isMapped(ino)) return 0;
    const reference = this.inodes.get(ino, CONTENT);
    return reference !== 0 && this.inodes.size(ino) <= this.chunks.capacityOf(reference) ? reference : 0;
  }

  /** Bytes billed for the content: chunks and page table. */
  charge(ino: number): number {
    let charge = this.isMapped(ino) ? this.map(ino).charge() : 0;
    this.forEachChunk(ino, (reference) => {
      charge += this.chunks.chargeOf(reference);
    });
    return charge;
  }

  /** Bytes of stored data: the size less the holes between pages. */
  stored(ino: number): number {
    const size = this.inodes.size(ino);
    let bytes = 0;
    this.forEachChunk(ino, (reference, page) => {
      bytes += Math.max(0, Math.min(this.chunks.capacityOf(reference), size - page * PAGE_BYTES));
    });
    return bytes;
  }

  /** `st_blocks`: 512-byte units of the 4 KiB blocks that hold data. */
  blocks(ino: number): number {
    const size = this.inodes.size(ino);
    if (!this.isMapped(ino)) {
      const reference = this.inodes.get(ino, CONTENT);
      if (reference === 0) return 0;
      return sectors(size <= BLOCK_BYTES ? size : Math.min(this.chunks.capacityOf(reference), size));
    }
    // Counted once: a stat of 64 MiB took 7 µs. Within its last block the size makes no difference.
    const map = this.map(ino);
    const end = Math.ceil(size / BLOCK_BYTES);
    if (map.countedTo !== end) {
      map.counted = 0;
      map.forEach(0, Number.POSITIVE_INFINITY, (page, reference) => {
        map.counted += sectors(Math.min(this.chunks.capacityOf(reference), Math.max(0, size - page * PAGE_BYTES)));
      });
      map.countedTo = end;
    }
    return map.counted;
  }

  /** Calls `visit` with every chunk of the file and its page. */
  forEachChunk(ino: number, visit: (reference: number, page: number) => void): void {
    if (this.isMapped(ino)) {
      this.map(ino).forEach(0, Number.POSITIVE_INFINITY, (page, reference) => visit(reference, page));
      return;
    }
    const reference = this.inodes.get(ino, CONTENT);
    if (reference !== 0) visit(reference, 0);
  }

  /** Bytes billed for the file's page table. */
  mapCharge(ino: number): number {
    return this.isMapped(ino) ? this.map(ino).charge() : 0;
  }

  /** Bytes billed for all page tables but those of some inodes. */
  chargeOfMaps(except: Iterable<number>): number {
    let charge = 0;
    for (const map of this.maps) charge += map?.charge() ?? 0;
    for (const ino of except) if (this.inodes.isFile(ino)) charge -= this.mapCharge(ino);
    return charge;
  }

  /** The page tables, in their places, copied, but those of some inodes; the caller has reserved `chargeOfMaps`. */
  copyMaps(except: Iterable<number>): (PageMap | undefined)[] {
    const copies = this.maps.map((map) => map?.copy());
    for (const ino of except)
      if (this.inodes.isFile(ino) && this.isMapped(ino)) {
        copies[this.inodes.get(ino, CONTENT)] = undefined;
      }
    return copies;
  }

  /** The page table of a file of several pages, taken out of its place, or undefined. */
  takeMap(ino: number): PageMap | undefined {
    if (!this.inodes.isFile(ino) || !this.isMapped(ino)) return undefined;
    const map = this.map(ino);
    this.maps[this.inodes.get(ino, CONTENT)] = undefined;
    return map;
  }

  /** The page tables there are, in their places. */
  allMaps(): readonly (PageMap | undefined)[] {
    return this.maps;
  }

  /** The page table of a file of several pages. */
  mapOf(ino: number): PageMap | undefined {
    return this.isMapped(ino) ? this.map(ino) : undefined;
  }

  /** Puts other page tables in the places of all there are. */
  loadMaps(maps: readonly (PageMap | undefined)[]): void {
    this.maps = [...maps];
    this.unusedMaps = maps.flatMap((map, index) => (map === undefined ? [index] : []));
  }

  /** Calls `visit` with what is stored of each page, in the order of the file. */
  forEachStored(ino: number, visit: (page: number, bytes: Uint8Array, start: number, length: number) => void): void {
    const pages: [number, number][] = [];
    this.forEachChunk(ino, (reference, page) => pages.push([page, reference]));
    for (const [page, reference] of pages.sort(([a], [b]) => a - b)) {
      const { chunks } = this;
      const length = Math.min(chunks.capacityOf(reference), this.inodes.size(ino) - page * PAGE_BYTES);
      if (length > 0) visit(page, chunks.bytesOf(reference), chunks.offsetOf(reference), length);
    }
  }

  /** Gives a file a page table that `takeMap` took. */
  putMap(ino: number, map: PageMap): void {
    this.inodes.set(ino, CONTENT, this.addMap(map));
  }

  /** Copies up to `length` bytes from `position` into `target`. Returns the bytes copied, fewer only at the end of the file. */
  read(ino: number, position: number, target: Uint8Array, offset: number, length: number): number {
    const count = Math.min(length, this.inodes.size(ino) - position);
    if (count <= 0) return 0;
    let done = 0;
    while (done < count) {
      const at = position + done;
      const page = Math.floor(at / PAGE_BYTES);
      const from = at - page * PAGE_BYTES;
      const step = Math.min(count - done, PAGE_BYTES - from);
      this.readPage(this.page(ino, page), from, target, offset + done, step);
      done += step;
    }
    return count;
  }

  /** Copies bytes into a prepared range. */
  put(ino: number, position: number, source: Uint8Array, offset: number, length: number): void {
    let done = 0;
    while (done < length) {
      const at = position + done;
      const page = Math.floor(at / PAGE_BYTES);
      const from = at - page * PAGE_BYTES;
      const step = Math.min(length - done, PAGE_BYTES - from);
      const reference = this.page(ino, page);
      copyBytes(source, offset + done, this.chunks.bytesOf(reference), this.chunks.offsetOf(reference) + from, step);
      done += step;
    }
  }

  private readPage(reference: number, from: number, target: Uint8Array, offset: number, length: number): void {
    const capacity = reference === 0 ? 0 : this.chunks.capacityOf(reference);
    const stored = Math.max(0, Math.min(length, capacity - from));
    if (stored > 0) {
      copyBytes(this.chunks.bytesOf(reference), this.chunks.offsetOf(reference) + from, target, offset, stored);
    }
    if (stored < length) target.fill(0, offset + stored, offset + length);
  }

  /** A snapshot that shares the inode's record shares its chunks, too: no owner's count shows it before the record is copied. */
  protected thaw(ino: number): void {
    this.inodes.wordsToWrite(ino);
  }

  protected isMapped(ino: number): boolean {
    return (this.inodes.get(ino, STATE) & MAPPED) !== 0;
  }

  protected map(ino: number): PageMap {
    return this.maps[this.inodes.get(ino, CONTENT)] as PageMap;
  }

  protected page(ino: number, page: number): number {
    if (this.isMapped(ino)) return this.map(ino).get(page);
    return page === 0 ? this.inodes.get(ino, CONTENT) : 0;
  }

  protected setPage(ino: number, page: number, reference: number): void {
    if (this.isMapped(ino)) this.map(ino).set(page, reference);
    else this.inodes.set(ino, CONTENT, reference);
  }

  protected costOfTable(ino: number, first: number, last: number): number {
    if (this.isMapped(ino)) return this.map(ino).missingLeaves(first, last) * LEAF_PRICE;
    if (last === 0) return 0;
    const firstLeaf = Math.floor(first / LEAF_PAGES);
    const own = firstLeaf > 0 && this.inodes.get(ino, CONTENT) !== 0 ? 1 : 0;
    return PAGE_MAP_PRICE + (Math.floor(last / LEAF_PAGES) - firstLeaf + 1 + own) * LEAF_PRICE;
  }

  protected ensureMap(ino: number): void {
    if (this.isMapped(ino)) return;
    const map = new PageMap();
    const reference = this.inodes.get(ino, CONTENT);
    if (reference !== 0) map.set(0, reference);
    this.inodes.set(ino, CONTENT, this.addMap(map));
    this.inodes.set(ino, STATE, this.inodes.get(ino, STATE) | MAPPED);
  }

  protected addMap(map: PageMap): number {
    if (this.maps === NO_MAPS) [this.maps, this.unusedMaps] = [[], []];
    const index = this.unusedMaps.pop() ?? this.maps.length;
    this.maps[index] = map;
    return index;
  }

  protected forget(ino: number): void {
    this.inodes.set(ino, CONTENT, 0);
    this.inodes.set(ino, STATE, this.initialState());
    this.inodes.setSize(ino, 0);
  }

  /** Frees the content of an inode that goes with it. Returns the bytes the caller must release. */
  release(ino: number): number {
    return this.freeDetached(this.inodes.get(ino, CONTENT), this.isMapped(ino));
  }

  protected freeDetached(content: number, mapped: boolean): number {
    if (!mapped) return content === 0 ? 0 : this.chunks.give(content);
    const map = this.maps[content] as PageMap;
    let freed = map.charge();
    map.forEach(0, Number.POSITIVE_INFINITY, (_page, reference) => {
      freed += this.chunks.give(reference);
    });
    this.maps[content] = undefined;
    this.unusedMaps.push(content);
    return freed;
  }

  /** STATE of a new file. */
  initialState(): number {
    return this.policy === 'random-access' ? RANDOM_ACCESS : 0;
  }
}

const sectors = (bytes: number): number => Math.ceil(bytes / BLOCK_BYTES) * SECTORS_PER_BLOCK;
