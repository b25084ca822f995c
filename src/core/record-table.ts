/**
 * Core layer: records of 32-bit words with small-integer ids, in segments of
 * fixed size (later shareable between threads). Inodes and directory entries
 * live here, a few dozen bytes each and invisible to the garbage collector.
 *
 * Invariants: a record is live exactly when its live word is not 0; free
 * records of a segment form a chain through the link word; id 0 is never used.
 * The table never asks the bank: callers reserve `cost(n)` first and release
 * what `give` returns, so `take` cannot fail.
 */
import { carve } from './carve.js';
import { Columns, EMPTY, type Occupancy, type TableState } from './columns.js';
import {
  type Layout,
  priceOfTable,
  SEGMENT_RECORDS,
  SHIFT,
  SLOT_MASK,
  SMALLEST,
  sizeAbove,
  sizeBelow,
} from './table-price.js';

/** In the place of every list that is empty. Nothing is put into it. */
const NONE: number[] = [];

/** Record `id` starts at `(id & SLOT_MASK) * words` of `segments[id >>> SHIFT]`. */
export class RecordTable extends Columns {
  /** Live records. */
  live = 0;
  private freeHead = NONE;
  private freeCount = NONE;
  private dropped = NONE;
  /** Free records of all segments. */
  freeTotal = 0;
  fullSegments = 0;
  private hint = 0;
  private spare = -1;
  /** Records dropped since `settle`, and the segments that were empty at one time since then. */
  private unsettled = 0;
  private emptied = NONE;
  /** Records the first segment has room for. */
  firstRecords = 0;
  /** The bill of a table above the smallest size, which changes with its segments only. */
  private billed = 0;

  constructor(readonly layout: Layout) {
    super();
  }

  /** Bytes this table holds, as billed. A table of the smallest size is billed by the record. */
  charge(): number {
    return this.firstRecords <= SMALLEST
      ? priceOfTable(this.layout, this.firstRecords, this.fullSegments, this.live)
      : this.billed;
  }

  /** Bytes to reserve before `count` records are taken. */
  cost(count: number): number {
    return count <= this.freeTotal && this.firstRecords > SMALLEST ? 0 : this.chargeFor(this, count) - this.charge();
  }

  /** Bytes a table like `state` is billed when `count` more records are taken. */
  chargeFor(state: Occupancy, count: number): number {
    let missing = count - state.freeTotal;
    let first = state.firstRecords;
    let full = state.fullSegments;
    if (missing > 0 && full === 0) {
      while (missing > 0 && first < SEGMENT_RECORDS) {
        const next = sizeAbove(first);
        // The very first segment loses record 0, which is never given out.
        missing -= next - Math.max(first, 1);
        first = next;
      }
    }
    if (missing > 0) full += Math.ceil(missing / SEGMENT_RECORDS);
    return priceOfTable(this.layout, first, full, state.live + count);
  }

  /** Takes a record; the caller has reserved `cost(1)`. Its words are zero. */
  take(): number {
    if (this.freeTotal === 0) this.grow();
    let segment = this.hint;
    while (this.freeCount[segment] === 0) segment++;
    this.hint = segment;
    if (segment === this.spare) this.spare = -1;
    const words = this.writable(segment);
    const slot = (this.freeHead[segment] as number) - 1;
    const { words: size, linkWord } = this.layout;
    this.freeHead[segment] = words[slot * size + linkWord] as number;
    clear(words, slot * size, size);
    this.freeCount[segment]--;
    this.freeTotal--;
    this.live++;
    return (segment << SHIFT) | slot;
  }

  /** `take` that gives the record `id` when it is free, any other when not. */
  takeAt(id: number): number {
    const segment = id >>> SHIFT;
    const slot = id & SLOT_MASK;
    const { words: size, linkWord } = this.layout;
    const words = this.writable(segment) ?? EMPTY;
    const own = slot * size + linkWord;
    let before = -1;
    let link = this.freeHead[segment] ?? 0;
    while (link !== 0 && link !== slot + 1) {
      before = (link - 1) * size + linkWord;
      link = words[before] as number;
    }
    if (link === 0) return this.take();
    if (before < 0) this.freeHead[segment] = words[own] as number;
    else words[before] = words[own] as number;
    clear(words, slot * size, size);
    if (segment === this.spare) this.spare = -1;
    this.freeCount[segment]--;
    this.freeTotal--;
    this.live++;
    return id;
  }

  /** Gives a record back. Returns the bytes the caller must release. */
  give(id: number): number {
    this.drop(id);
    return this.settle();
  }

  /** `give` for many: the table keeps its size until `settle`. */
  drop(id: number): void {
    const segment = id >>> SHIFT;
    const slot = id & SLOT_MASK;
    const { words: size, linkWord, liveWord } = this.layout;
    const words = this.writable(segment);
    const at = slot * size;
    // The other words are zeroed when the record is taken again: after a tree's removal most never are, a fifth of its time.
    words[at + liveWord] = 0;
    words[at + linkWord] = this.freeHead[segment] as number;
    this.freeHead[segment] = slot + 1;
    const free = (this.freeCount[segment] as number) + 1;
    this.freeCount[segment] = free;
    this.freeTotal++;
    this.live--;
    this.unsettled++;
    if (segment < this.hint) this.hint = segment;
    if (free < SEGMENT_RECORDS) return;
    if (this.emptied === NONE) this.emptied = [];
    this.emptied.push(segment);
  }

  /** Makes the table as small as its records allow. Returns the bytes the caller must release. */
  settle(): number {
    const { emptied, live, unsettled } = this;
    const small = this.firstRecords <= SMALLEST;
    const before = small
      ? priceOfTable(this.layout, this.firstRecords, this.fullSegments, live + unsettled)
      : this.billed;
    this.unsettled = 0;
    if (emptied !== NONE) {
      this.emptied = NONE;
      for (const segment of emptied) if (this.freeCount[segment] === SEGMENT_RECORDS) this.retire(segment);
    }
    if (this.spare >= 0) this.retire(this.spare);
    if (this.fullSegments === 0) this.shrinkFirst();
    return before - this.charge();
  }

  /** Calls `visit` with every live id. */
  forEach(visit: (id: number) => void): void {
    const { words: size, liveWord } = this.layout;
    for (let segment = 0; segment < this.segments.length; segment++) {
      const words = this.segments[segment] as Uint32Array;
      for (let at = liveWord, slot = 0; at < words.length; at += size, slot++) {
        if (words[at] !== 0) visit((segment << SHIFT) | slot);
      }
    }
  }

  /** What a table is billed by that holds just these records; `ids` ascend. */
  static occupancyOf(ids: readonly number[]): Occupancy & { readonly columns: readonly number[] } {
    const columns = [...new Set([0, ...ids.map((id) => id >>> SHIFT)])];
    const last = ids.at(-1) ?? 0;
    const firstRecords = columns.length > 1 ? SEGMENT_RECORDS : sizeAbove(last);
    const fullSegments = columns.length - 1;
    const freeTotal = firstRecords - 1 + fullSegments * SEGMENT_RECORDS - ids.length;
    return { live: ids.length, freeTotal, fullSegments, firstRecords, columns };
  }

  /** Makes an empty table one that holds just these records, to be filled; `ids` ascend. The caller has reserved it. */
  claim(ids: readonly number[]): void {
    const { columns, ...occupancy } = RecordTable.occupancyOf(ids);
    const { words: size } = this.layout;
    const segments = Array.from({ length: (columns.at(-1) as number) + 1 }, () => EMPTY);
    for (const column of columns) {
      segments[column] = new Uint32Array((column === 0 ? occupancy.firstRecords : SEGMENT_RECORDS) * size);
    }
    const dropped = segments.flatMap((words, index) => (words === EMPTY ? [index] : []));
    const none = segments.map(() => 0);
    this.load(
      { ...occupancy, segments, freeHead: none, freeCount: none, dropped, hint: 0, spare: -1, freeTotal: 0 },
      segments,
    );
    const taken = new Set(ids);
    for (const column of columns) {
      const records = segments[column] as Uint32Array;
      for (let slot = records.length / size - 1; slot >= 0; slot--) {
        const id = (column << SHIFT) | slot;
        if (id !== 0 && !taken.has(id)) this.chain(column, slot, slot + 1);
      }
    }
  }

  /** The table as it is now, with these arrays for its columns. */
  save(segments: readonly Uint32Array[]): TableState {
    const { live, freeTotal, fullSegments, firstRecords, hint, spare } = this;
    const lists = { freeHead: [...this.freeHead], freeCount: [...this.freeCount], dropped: [...this.dropped] };
    return { segments, live, freeTotal, fullSegments, firstRecords, hint, spare, ...lists };
  }

  /** Makes the table what it was at `save`, with these arrays, which are now its own, for its columns. */
  load(state: TableState, segments: readonly Uint32Array[]): void {
    this.replace(segments);
    this.freeHead = [...state.freeHead];
    this.freeCount = [...state.freeCount];
    this.dropped = [...state.dropped];
    this.live = state.live;
    this.freeTotal = state.freeTotal;
    this.fullSegments = state.fullSegments;
    this.firstRecords = state.firstRecords;
    this.hint = state.hint;
    this.spare = state.spare;
    this.rebill();
  }

  private rebill(): void {
    this.billed = priceOfTable(this.layout, this.firstRecords, this.fullSegments, this.live);
  }

  private grow(): void {
    if (this.firstRecords < SEGMENT_RECORDS) {
      this.resizeFirst(sizeAbove(this.firstRecords));
      return;
    }
    const segment = this.dropped.pop() ?? this.segments.length;
    this.install(segment, SEGMENT_RECORDS);
    this.freeHead[segment] = 0;
    this.freeCount[segment] = 0;
    this.chain(segment, 0, SEGMENT_RECORDS);
    this.fullSegments++;
    this.rebill();
  }

  private install(segment: number, records: number): Uint32Array {
    const length = records * this.layout.words;
    const words = records <= SMALLEST ? carve(length) : new Uint32Array(length);
    this.place(segment, words);
    return words;
  }

  /** Gives the first segment room for so many records. */
  protected resizeFirst(size: number): void {
    const { words: each, liveWord } = this.layout;
    const old = this.writable(0) ?? EMPTY;
    const had = old.length / each;
    const words = this.install(0, size);
    this.firstRecords = size;
    this.rebill();
    words.set(size < had ? old.subarray(0, words.length) : old);
    if (size > had) {
      if (this.freeHead.length === 0) [this.freeHead, this.freeCount] = [[0], [0]];
      this.chain(0, Math.max(had, 1), size);
      return;
    }
    this.freeTotal -= this.freeCount[0] as number;
    this.freeHead[0] = 0;
    this.freeCount[0] = 0;
    for (let slot = size - 1; slot >= 1; slot--) {
      if (words[slot * each + liveWord] === 0) this.chain(0, slot, slot + 1);
    }
  }

  /** Adds slots [from, to) to a segment's free chain, lowest first. */
  private chain(segment: number, from: number, to: number): void {
    const { words: size, linkWord } = this.layout;
    const words = this.segments[segment] as Uint32Array;
    let head = this.freeHead[segment] as number;
    for (let slot = to - 1; slot >= from; slot--) {
      words[slot * size + linkWord] = head;
      head = slot + 1;
    }
    this.freeHead[segment] = head;
    this.freeCount[segment] = (this.freeCount[segment] as number) + to - from;
    this.freeTotal += to - from;
    if (segment < this.hint) this.hint = segment;
  }

  /** Drops an empty segment, but keeps one while the others are nearly full, so that create/delete at a border stays cheap. */
  private retire(segment: number): void {
    const freeElsewhere = this.freeTotal - SEGMENT_RECORDS;
    if (freeElsewhere < SEGMENT_RECORDS / 4 && (this.spare < 0 || this.spare === segment)) {
      this.spare = segment;
      return;
    }
    if (this.spare === segment) this.spare = -1;
    this.unfreeze(segment);
    this.place(segment, EMPTY);
    this.freeHead[segment] = 0;
    this.freeCount[segment] = 0;
    this.freeTotal -= SEGMENT_RECORDS;
    this.fullSegments--;
    this.rebill();
    if (this.dropped === NONE) this.dropped = [];
    this.dropped.push(segment);
    if (this.spare >= 0) this.retire(this.spare);
    this.trimTail();
  }

  private trimTail(): void {
    while (this.segments.length > 1 && this.segments[this.segments.length - 1] === EMPTY) {
      const last = this.segments.length - 1;
      this.segments.pop();
      this.freeHead.pop();
      this.freeCount.pop();
      this.dropped.splice(this.dropped.indexOf(last), 1);
    }
    if (this.hint >= this.segments.length) this.hint = 0;
  }

  /** Takes the first segment down a size while its upper part is unused, so that an emptied volume costs what it did at the start. */
  private shrinkFirst(): void {
    const smaller = sizeBelow(this.firstRecords);
    if (this.live >= smaller) return;
    const { words: size, liveWord } = this.layout;
    const words = this.segments[0] as Uint32Array;
    for (let at = words.length - size + liveWord; at >= smaller * size; at -= size) {
      if (words[at] !== 0) return;
    }
    this.resizeFirst(smaller);
    this.shrinkFirst();
  }
}

/** A loop: a call of fill for so few words takes longer. */
export const clear = (words: Uint32Array, at: number, size: number): void => {
  for (let i = at + size - 1; i >= at; i--) words[i] = 0;
};
