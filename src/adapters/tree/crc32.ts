/** Adapters, trees: CRC-32 as zip has it. Node's own from 20.15 on; before that from a table, some ten times slower. */
import * as zlib from 'node:zlib';

const table = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function fromTable(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (const byte of bytes) crc = (crc >>> 8) ^ table[(crc ^ byte) & 0xff];
  return ~crc >>> 0;
}

/** @param before the CRC of the bytes before these */
export const crc32: (bytes: Uint8Array, before?: number) => number = zlib.crc32 ?? fromTable;
