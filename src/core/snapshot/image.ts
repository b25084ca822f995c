/**
 * Core layer, snapshots: images. An image is the tree of a volume at one
 * moment: a copy of its tables, and one more owner of every chunk they refer to.
 *
 * Invariants: the columns of an image are never written, so images share those
 * that are equal; no record of an image is held open; each image has one hold
 * on a chunk for each of its records that refer to it. What images hold is
 * billed to the volume: their columns and page tables here, the chunks that no
 * file has any more by `Chunks`.
 */
import { ARRAY_PRICE, IMAGE_PRICE, INODE_WORDS, ROUNDING } from '../cost.js';
import { EMLINK, ENOMEM } from '../errno.js';
import { fault } from '../fault.js';
import { CONTENT, LINKS, OPENS, STATE } from '../inode.js';
import type { IndexState } from '../name-index.js';
import type { TableState } from '../record-table.js';
import type { PageMap } from '../storage/page-map.js';
import type { Volume } from '../volume.js';
import { heldInodes } from './held.js';
import { visitColumns, visitMaps } from './references.js';

/** Owners of a block are counted in sixteen bits. */
const IMAGES_MAX = 65_000;

export interface Image {
  readonly inodes: TableState;
  readonly entries: TableState;
  readonly index: IndexState;
  /** Page tables, where CONTENT of the files of several pages says. */
  readonly maps: readonly (PageMap | undefined)[];
  /** Records of inodes that had no name, only holders. They have no content here. */
  readonly unnamed: readonly number[];
  /** Bytes billed for its buffers, each as often as a file has it. */
  buffers: number;
}

/** Bytes a column is billed, with its place in lists. */
const priceOf = (column: Uint32Array): number =>
  column.length === 0 ? 0 : Math.ceil(column.length * 4 * ROUNDING) + ARRAY_PRICE + 96;

export class Images {
  private readonly images = new Set<Image>();
  /** How many images have a column. */
  private readonly holders = new Map<Uint32Array, number>();
  /** The image that most columns are likely to be equal to. */
  private nearest: Image | undefined;
  private billed = 0;

  constructor(private readonly volume: Volume) {}

  /** Bytes of columns and page tables, as billed. */
  charge(): number {
    return this.billed;
  }

  has(image: Image): boolean {
    return this.images.has(image);
  }

  values(): Iterable<Image> {
    return this.images;
  }

  /** The volume is now as this image. */
  restored(image: Image): void {
    this.nearest = image;
  }

  /** @throws QuotaFault, GuardFault, Fault ENOMEM, or EMLINK when there are 65,000; nothing has changed then */
  take(): Image {
    const { inodes, directories, contents, slabs, chunks, bank } = this.volume;
    if (this.images.size >= IMAGES_MAX) throw fault(EMLINK);
    const { nearest } = this;
    const equal = [
      equalColumns(inodes.segments, nearest?.inodes.segments),
      equalColumns(directories.segments, nearest?.entries.segments),
      equalColumns(directories.index.segments, nearest?.index.segments),
    ] as const;
    const held = heldInodes(this.volume);
    const unnamed = [...held].filter((ino) => inodes.get(ino, LINKS) === 0);
    const tables = IMAGE_PRICE + contents.chargeOfMaps(unnamed) + missing(inodes.segments, equal[0]);
    const cost = tables + missing(directories.segments, equal[1]) + missing(directories.index.segments, equal[2]);
    const counts = slabs.costOfOwners() + chunks.costOfPins();
    bank.reserve(cost + counts);
    const before = chunks.held();
    let image: Image;
    try {
      image = {
        inodes: inodes.save(copies(inodes.segments, equal[0])),
        entries: directories.save(copies(directories.segments, equal[1])),
        index: directories.index.save(copies(directories.index.segments, equal[2])),
        maps: contents.copyMaps(unnamed),
        unnamed,
        buffers: 0,
      };
      slabs.countOwners();
      chunks.countPins();
    } catch {
      bank.cancel(cost + counts - (chunks.held() - before));
      throw fault(ENOMEM);
    }
    // Nobody can have the column of a held record yet: elsewhere that record is not held.
    for (const ino of held) release(image, ino);
    for (const ino of image.unnamed) strip(image, ino);
    this.billed += cost;
    this.images.add(image);
    this.nearest = image;
    for (const column of columnsOf(image)) this.holders.set(column, (this.holders.get(column) ?? 0) + 1);
    visitReferences(image, (references, count) => {
      image.buffers += chunks.pinAll(references, count);
    });
    return image;
  }

  /** Gives back everything that only this image has. */
  drop(image: Image): void {
    const { chunks, bank } = this.volume;
    this.images.delete(image);
    if (this.nearest === image) this.nearest = [...this.images].at(-1);
    let own = IMAGE_PRICE;
    for (const map of image.maps) own += map?.charge() ?? 0;
    for (const column of columnsOf(image)) {
      const left = (this.holders.get(column) as number) - 1;
      if (left > 0) this.holders.set(column, left);
      else {
        this.holders.delete(column);
        own += priceOf(column);
      }
    }
    this.billed -= own;
    let freed = own;
    visitReferences(image, (references, count) => {
      freed += chunks.unpinAll(references, count);
    });
    bank.release(freed + this.uncount());
  }

  /** What the bill should be, from the images themselves. */
  recomputed(): number {
    const columns = new Set<Uint32Array>();
    let sum = 0;
    for (const image of this.images) {
      sum += IMAGE_PRICE;
      for (const map of image.maps) sum += map?.charge() ?? 0;
      for (const column of columnsOf(image)) columns.add(column);
    }
    for (const column of columns) sum += priceOf(column);
    return sum;
  }

  /** Without images there are no owners to count. Returns the bytes to release. */
  private uncount(): number {
    const { slabs, chunks } = this.volume;
    return this.images.size > 0 ? 0 : slabs.forgetOwners() + chunks.forgetPins();
  }
}

/** Visits each chunk once for each record of the image that refers to it. */
export const visitReferences = (image: Image, visit: (references: Uint32Array, count: number) => void): void => {
  visitColumns({ inodes: image.inodes.segments, entries: image.entries.segments }, visit);
  visitMaps(image.maps, visit);
};

/** Bytes billed for an image that shares nothing with others. */
export const chargeOfImage = (image: Image): number => {
  let sum = IMAGE_PRICE;
  for (const column of columnsOf(image)) sum += priceOf(column);
  for (const map of image.maps) sum += map?.charge() ?? 0;
  return sum;
};

const columnsOf = (image: Image): Uint32Array[] =>
  [...image.inodes.segments, ...image.entries.segments, ...image.index.segments].filter((each) => each.length > 0);

/** The columns of `known` that are equal to those in their places. */
const equalColumns = (
  columns: readonly Uint32Array[],
  known: readonly Uint32Array[] = [],
): readonly (Uint32Array | undefined)[] =>
  columns.map((column, index) => {
    const other = known[index];
    return other !== undefined && isEqual(column, other) ? other : undefined;
  });

export const isEqual = (a: Uint32Array, b: Uint32Array): boolean => {
  const { length } = a;
  if (b.length !== length) return false;
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false;
  return true;
};

const missing = (columns: readonly Uint32Array[], equal: readonly (Uint32Array | undefined)[]): number => {
  let cost = 0;
  columns.forEach((column, index) => {
    if (equal[index] === undefined) cost += priceOf(column);
  });
  return cost;
};

const copies = (columns: readonly Uint32Array[], equal: readonly (Uint32Array | undefined)[]): Uint32Array[] =>
  columns.map((column, index) => equal[index] ?? column.slice());

const release = (image: Image, ino: number): void => {
  (image.inodes.segments[ino >>> 8] as Uint32Array)[(ino & 255) * INODE_WORDS + OPENS] = 0;
};

const strip = (image: Image, ino: number): void => {
  const words = image.inodes.segments[ino >>> 8] as Uint32Array;
  const at = (ino & 255) * INODE_WORDS;
  words[at + CONTENT] = 0;
  words[at + STATE] = 0;
};
