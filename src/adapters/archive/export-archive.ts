/**
 * Adapter, archives: a tree becomes an archive, as one Buffer or as a stream.
 * The stream reads the tree while it is read from, and holds a few pieces of
 * 1 MiB at most.
 */
import { pipeline, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { ReadableFs } from '../tree/index.js';
import { type ExportFilter, exportedTree } from './exported-tree.js';
import { type ArchiveFormat, checkFormat, compressor } from './formats.js';
import { sizeInTar, writeTar } from './tar-writer.js';
import { writeZip } from './zip-writer.js';

/** What a tree can be exported from: a volume of ours, or any other `node:fs`. */
export type ExportFs = ReadableFs;

export interface ExportArchiveOptions {
  /** Default 'zip'. */
  readonly format?: ArchiveFormat;
  /** How hard to pack, in the numbers of the format: zip and gz 0 (store) to 9, zst 1 to 22, br 0 to 11. */
  readonly level?: number;
  /** Asked for each entry, with its path below `from`; false leaves it and what is below it out. */
  readonly filter?: ExportFilter;
}

const END = 1024;
const TURN = 16 * 1024 * 1024;

/**
 * Packs what is below a directory (or one file) into an archive in memory of the caller's, outside the quota.
 *
 * Names are relative to `from`, which is no entry itself. Modes, times, symbolic links and empty directories are kept;
 * hard links and fractions of seconds by the tar formats only.
 *
 * @param from directory or file on `fs`; default '/'
 * @throws ArchiveError FORMAT, TYPE, NAME, CHANGED; the errors of `fs`
 */
export async function exportArchive(fs: ExportFs, from = '/', options: ExportArchiveOptions = {}): Promise<Buffer> {
  const format = checkFormat(options.format ?? 'zip');
  if (format === 'tar') return exportTar(fs, from, options.filter);
  const pieces: Buffer[] = [];
  for await (const piece of exportArchiveStream(fs, from, options)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Contents are read to where they stay: the whole size is known, nearly, before. */
async function exportTar(fs: ExportFs, from: string, filter: ExportFilter | undefined): Promise<Buffer> {
  let size = END;
  for (const { stats } of exportedTree(fs, from, filter)) size += sizeInTar(stats) + 1024;
  let archive = Buffer.allocUnsafeSlow(size);
  let length = 0;
  let turn = TURN;
  const allocate = (bytes: number): Buffer => {
    if (length + bytes > archive.length) {
      const larger = Buffer.allocUnsafeSlow(2 * (length + bytes));
      archive.copy(larger, 0, 0, length);
      archive = larger;
    }
    length += bytes;
    return archive.subarray(length - bytes, length);
  };
  for (const _ of writeTar(fs, exportedTree(fs, from, filter), allocate)) {
    if (length < turn) continue;
    turn = length + TURN;
    await setImmediate();
  }
  return archive.subarray(0, length);
}

/**
 * {@link exportArchive} as a stream of Buffers.
 * @throws ArchiveError FORMAT at once; whatever else fails is the stream's 'error'
 */
export function exportArchiveStream(fs: ExportFs, from = '/', options: ExportArchiveOptions = {}): Readable {
  const { level, filter } = options;
  const format = checkFormat(options.format ?? 'zip');
  const entries = exportedTree(fs, from, filter);
  const allocate = (length: number): Buffer => Buffer.allocUnsafe(length);
  const archive = format === 'zip' ? writeZip(fs, entries, level) : writeTar(fs, entries, allocate);
  const pack = compressor(format, level);
  const source = Readable.from(archive, { highWaterMark: 1 });
  return pack === undefined ? source : pipeline(source, pack, () => undefined);
}
