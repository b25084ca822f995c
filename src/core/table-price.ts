/**
 * Core layer: the sizes a record table grows through, and what it is billed at
 * each. Knows no table: a bill is computed for tables that are only planned, too.
 */
import { ARRAY_PRICE, ROUNDING } from './cost.js';

/** What all tables of a kind have in common. */
export interface Layout {
  /** Words of one record. */
  readonly words: number;
  readonly liveWord: number;
  readonly linkWord: number;
  /** Records the volume has for nothing (the root inode). */
  readonly uncharged: number;
}

/**
 * With a quarter of it, a stat of one of a million files takes 10 to 17 % longer: the typed arrays alone, whose lengths
 * and places each access reads, then fill a processor's own cache.
 */
export const SHIFT = 10;
/** Records in a full segment. */
export const SEGMENT_RECORDS = 1 << SHIFT;
export const SLOT_MASK = SEGMENT_RECORDS - 1;
/** Records that are billed one by one: a table of no more comes with the volume. */
export const SMALLEST = 8;
/** Sizes the first segment grows through, so that a small volume stays small. */
const FIRST_SIZES = [SMALLEST, 32, 128, 256, 512, SEGMENT_RECORDS];

/** The first of these sizes with room for more than `records`. */
export const sizeAbove = (records: number): number => {
  for (const size of FIRST_SIZES) if (size > records) return size;
  return SEGMENT_RECORDS;
};

/** The last of these sizes below `size`, or 0. */
export const sizeBelow = (size: number): number => {
  let below = 0;
  for (const each of FIRST_SIZES) if (each < size) below = each;
  return below;
};

/** Bytes billed for a table of `live` records: a first segment with room for `first`, and `full` more. */
export const priceOfTable = (layout: Layout, first: number, full: number, live: number): number => {
  const { words, uncharged } = layout;
  const record = words * 4;
  const head = first <= SMALLEST ? Math.max(0, live - uncharged) * record : first * record + ARRAY_PRICE;
  return head + full * (Math.ceil(SEGMENT_RECORDS * record * ROUNDING) + ARRAY_PRICE + 64);
};
