/**
 * Adapters, trees: memory for the small files that wait to be written. One
 * buffer serves them all, again and again: a buffer for each file would be
 * garbage that costs more than the files.
 */
export class Arena {
  readonly #capacity: number;
  #buffer: Buffer | undefined;
  #used = 0;
  #open = 0;

  /** @param capacity bytes; more than that at once, or what does not fit beside the rest, gets a buffer of its own */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Memory until the next {@link reset} after {@link close}. */
  take(length: number): Buffer {
    this.#open++;
    if (this.#used + length > this.#capacity) return Buffer.allocUnsafeSlow(length);
    this.#buffer ??= Buffer.allocUnsafeSlow(this.#capacity);
    this.#used += length;
    return this.#buffer.subarray(this.#used - length, this.#used);
  }

  /** What was taken is full. */
  close(): void {
    this.#open--;
  }

  /** The files that are full have been written. Memory that is still being filled is not given out again. */
  reset(): void {
    if (this.#open > 0) this.#buffer = undefined;
    this.#used = 0;
  }
}
