/**
 * Host layer: descriptor numbers for every volume of the process. Invariant: a
 * number is held by at most one open file at a time, whichever volume and
 * whichever copy of the package opened it, so that a union or a patched node:fs
 * can route a descriptor by its number alone.
 */
import type { DescriptorNumbers } from '../core/index.js';

/** First number of the band: far above what an operating system gives out, below the 2^31 that Node accepts. */
export const FIRST_DESCRIPTOR = 0x20000000;

const BITS = 32;
const FULL = 0xffffffff;

/**
 * Gives the lowest free number first, as POSIX asks of open(2). One bit per
 * number; giving a number back twice is harmless.
 *
 * @param first - the lowest number of the band.
 */
export function createDescriptorNumbers(first: number = FIRST_DESCRIPTOR): DescriptorNumbers {
  let words = new Uint32Array(8);
  // Every word below this one is full.
  let lowest = 0;

  function take(): number {
    while (lowest < words.length && words[lowest] === FULL) lowest++;
    if (lowest === words.length) words = grown(words);
    const free = ~(words[lowest] as number) >>> 0;
    const bit = 31 - Math.clz32(free & -free);
    words[lowest] = (words[lowest] as number) | (1 << bit);
    return first + lowest * BITS + bit;
  }

  function give(fd: number): void {
    const index = fd - first;
    const word = Math.floor(index / BITS);
    if (word < 0 || word >= words.length) return;
    words[word] = (words[word] as number) & ~(1 << (index % BITS));
    if (word < lowest) lowest = word;
  }

  return { take, give };
}

function grown(words: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(words.length * 2);
  larger.set(words);
  return larger;
}

// The version is part of the key: copies that disagree about the object's shape must not share it.
const KEY = Symbol.for('quotafs.descriptors.1');
const shared = globalThis as { [KEY]?: DescriptorNumbers };

/** The numbers of this process; the copy of the package that loads first provides them to the others. */
export const descriptors: DescriptorNumbers = (shared[KEY] ??= createDescriptorNumbers());
