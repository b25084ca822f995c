/**
 * D-MemFS layer: text on a binary handle. It holds nothing back: what `write`
 * encoded is in the file and in the quota when it returns, and after a read the
 * handle stands right behind the last character that was returned. So text and
 * binary calls on one handle may be mixed, and `tell` and `seek` are in bytes.
 */

import type { Codec, ErrorMode, StreamDecoder } from './codec.js';
import { atEdge, billText, checkNames, createCodec, demandWhole, invalidArgument, invalidType } from './late-mfs.js';
import { leaseOf, MemoryFileHandle } from './memory-file-handle.js';

/** Options of {@link TextHandle}. */
export interface TextHandleOptions {
  /** Any label that TextDecoder knows, such as 'utf-8' (default), 'utf-16le', 'latin1', 'shift_jis'. */
  readonly encoding?: string;
  /**
   * 'strict' (default): text that has no bytes in the encoding, and bytes that are no text, are errors.
   * 'replace': they become U+FFFD (or '?' where the encoding lacks it).
   */
  readonly errors?: ErrorMode;
}

/** Bytes read at a time. */
const CHUNK = 64 * 1024;
/** Bytes first looked at for the end of a line. */
const LINE_WINDOW = 256;
const NOTHING = new Uint8Array();

/**
 * Reads and writes text through a handle of {@link MemoryFileSystem.open}. Iterating over it gives its lines.
 *
 * Characters are Unicode code points. A byte order mark at the very start of the file is skipped when reading; none
 * is ever written. Closing is the handle's business. A read that fails leaves the position where it was.
 */
export class TextHandle implements Iterable<string> {
  readonly #handle: MemoryFileHandle;
  readonly #codec: Codec;
  readonly #lineFeed: Uint8Array;
  readonly #carriageReturn: Uint8Array;
  #decoder: StreamDecoder;
  /** Where the decoder's state belongs to; anywhere else it starts afresh. */
  #decoderAt = -1;
  /** As given. */
  readonly encoding: string;
  readonly errors: ErrorMode;

  /**
   * @throws RangeError ERR_ENCODING_NOT_SUPPORTED for an encoding that TextDecoder does not know; QuotaExceededError when
   *   there is no room for it.
   */
  constructor(handle: MemoryFileHandle, options: TextHandleOptions = {}) {
    if (!(handle instanceof MemoryFileHandle)) throw invalidType('handle', 'a MemoryFileHandle', handle);
    checkNames('options', options, ['encoding', 'errors']);
    this.encoding = options.encoding ?? 'utf-8';
    this.errors = options.errors ?? 'strict';
    if (typeof this.encoding !== 'string') throw invalidType('encoding', 'a string', this.encoding);
    if (this.errors !== 'strict' && this.errors !== 'replace') {
      throw invalidArgument('errors', "must be 'strict' or 'replace'", this.errors);
    }
    atEdge('open', () => billText(leaseOf(handle)), handle.path);
    this.#handle = handle;
    this.#codec = createCodec(this.encoding, this.errors);
    [this.#lineFeed, this.#carriageReturn] = this.#codec.ends;
    this.#decoder = this.#codec.createDecoder();
  }

  /**
   * Encodes and writes: all of `text`, or nothing and an error.
   *
   * @returns the characters (code points) written.
   * @throws QuotaExceededError when it does not fit; EILSEQ when a character has no bytes in the encoding.
   */
  write(text: string): number {
    if (typeof text !== 'string') throw invalidType('text', 'a string', text);
    const length = atEdge('write', () => this.#codec.measure(text), this.#handle.path);
    // A long text that does not fit is refused before its bytes exist.
    if (length > CHUNK) this.#handle.reserve(length);
    this.#handle.write(this.#codec.encode(text));
    return countCharacters(text);
  }

  /**
   * Reads from the position on.
   *
   * @param size - characters (code points) to read at most; negative or absent for all that follow.
   * @returns the text, empty at the end of the file.
   * @throws TypeError ERR_ENCODING_INVALID_ENCODED_DATA for bytes that are no text, unless `errors` is 'replace'.
   */
  read(size = -1): string {
    demandWhole('size', size);
    return this.#reading((start) => {
      if (size < 0) return this.#decoder.decode(this.#handle.read());
      return this.#readCharacters(size, start);
    });
  }

  /**
   * Reads up to and with the next '\n', '\r\n' or '\r'.
   *
   * @param limit - characters to read at most ('\r\n' is not parted); negative or absent for the whole line.
   * @returns the line with its end, empty at the end of the file.
   */
  readline(limit = -1): string {
    demandWhole('limit', limit);
    return this.#reading((start) => {
      const length = this.#findLineEnd(start, limit < 0 ? Number.POSITIVE_INFINITY : limit * this.#codec.longest);
      if (length !== undefined) {
        const line = this.#decodeLine(this.#handle.read(length));
        if (limit < 0 || countCharacters(line) <= limit) return line;
        this.#restart(start);
      }
      const part = this.#readCharacters(limit, start);
      return part.endsWith('\r') && this.#skip(this.#lineFeed) ? `${part}\n` : part;
    });
  }

  /** The position of the handle, in bytes. */
  tell(): number {
    return this.#handle.tell();
  }

  /**
   * Moves the handle to a position that `tell` gave (in bytes), or to the start with 0.
   *
   * @returns the new position.
   */
  seek(position: number): number {
    return this.#handle.seek(position);
  }

  /** The lines from the position on. */
  *[Symbol.iterator](): IterableIterator<string> {
    // In a list: one that is kept holds its variables, and a line may be long.
    for (const next = [this.readline()]; next[0] !== ''; next.push(this.readline())) yield next.pop() as string;
  }

  /** Runs a read with the decoder in the state that belongs to the position; puts the position back when it fails. */
  #reading(body: (start: number) => string): string {
    const start = this.#handle.tell();
    if (start !== this.#decoderAt) this.#decoder = this.#codec.createDecoder();
    try {
      if (start === 0) this.#skip(this.#codec.mark);
      const text = body(this.#handle.tell());
      this.#decoderAt = this.#handle.tell();
      return text;
    } catch (error) {
      this.#restart(start);
      this.#decoderAt = -1;
      throw error;
    }
  }

  #restart(start: number): void {
    this.#handle.seek(start);
    this.#decoder = this.#codec.createDecoder();
  }

  /** Passes over `bytes` if they come next. */
  #skip(bytes: Uint8Array): boolean {
    if (bytes.length === 0) return false;
    const start = this.#handle.tell();
    if (this.#handle.read(bytes.length).equals(bytes)) return true;
    this.#handle.seek(start);
    return false;
  }

  #readCharacters(size: number, start: number): string {
    try {
      const text = this.#readAhead(size);
      if (text !== undefined) return text;
    } catch (error) {
      // Node's decoders sometimes find malformed bytes too many to replace, and throw after all.
      if (this.errors === 'strict') throw error;
    }
    this.#restart(start);
    return this.#readExactly(size, start);
  }

  /**
   * Never reads further than the last character asked for, since each byte completes at most one. Only malformed
   * bytes break that rule: one byte then ends what was wrong and begins something new.
   *
   * @returns undefined when that has happened.
   */
  #readAhead(size: number): string | undefined {
    let text = '';
    let count = 0;
    while (count < size) {
      const bytes = this.#handle.read(Math.min((size - count) * this.#codec.unit, CHUNK));
      // At the end of the file the decoder gives up what it still holds.
      const piece = this.#decoder.decode(bytes, { stream: bytes.length > 0 });
      text += piece;
      count += countCharacters(piece);
      if (bytes.length === 0) break;
    }
    if (this.#codec.stateful) return text;
    const begun = this.#decoder.decode(NOTHING);
    return count <= size && begun === '' ? text : undefined;
  }

  /** Character by character: slow, and right for malformed bytes too. */
  #readExactly(size: number, start: number): string {
    let text = '';
    for (let count = 0, at = start; count < size; ) {
      const ahead = this.#handle.read(2 * this.#codec.longest);
      if (ahead.length === 0) break;
      const first = ahead.subarray(0, this.#firstLength(ahead));
      const piece = this.#decoder.decode(first);
      text += piece;
      count += countCharacters(piece);
      at = this.#handle.seek(at + first.length);
    }
    return text;
  }

  /** The bytes of the first character (or malformed sequence): the least that can be decoded apart from what follows. */
  #firstLength(bytes: Uint8Array): number {
    const { unit } = this.#codec;
    if (unit === 1 && (bytes[0] as number) < 0x80) return 1;
    const whole = this.#decoder.decode(bytes);
    for (let length = unit; length < bytes.length; length += unit) {
      const first = this.#decoder.decode(bytes.subarray(0, length));
      if (first + this.#decoder.decode(bytes.subarray(length)) === whole) return length;
    }
    return bytes.length;
  }

  /**
   * The bytes from `start` to the end of its line, or of the file.
   *
   * @returns undefined when that is more than `most`.
   */
  #findLineEnd(start: number, most: number): number | undefined {
    for (let window = LINE_WINDOW; ; window *= 2) {
      const bytes = this.#handle.read(Math.min(window, most));
      const atEnd = bytes.length < window && bytes.length < most;
      this.#handle.seek(start);
      const end = this.#lineEnd(bytes, atEnd);
      if (end !== undefined) return end;
      if (atEnd) return bytes.length;
      if (window >= most) return undefined;
    }
  }

  /** Where the first line end in `bytes` ends. A '\r' as the last unit is one only when nothing follows. */
  #lineEnd(bytes: Uint8Array, atEnd: boolean): number | undefined {
    const { unit } = this.#codec;
    for (let at = 0; at + unit <= bytes.length; at += unit) {
      const next = at + unit;
      if (isAt(bytes, at, this.#lineFeed)) return next;
      if (!isAt(bytes, at, this.#carriageReturn)) continue;
      if (isAt(bytes, next, this.#lineFeed)) return next + unit;
      if (next + unit <= bytes.length || atEnd) return next;
    }
    return undefined;
  }

  /** A line that has an end is no reason for a decoder with states to forget them. */
  #decodeLine(bytes: Uint8Array): string {
    const last = bytes[bytes.length - 1];
    return this.#decoder.decode(bytes, { stream: this.#codec.stateful && (last === 0x0a || last === 0x0d) });
  }
}

function isAt(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  return bytes[at] === wanted[0] && (wanted.length === 1 || bytes[at + 1] === wanted[1]);
}

function countCharacters(text: string): number {
  let count = text.length;
  for (let at = 1; at < text.length; at++) {
    const isPair = (text.charCodeAt(at) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
    if (isPair) count--;
  }
  return count;
}
