/**
 * Core layer: the name index, a linear hash table over entry records. It grows
 * and shrinks one bucket at a time, so no create ever pays for a rehash and no
 * second table is ever alive beside the first.
 *
 * Invariants: an entry is in the chain of bucket(hash); there are twice as many
 * buckets as entries, and at least SMALLEST. Buckets are segments of fixed size holding
 * the first entry's id; the chains run through the records.
 */
import { EMPTY } from './columns.js';
import { ARRAY_PRICE, ENTRY_WORDS } from './cost.js';
import type { RecordTable } from './record-table.js';
import { SHIFT, SLOT_MASK } from './table-price.js';

/**
 * As many buckets as entries would save 4 bytes a file and take 10 % more time for each create, stat and unlink among a
 * million files: a chain's other entries are in no cache.
 */
const BUCKETS_PER_ENTRY = 2;
const SEGMENT_SHIFT = 13;
const SEGMENT_BUCKETS = 1 << SEGMENT_SHIFT;
const SMALLEST = 16;

/** Of all indexes that never had an entry: the first one brings the buckets. Nothing is put into it. */
const NO_SEGMENTS: Uint32Array[] = [EMPTY];

/** What an index is at one moment. Nobody writes its columns. */
export interface IndexState {
  readonly segments: readonly Uint32Array[];
  readonly buckets: number;
  readonly base: number;
  readonly count: number;
  readonly capacity: number;
}

export class NameIndex {
  segments = NO_SEGMENTS;
  /** Buckets in use. */
  private buckets = SMALLEST;
  /** The smallest power of two that is not above `buckets`. */
  private base = SMALLEST;
  private count = 0;
  /** Buckets there is room for. */
  private capacity = SMALLEST;
  /** The chains hold entries that are gone, and are made anew by `settle`. */
  private stale = false;

  constructor(
    private readonly entries: RecordTable,
    private readonly hashWord: number,
    private readonly nextWord: number,
  ) {}

  /** Bytes held, as billed; the smallest table comes with the volume. */
  charge(): number {
    return this.chargeOf(this.capacity);
  }

  /** Bytes to reserve before `count` inserts. */
  cost(count: number): number {
    let capacity = this.capacity;
    const buckets = this.wanted(count);
    if (buckets <= capacity) return 0;
    const charged = this.chargeOf(capacity);
    while (capacity < buckets) capacity = nextCapacity(capacity);
    return this.chargeOf(capacity) - charged;
  }

  /** Bytes an index like `state` is billed. */
  chargeFor(state: IndexState): number {
    return this.chargeOf(state.capacity);
  }

  /** The index as it is now, with these arrays for its columns. */
  save(segments: readonly Uint32Array[]): IndexState {
    const { buckets, base, count, capacity } = this;
    return { segments, buckets, base, count, capacity };
  }

  /** Makes the index what it was at `save`, with these arrays, which are now its own, for its columns. */
  load(state: IndexState, segments: readonly Uint32Array[]): void {
    this.segments = [...segments];
    this.buckets = state.buckets;
    this.base = state.base;
    this.count = state.count;
    this.capacity = state.capacity;
  }

  /** First entry of the chain that holds `hash`, or 0. */
  head(hash: number): number {
    if (this.count === 0) return 0;
    const bucket = this.bucket(hash);
    return (this.segments[bucket >>> SEGMENT_SHIFT] as Uint32Array)[bucket & (SEGMENT_BUCKETS - 1)] as number;
  }

  /** Adds an entry whose hash word is set; the caller has reserved `cost(1)`. */
  insert(entry: number): void {
    if (this.segments[0]?.length === 0) this.segments = [new Uint32Array(SMALLEST)];
    this.count++;
    while (this.buckets < this.wanted()) this.split();
    this.chain(entry);
  }

  /** Removes an entry. Returns the bytes the caller must release. */
  remove(entry: number): number {
    this.drop(entry);
    return this.settle();
  }

  /** `remove` for many: the table keeps its size until `settle`. */
  drop(entry: number): void {
    if (!this.stale) this.unchain(entry);
    this.count--;
  }

  /** So many entries are about to be dropped. Where few are left then, `settle` finds these instead of `drop` each of the others. */
  expectDrops(count: number): void {
    this.stale = count > this.count - count;
  }

  /** Makes the table as small as its entries allow. Returns the bytes the caller must release. */
  settle(): number {
    if (this.stale) this.rebuild();
    while (this.buckets > this.wanted()) this.merge();
    return this.shrink();
  }

  private rebuild(): void {
    this.stale = false;
    for (const heads of this.segments) heads.fill(0);
    this.buckets = this.wanted();
    this.base = 2 ** (31 - Math.clz32(this.buckets));
    this.entries.forEach((entry) => {
      this.chain(entry);
    });
  }

  /** Adds an entry that `unchain` took out, its hash word changed in between. The table keeps its size. */
  chain(entry: number): void {
    this.push(this.bucket(this.word(entry, this.hashWord)), entry);
  }

  /** Takes an entry out of its chain. */
  unchain(entry: number): void {
    const bucket = this.bucket(this.word(entry, this.hashWord));
    const next = this.word(entry, this.nextWord);
    let at = this.headOf(bucket);
    if (at === entry) {
      this.setHead(bucket, next);
    } else {
      while (this.word(at, this.nextWord) !== entry) at = this.word(at, this.nextWord);
      this.setWord(at, this.nextWord, next);
    }
  }

  /** Buckets for all entries and so many more. */
  private wanted(more = 0): number {
    return Math.max(SMALLEST, (this.count + more) * BUCKETS_PER_ENTRY);
  }

  private bucket(hash: number): number {
    const low = hash & (this.base - 1);
    const high = hash & (this.base * 2 - 1);
    return high < this.buckets ? high : low;
  }

  private push(bucket: number, entry: number): void {
    this.setWord(entry, this.nextWord, this.headOf(bucket));
    this.setHead(bucket, entry);
  }

  /** Adds one bucket and moves to it what now belongs there. */
  private split(): void {
    if (this.buckets === this.capacity) this.grow();
    const from = this.buckets - this.base;
    this.buckets++;
    this.redistribute(from);
    if (this.buckets === this.base * 2) this.base *= 2;
  }

  /** Takes the last bucket away and moves its entries back. */
  private merge(): void {
    if (this.buckets === this.base) this.base /= 2;
    this.buckets--;
    this.redistribute(this.buckets);
  }

  /** Empties a bucket into those where its entries belong now. */
  private redistribute(bucket: number): void {
    let entry = this.headOf(bucket);
    this.setHead(bucket, 0);
    while (entry !== 0) {
      const next = this.word(entry, this.nextWord);
      this.push(this.bucket(this.word(entry, this.hashWord)), entry);
      entry = next;
    }
  }

  private grow(): void {
    this.capacity = nextCapacity(this.capacity);
    const first = this.segments[0] as Uint32Array;
    if (first.length === SEGMENT_BUCKETS) {
      this.segments.push(new Uint32Array(SEGMENT_BUCKETS));
      return;
    }
    const larger = new Uint32Array(this.capacity);
    larger.set(first);
    this.segments[0] = larger;
  }

  private shrink(): number {
    let capacity = this.capacity;
    while (capacity > SMALLEST && this.buckets <= previousCapacity(capacity)) capacity = previousCapacity(capacity);
    if (capacity === this.capacity) return 0;
    const before = this.charge();
    this.segments.length = Math.ceil(capacity / SEGMENT_BUCKETS);
    const first = this.segments[0] as Uint32Array;
    if (capacity < first.length) this.segments[0] = first.slice(0, capacity);
    this.capacity = capacity;
    return before - this.charge();
  }

  private chargeOf(capacity: number): number {
    if (capacity === SMALLEST) return 0;
    const segments = Math.ceil(capacity / SEGMENT_BUCKETS);
    return capacity * 4 + segments * (ARRAY_PRICE + 16);
  }

  private headOf(bucket: number): number {
    return (this.segments[bucket >>> SEGMENT_SHIFT] as Uint32Array)[bucket & (SEGMENT_BUCKETS - 1)] as number;
  }

  private setHead(bucket: number, entry: number): void {
    (this.segments[bucket >>> SEGMENT_SHIFT] as Uint32Array)[bucket & (SEGMENT_BUCKETS - 1)] = entry;
  }

  private word(entry: number, word: number): number {
    return (this.entries.segments[entry >>> SHIFT] as Uint32Array)[(entry & SLOT_MASK) * ENTRY_WORDS + word] as number;
  }

  private setWord(entry: number, word: number, value: number): void {
    this.entries.writable(entry >>> SHIFT)[(entry & SLOT_MASK) * ENTRY_WORDS + word] = value;
  }
}

const nextCapacity = (capacity: number): number =>
  capacity >= SEGMENT_BUCKETS ? capacity + SEGMENT_BUCKETS : Math.min(SEGMENT_BUCKETS, capacity * 4);

const previousCapacity = (capacity: number): number => {
  if (capacity > SEGMENT_BUCKETS) return capacity - SEGMENT_BUCKETS;
  return capacity === SEGMENT_BUCKETS ? SEGMENT_BUCKETS / 2 : Math.max(SMALLEST, capacity / 4);
};
