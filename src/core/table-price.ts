/**
 * Core layer: the sizes a record table grows through, and what it is billed at
 * each. Knows no table: a bill is computed for tables that are only planned, too.
 */
import { ARRAY_PRICE, ROUNDING, VIEW_PRICE } from './cost.js';

/** What all tables of a kind have in common. */
export interface Layout {
  /** Words of one record. */
  readonly words: number;
  readonly liveWord: number;
  readonly linkWord: number;
  readonly withBytes: boolean;
  /** Records the volume has for nothing (the root inode). */
  readonly uncharged: number;
}

export const SHIFT = 8;
/** Records in a full segment. */
export const SEGMENT_RECORDS = 1 << SHIFT;
/** Records that are billed one by one: a table of no more comes with the volume. */
export const SMALLEST = 8;
/** Sizes the first segment grows through, so that a small volume stays small. */
const FIRST_SIZES = [SMALLEST, 32, 128, SEGMENT_RECORDS];

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
  const { words, withBytes, uncharged } = layout;
  const record = words * 4;
  const overhead = withBytes ? ARRAY_PRICE + VIEW_PRICE : ARRAY_PRICE;
  const head = first <= SMALLEST ? Math.max(0, live - uncharged) * record : first * record + overhead;
  return head + full * (Math.ceil(SEGMENT_RECORDS * record * ROUNDING) + overhead + 64);
};
