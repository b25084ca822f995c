/**
 * Adapter, archives: bytes that come in chunks of any size, read in pieces of
 * the reader's choosing. Bytes that are handed out are views of the chunk and
 * good until the next call that waits.
 */
export type Chunks = AsyncIterator<Uint8Array> | Iterator<Uint8Array>;

const EMPTY = Buffer.alloc(0);

export class ByteReader {
  /** True when what is handed out stays as it is: the caller's own bytes, whole in memory. */
  readonly stays: boolean;
  readonly #chunks: Chunks;
  #chunk: Buffer = EMPTY;
  /** What comes after the chunk, when that was joined from the ends of two. */
  #rest: Buffer = EMPTY;

  constructor(chunks: Chunks, stays = false) {
    this.#chunks = chunks;
    this.stays = stays;
  }

  /** Bytes that can be taken at once. */
  get available(): number {
    return this.#chunk.length;
  }

  /** Waits until `length` bytes are there in one piece; false when the end comes first. */
  async need(length: number): Promise<boolean> {
    while (this.#chunk.length < length) {
      // Copied before the next chunk is asked for: its maker may use the memory again.
      const start = Buffer.from(this.#chunk);
      this.#chunk = EMPTY;
      const next = await this.#next();
      if (next === undefined) {
        this.#chunk = start;
        return false;
      }
      // Only what is needed is joined: chunks may be large.
      const end = start.length === 0 ? next.length : length - start.length;
      this.#chunk = start.length === 0 ? next : Buffer.concat([start, next.subarray(0, end)]);
      this.#rest = next.subarray(end);
    }
    return true;
  }

  /** The next bytes; at most {@link available}. */
  take(length: number): Buffer {
    const taken = this.#chunk.subarray(0, length);
    this.#chunk = this.#chunk.subarray(taken.length);
    return taken;
  }

  /** Some of the next bytes, at most `max`; undefined at the end. */
  async some(max: number): Promise<Buffer | undefined> {
    while (this.#chunk.length === 0) {
      const next = await this.#next();
      if (next === undefined) return undefined;
      this.#chunk = next;
    }
    return this.take(max);
  }

  /** A copy of the first bytes, which stay; fewer than `length` only at the end. */
  async peek(length: number): Promise<Buffer> {
    await this.need(length);
    return Buffer.from(this.#chunk.subarray(0, length));
  }

  /** What is left, as chunks. */
  async *rest(): AsyncGenerator<Buffer> {
    for (let piece = await this.some(Infinity); piece !== undefined; piece = await this.some(Infinity)) yield piece;
  }

  /** Lets the source go, without waiting for bytes that may never come. */
  close(): void {
    Promise.resolve(this.#chunks.return?.()).catch(() => undefined);
  }

  async #next(): Promise<Buffer | undefined> {
    const rest = this.#rest;
    this.#rest = EMPTY;
    if (rest.length > 0) return rest;
    const { value, done } = await this.#chunks.next();
    return done ? undefined : asBuffer(value);
  }
}

/** The same memory as a Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  if (typeof bytes === 'string') return Buffer.from(bytes);
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
