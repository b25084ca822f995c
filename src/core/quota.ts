/**
 * Core layer: the central bank. The only writer of `used`; every byte the
 * volume holds was taken here before it existed. Invariant: `used` equals the
 * sum of all charges (see audit.ts) whenever no engine call is running.
 */
import { QuotaFault } from './fault.js';
import type { Guard } from './guard.js';
import { Watermarks } from './late-sys.js';
import type { Pressure } from './pressure.js';
import type { SparePages } from './storage/spare-pages.js';

/** Bytes of the margin that handles may take; what they read ahead may take half of it, or a quarter of what is left for data. */
const HANDLES_MAX = 64 * 1024;
const MIB = 1024 * 1024;

/**
 * A part of the quota that data may not take. It pays for what a volume makes
 * the process grow by and no structure can be billed for: the engine's own
 * compiled code and Node's lazily loaded parts (measured 0.5–1.4 MiB in a
 * process that did nothing before, little in a warm one). Descriptors and directory streams
 * may use a part of it, so that a full volume can still be read.
 *
 * Up to 8 MiB it grows with the square of the quota, so small volumes keep
 * nearly everything. Above it falls to what still leaves 63 files of 1 MiB in
 * 64 MiB: prices round up by half a percent, and that pays too.
 */
const marginOf = (limit: number): number => {
  if (limit <= 8 * MIB) return Math.floor(Math.max(Math.min(limit / 32, 22_656), 1_450_000 * (limit / (8 * MIB)) ** 2));
  return Math.floor(Math.max(700_000, limit / 256, 1_450_000 - (limit - 8 * MIB) * 0.0128));
};

export class QuotaBank {
  /** Bytes charged. */
  used = 0;
  /** Bytes that data may not take. */
  margin = 0;
  /** Bytes that only lookups below may take (see lower/table.ts). */
  withheld = 0;
  /** Bytes reserved ahead by a bulk operation and not yet drawn. */
  private prepaid = 0;
  /** Most bytes charged at any time. */
  peak = 0;
  /** Pages to be used again, which data takes the room of. Made by the first that is given back. */
  spare: SparePages | undefined = undefined;
  /** Made by the first listener. */
  private watermarks: Watermarks | undefined = undefined;

  constructor(
    /** Hard limit in bytes. */
    public limit: number,
    private readonly guard: Guard | undefined,
    private readonly defer?: (task: () => void) => void,
  ) {
    this.setLimit(limit);
  }

  /** Bytes that data may still take. */
  get available(): number {
    return Math.max(0, this.limit - this.margin - this.withheld - this.used);
  }

  setLimit(limit: number): void {
    this.limit = limit;
    this.watermarks?.setLimit(limit, this.used);
    this.margin = marginOf(limit);
    this.change(0);
  }

  /** Calls `listener` when `used` reaches a share of the limit; see {@link Watermarks}. Returns what ends it. */
  onPressure(share: number, listener: (pressure: Pressure) => void): () => void {
    this.watermarks ??= new Watermarks(this.limit, this.defer);
    return this.watermarks.add(share, this.used, listener);
  }

  /**
   * Takes `bytes`, or throws and takes nothing.
   * @throws QuotaFault when they do not fit; GuardFault when the machine has not got them.
   */
  reserve(bytes: number): void {
    if (bytes <= this.prepaid) {
      this.prepaid -= bytes;
      return;
    }
    const wanted = bytes - this.prepaid;
    if (this.used + wanted > this.limit - this.margin - this.withheld) throw this.refusal(bytes);
    this.guard?.check(wanted);
    this.prepaid = 0;
    this.change(wanted);
  }

  /** `reserve` for descriptors and directory streams, which may use a part of the margin. */
  reserveHandle(bytes: number): void {
    if (!this.tryReserveHandle(bytes)) throw this.refusal(bytes);
  }

  /** `reserveHandle` that answers false instead of throwing. */
  tryReserveHandle(bytes: number, share = 1): boolean {
    const room = this.limit - this.margin - this.withheld + Math.min(HANDLES_MAX, this.margin) * share;
    if (this.used + bytes > room) return false;
    this.change(bytes);
    return true;
  }

  /** `tryReserveHandle` for bytes read ahead, which leave most of the room to data and to other handles. */
  tryReserveAhead(bytes: number): boolean {
    if (bytes * 4 > this.available) return this.tryReserveHandle(bytes, 0.5);
    this.change(bytes);
    return true;
  }

  /** `reserve` for lookups below, which may use what is withheld from data: never throws, never asks the guard. */
  reserveLookup(bytes: number): boolean {
    if (this.used + bytes > this.limit - this.margin) return false;
    this.change(bytes);
    return true;
  }

  /** `reserve` for work that frees more than it takes: never throws, never asks the guard. */
  tryReserve(bytes: number): boolean {
    if (!this.fits(bytes)) return false;
    this.change(bytes);
    return true;
  }

  /** True when `reserve(bytes)` would not be refused by the quota. */
  fits(bytes: number): boolean {
    return this.used + bytes - this.prepaid <= this.limit - this.margin - this.withheld;
  }

  /** Gives back bytes that were reserved and not needed. */
  cancel(bytes: number): void {
    this.change(-bytes);
  }

  /** Gives back bytes of something that is gone. */
  release(bytes: number): void {
    this.change(-bytes);
  }

  /**
   * Reserves the whole need of a bulk operation; the single steps inside `apply`
   * then draw from it and cannot be refused. What they leave is given back.
   */
  prepay<T>(bytes: number, apply: () => T): T {
    this.reserve(bytes);
    this.prepaid += bytes;
    try {
      return apply();
    } finally {
      this.change(-this.prepaid);
      this.prepaid = 0;
    }
  }

  private change(bytes: number): void {
    const used = this.used + bytes;
    this.used = used;
    if (used > this.peak) this.peak = used;
    this.watermarks?.update(used);
    this.spare?.shrinkTo(this.limit - this.margin - used);
  }

  /** Inside `prepay`: takes all that is left of it for the step that follows. */
  drawPrepaid(): void {
    this.prepaid = 0;
  }

  private refusal(bytes: number): QuotaFault {
    return new QuotaFault('bytes', bytes, this.available, this.limit);
  }
}
