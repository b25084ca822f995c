/** Adapter, archives: an archive that can be read at any place: bytes in memory, or a file of any file system. */
import { asBuffer } from './byte-reader.js';

type NodeFs = typeof import('node:fs');

/** The calls that read an archive which is a file. */
export type FileReadingFs = Pick<NodeFs, 'closeSync' | 'fstatSync' | 'openSync' | 'readSync'>;

export interface RandomSource {
  readonly size: number;
  /** True when `read` gives views of memory that is there anyway. */
  readonly stays: boolean;
  /** The bytes there; fewer only at the end. */
  read(position: number, length: number): Buffer;
  close(): void;
}

export function fromBytes(bytes: Uint8Array): RandomSource {
  const buffer = asBuffer(bytes);
  return {
    size: buffer.length,
    stays: true,
    read: (position, length) => buffer.subarray(position, position + length),
    close: () => undefined,
  };
}

/** @throws what opening the file throws */
export function fromFile(fs: FileReadingFs, path: Parameters<NodeFs['openSync']>[0]): RandomSource {
  const fd = fs.openSync(path, 'r');
  return {
    size: fs.fstatSync(fd).size,
    stays: false,
    read: (position, length) => readAt(fs, fd, position, length),
    close: () => fs.closeSync(fd),
  };
}

/** Bytes of an open file; fewer only at its end. */
export function readAt(fs: FileReadingFs, fd: number, position: number, length: number): Buffer {
  const target = Buffer.allocUnsafe(length);
  let done = 0;
  for (let count = -1; done < length && count !== 0; done += count) {
    count = fs.readSync(fd, target, done, length - done, position + done);
  }
  return target.subarray(0, done);
}

/** All of it in pieces, from the first byte on. */
export function* pieces(source: RandomSource, length = 1024 * 1024): Generator<Buffer> {
  for (let at = 0; at < source.size; at += length) {
    const piece = source.read(at, length);
    if (piece.length === 0) return;
    yield piece;
  }
}
