/**
 * Core layer, snapshots: images. An image is the tree of a volume at one
 * moment: its tables, and a hold on every chunk that they refer to.
 *
 * Invariants: the columns of an image are never written, so images share them
 * with each other and with the live tables, which copy one before they write
 * to it. A column is one owner of its chunks, however many have the column; the
 * live tables and each image are owners of what their page tables refer to.
 * No record of an image is held open. What images hold is billed to the
 * volume: each column once, as if the live tables had their own already (so
 * their copy is paid for), and page tables here; the chunks that no file has
 * any more by `Chunks`.
 */
import type { TableState } from '../columns.js';
import { ARRAY_PRICE, IMAGE_PRICE, INODE_WORDS, ROUNDING } from '../cost.js';
import { EMLINK, ENOMEM } from '../errno.js';
import { fault } from '../fault.js';
import { CONTENT, LINKS, OPENS, STATE } from '../inode.js';
import type { IndexState } from '../name-index.js';
import type { RecordTable } from '../record-table.js';
import type { PageMap } from '../storage/page-map.js';
import { SHIFT, SLOT_MASK } from '../table-price.js';
import type { Volume } from '../volume.js';
import { heldInodes } from './held.js';
import { KINDS, type Kind, tableOf, visitColumn, visitMaps } from './references.js';

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
  /** At most what its files are billed for sharing buffers with each other. */
  readonly copies: number;
}

/** Bytes a column is billed, with its place in lists. */
const priceOf = (column: Uint32Array): number =>
  column.length === 0 ? 0 : Math.ceil(column.length * 4 * ROUNDING) + ARRAY_PRICE + 96;

/** For each column of a table the one that an image will have: it, or an equal one; undefined for a copy. */
type Choice = readonly (Uint32Array | undefined)[];

/** Of all volumes without images. Nothing is put into them. */
const NO_IMAGES = new Set<Image>();
const NO_HOLDERS = new Map<Uint32Array, number>();

export class Images {
  private images = NO_IMAGES;
  /** How many images have a column. */
  private holders = NO_HOLDERS;
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

  holds(column: Uint32Array): boolean {
    return this.holders.has(column);
  }

  values(): Iterable<Image> {
    return this.images;
  }

  /** The volume is now as this image, whose columns it has. */
  restored(image: Image): void {
    this.nearest = image;
    for (const kind of KINDS) this.freeze(kind, image[kind].segments, image[kind].segments);
  }

  /** @throws QuotaFault, GuardFault, Fault ENOMEM, or EMLINK when there are 65,000; nothing has changed then */
  take(): Image {
    const { inodes, directories, contents, slabs, chunks, bank } = this.volume;
    if (this.images.size >= IMAGES_MAX) throw fault(EMLINK);
    if (this.images === NO_IMAGES) this.images = new Set();
    if (this.holders === NO_HOLDERS) this.holders = new Map();
    const { nearest } = this;
    const held = heldInodes(this.volume);
    const unnamed = [...held].filter((ino) => inodes.get(ino, LINKS) === 0);
    const chosen = {
      inodes: choose(inodes, nearest?.inodes.segments, new Set([...held].map((ino) => ino >>> SHIFT))),
      entries: choose(directories, nearest?.entries.segments),
    };
    const index = equalColumns(directories.index.segments, nearest?.index.segments);
    const cost =
      IMAGE_PRICE +
      contents.chargeOfMaps(unnamed) +
      this.missing(inodes.segments, chosen.inodes) +
      this.missing(directories.segments, chosen.entries) +
      this.missing(directories.index.segments, index);
    const counts = slabs.costOfOwners() + chunks.costOfPins();
    bank.reserve(cost + counts);
    const before = chunks.held();
    let image: Image;
    try {
      image = {
        inodes: inodes.save(filled(chosen.inodes, inodes.segments)),
        entries: directories.save(filled(chosen.entries, directories.segments)),
        index: directories.index.save(filled(index, directories.index.segments)),
        maps: contents.copyMaps(unnamed),
        unnamed,
        copies: chunks.chargeOfCopies(),
      };
      chunks.countPins();
    } catch {
      bank.cancel(cost + counts - (chunks.held() - before));
      throw fault(ENOMEM);
    }
    slabs.countOwners();
    for (const ino of held) release(image, ino);
    for (const ino of image.unnamed) strip(image, ino);
    this.billed += cost;
    for (const kind of KINDS) this.own(kind, image[kind].segments, chosen[kind]);
    visitMaps(image.maps, (references, count) => chunks.pinAll(references, count));
    this.images.add(image);
    this.nearest = image;
    for (const column of columnsOf(image)) this.holders.set(column, (this.holders.get(column) ?? 0) + 1);
    return image;
  }

  /** Gives back everything that only this image has. */
  drop(image: Image): void {
    const { chunks, bank } = this.volume;
    this.images.delete(image);
    if (this.nearest === image) this.nearest = [...this.images].at(-1);
    let freed = 0;
    const unpin = (references: Uint32Array, count: number): void => {
      freed += chunks.unpinAll(references, count);
    };
    let own = IMAGE_PRICE;
    for (const map of image.maps) own += map?.charge() ?? 0;
    for (const kind of KINDS) {
      const table = tableOf(this.volume, kind);
      image[kind].segments.forEach((column, index) => {
        if (!this.letGo(column)) return;
        own += priceOf(column);
        if (table.segments[index] === column) table.unfreeze(index);
        else visitColumn(kind, column, unpin);
      });
    }
    for (const column of image.index.segments) if (this.letGo(column)) own += priceOf(column);
    visitMaps(image.maps, unpin);
    this.billed -= own;
    bank.release(own + freed + this.uncount());
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

  /** A new image owns its columns: with the live table, or beside it. */
  private own(kind: Kind, columns: readonly Uint32Array[], chosen: Choice): void {
    const { chunks } = this.volume;
    const table = tableOf(this.volume, kind);
    columns.forEach((column, index) => {
      if (column.length === 0) return;
      if (chosen[index] === undefined) {
        this.pin(kind, column);
        return;
      }
      // An equal column of another image: two owners become one.
      if (table.segments[index] !== column) visitColumn(kind, column, (all, count) => void chunks.unpinAll(all, count));
    });
    this.freeze(kind, columns, chosen);
  }

  /** The live table has these columns now, where they are chosen, and copies one before it writes to it. */
  private freeze(kind: Kind, columns: readonly Uint32Array[], chosen: Choice): void {
    const table = tableOf(this.volume, kind);
    const onThaw = (column: Uint32Array): void => this.pin(kind, column);
    columns.forEach((column, index) => {
      if (column.length > 0 && chosen[index] !== undefined) table.freeze(index, column, onThaw);
    });
  }

  /** A column that only images have owns its chunks beside the files. */
  private pin(kind: Kind, column: Uint32Array): void {
    visitColumn(kind, column, (references, count) => this.volume.chunks.pinAll(references, count));
  }

  /** Counts one holder less. True when it was the last. */
  private letGo(column: Uint32Array): boolean {
    const left = (this.holders.get(column) ?? 0) - 1;
    if (left > 0) this.holders.set(column, left);
    else this.holders.delete(column);
    return left === 0;
  }

  /** Bytes to reserve for the columns that no image has yet. */
  private missing(columns: readonly Uint32Array[], chosen: Choice): number {
    let cost = 0;
    columns.forEach((column, index) => {
      const choice = chosen[index];
      if (choice === undefined || !this.holders.has(choice)) cost += priceOf(column);
    });
    return cost;
  }

  /** Without images there are no owners to count. Returns the bytes to release. */
  private uncount(): number {
    const { slabs, chunks } = this.volume;
    return this.images.size > 0 ? 0 : slabs.forgetOwners() + chunks.forgetPins();
  }
}

/** Bytes billed for an image that shares nothing with others. */
export const chargeOfImage = (image: Image): number => {
  let sum = IMAGE_PRICE;
  for (const column of columnsOf(image)) sum += priceOf(column);
  for (const map of image.maps) sum += map?.charge() ?? 0;
  return sum;
};

const columnsOf = (image: Image): Uint32Array[] =>
  [...image.inodes.segments, ...image.entries.segments, ...image.index.segments].filter((each) => each.length > 0);

/** Columns with a record that is held open are `copied`, because an image has the record without its holders. */
const choose = (table: RecordTable, known: readonly Uint32Array[] = [], copied?: ReadonlySet<number>): Choice =>
  table.segments.map((column, index) => {
    if (table.isFrozen(index) || column.length === 0) return column;
    if (copied?.has(index)) return undefined;
    const other = known[index];
    return other !== undefined && isEqual(column, other) ? other : column;
  });

/** The columns of `known` that are equal to those in their places. */
const equalColumns = (columns: readonly Uint32Array[], known: readonly Uint32Array[] = []): Choice =>
  columns.map((column, index) => {
    const other = known[index];
    return other !== undefined && isEqual(column, other) ? other : undefined;
  });

const isEqual = (a: Uint32Array, b: Uint32Array): boolean => {
  const { length } = a;
  if (b.length !== length) return false;
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false;
  return true;
};

const filled = (chosen: Choice, columns: readonly Uint32Array[]): Uint32Array[] =>
  columns.map((column, index) => chosen[index] ?? column.slice());

const release = (image: Image, ino: number): void => {
  (image.inodes.segments[ino >>> SHIFT] as Uint32Array)[(ino & SLOT_MASK) * INODE_WORDS + OPENS] = 0;
};

const strip = (image: Image, ino: number): void => {
  const words = image.inodes.segments[ino >>> SHIFT] as Uint32Array;
  const at = (ino & SLOT_MASK) * INODE_WORDS;
  words[at + CONTENT] = 0;
  words[at + STATE] = 0;
};
