/**
 * Core layer: segments of 32-bit words, the memory of a table.
 *
 * A snapshot shares segments with the table instead of copying them. Such a
 * segment is frozen: whoever writes asks for it with `writable`, which puts a
 * copy in its place first. The snapshot has been billed for it from the start.
 */
export const EMPTY = new Uint32Array(0);

/** Of all tables that never had a segment: an array takes 32 bytes, and 152 more with its first element. Nothing is put into it. */
const NO_SEGMENTS: Uint32Array[] = [];

/** What a table is at one moment; see RecordTable. Nobody writes its columns. */
export interface TableState extends Occupancy {
  readonly segments: readonly Uint32Array[];
  readonly freeHead: readonly number[];
  readonly freeCount: readonly number[];
  readonly dropped: readonly number[];
  readonly hint: number;
  readonly spare: number;
}

/** What the bill of a table depends on. */
export interface Occupancy {
  readonly live: number;
  readonly freeTotal: number;
  readonly fullSegments: number;
  readonly firstRecords: number;
}

interface Frozen {
  /** By number of the segment. */
  readonly segments: boolean[];
  count: number;
  /** Told of a segment that the table has no more, and snapshots alone keep. */
  readonly onThaw: (words: Uint32Array) => void;
}

export class Columns {
  /** To be read; a write asks for `writable`. */
  segments = NO_SEGMENTS;
  private frozen: Frozen | undefined = undefined;

  /** A segment to write to; what was read from `segments` before may be another array. */
  writable(segment: number): Uint32Array {
    if (this.frozen !== undefined) this.thaw(segment);
    return this.segments[segment] as Uint32Array;
  }

  isFrozen(segment: number): boolean {
    return this.frozen?.segments[segment] === true;
  }

  /** From now on a segment is `words`, which are equal to it, and not written. */
  freeze(segment: number, words: Uint32Array, onThaw: Frozen['onThaw']): void {
    if (this.isFrozen(segment)) return;
    this.place(segment, words);
    this.frozen ??= { segments: [], count: 0, onThaw };
    this.frozen.segments[segment] = true;
    this.frozen.count++;
  }

  /** Nobody shares a segment any more. */
  unfreeze(segment: number): void {
    const { frozen } = this;
    if (frozen?.segments[segment] !== true) return;
    frozen.segments[segment] = false;
    if (--frozen.count === 0) this.frozen = undefined;
  }

  protected place(segment: number, words: Uint32Array): void {
    if (this.segments[segment] === words) return;
    if (this.segments === NO_SEGMENTS) {
      // A literal has room for what is in it; a first element that is assigned makes room for sixteen more.
      this.segments = [words];
      return;
    }
    this.segments[segment] = words;
  }

  /** Other segments, none of them frozen, take the place of all there are. */
  protected replace(segments: readonly Uint32Array[]): void {
    this.frozen = undefined;
    this.segments = [...segments];
  }

  private thaw(segment: number): void {
    const { frozen } = this;
    if (frozen?.segments[segment] !== true) return;
    const words = this.segments[segment] as Uint32Array;
    this.place(segment, words.slice());
    this.unfreeze(segment);
    frozen.onThaw(words);
  }
}
