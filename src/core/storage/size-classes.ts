/**
 * Core layer, storage: the sizes of pages and of slab blocks. Classes are eight to a doubling,
 * so at most an eighth of a block is unused; slabs grow with what their class
 * holds, so a small volume has small ones.
 */

/** Bytes of one page of a file, the largest chunk. */
export const PAGE_BYTES = 65_536;
/** Largest block, bytes. */
export const SLAB_BLOCK_MAX = 8192;
const SLAB_BYTES = 65_536;
export const FIRST_SLAB_BYTES = 256;
/** V8 keeps so short an array in its heap: it takes 20 ns, one with memory of its own 400 with what its end takes. */
const HEAP_ARRAY_BYTES = 64;
const LINEAR_MAX = 128;

/** Size class of `bytes` (1 to SLAB_BLOCK_MAX): multiples of 8 up to 128, then eight classes to a doubling. */
export const sizeClass = (bytes: number): number => {
  if (bytes <= LINEAR_MAX) return bytes <= 16 ? 0 : ((bytes + 7) >>> 3) - 2;
  const exponent = 31 - Math.clz32(bytes - 1);
  return 15 + (exponent - 7) * 8 + ((bytes - 1) >>> (exponent - 3)) - 8;
};

/** Block sizes by class: the largest of each. */
export const classBytes: number[] = [];
for (let bytes = 16; bytes <= LINEAR_MAX; bytes += 8) classBytes.push(bytes);
for (let base = LINEAR_MAX; base < SLAB_BLOCK_MAX; base *= 2) {
  for (let eighths = 9; eighths <= 16; eighths++) classBytes.push((base / 8) * eighths);
}

/** Block size of a class, bytes. */
export const blockBytes = (cls: number): number => classBytes[cls] as number;

/** Blocks of the next slab: half of what the class holds, from 256 bytes to 64 KiB; the first may have 64. */
export const blocksOfNext = (cls: number, total: number): number => {
  const size = blockBytes(cls);
  const first = total === 0 && size <= HEAP_ARRAY_BYTES ? HEAP_ARRAY_BYTES : FIRST_SLAB_BYTES;
  const least = Math.max(1, Math.floor(first / size));
  return Math.max(1, Math.min(Math.floor(SLAB_BYTES / size), Math.max(least, total >>> 1)));
};
