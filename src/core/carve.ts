/**
 * Core layer: memory for the smallest tables, which every volume has. An ArrayBuffer of its own takes half a
 * microsecond to get and to give back, a view of a larger one a fiftieth of that. So tables of all volumes lie side by
 * side in buffers of 4 KiB, as Node's own small Buffers do.
 *
 * Invariant: no byte is given out twice, so what is given is zero and nobody else's, whatever snapshots keep of it. A
 * buffer goes with the last table in it: a volume, which has two such tables, keeps at most two buffers alive.
 */
const BUFFER_BYTES = 4096;

let buffer: ArrayBuffer | undefined;
let used = 0;

/** Zeros for a table of so many 32-bit words, which fit into a buffer. */
export const carve = (words: number): Uint32Array => {
  if (buffer === undefined || used + words * 4 > BUFFER_BYTES) {
    buffer = new ArrayBuffer(BUFFER_BYTES);
    used = 0;
  }
  const start = used;
  used += words * 4;
  return new Uint32Array(buffer, start, words);
};
