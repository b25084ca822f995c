/**
 * Adapter, archives: a tree becomes an archive, as one Buffer or as a stream.
 * The stream reads the tree while it is read from, and holds a few pieces of
 * 1 MiB at most, which it is billed for while it is open.
 */
import { Readable, type Transform } from 'node:stream';
import { nextTurn } from '../../host/index.js';
import { Bill, type ReadableFs } from '../tree/index.js';
import { type ExportFilter, exportedTree, type TreeEntry } from './exported-tree.js';
import { type ArchiveFormat, checkFormat, compressor, workOf } from './formats.js';
import { MAX_PIECE, sizeInTar, writeTar } from './tar-writer.js';
import { writeZip, writeZipSync } from './zip-writer.js';

/** What a tree can be exported from: a volume of ours, or any other `node:fs`. */
export type ExportFs = ReadableFs;

/** Options of {@link exportArchive}. */
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
/** The smallest pieces of a stream: of a small volume, and where there is no room for larger ones. */
const LEAST_PIECE = 16 * 1024;

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
  for await (const piece of archiveStream(fs, from, options, format, MAX_PIECE)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/**
 * {@link exportArchive} for where nothing can be waited for, such as a listener of 'exit'. A zip only; files above
 * 64 MiB are stored.
 * @throws ArchiveError TYPE, NAME, CHANGED; the errors of `fs`
 */
export function exportArchiveSync(
  fs: ExportFs,
  from = '/',
  { level, filter }: Omit<ExportArchiveOptions, 'format'> = {},
): Buffer {
  return Buffer.concat([...writeZipSync(fs, exportedTree(fs, from, filter), level)]);
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
    await nextTurn();
  }
  return archive.subarray(0, length);
}

/** Volumes of which a stream is open that is not billed. */
const exporting = new WeakSet<object>();
/** Streams that nobody closed. */
const lost = new FinalizationRegistry<Bill>((bill) => bill.end());

/**
 * {@link exportArchive} as a stream of Buffers. Of streams that are open at one time, all but the first are billed to
 * the volume for what they work with.
 * @throws ArchiveError FORMAT at once; whatever else fails is the stream's 'error', ENOSPC too
 */
export function exportArchiveStream(fs: ExportFs, from = '/', options: ExportArchiveOptions = {}): Readable {
  const format = checkFormat(options.format ?? 'zip');
  const bill = new Bill(fs, exporting);
  const work = (piece: number): number =>
    (format === 'zip' ? 0 : HELD * piece) + (format === 'tar' ? 0 : workOf(format));
  let piece = Math.min(MAX_PIECE, Math.max(LEAST_PIECE, Math.floor(bill.limit / 64)));
  let refusal: unknown;
  if (!bill.work(work(piece))) {
    piece = LEAST_PIECE;
    try {
      bill.take(work(piece), from);
    } catch (error) {
      refusal = error;
    }
  }
  const stream = refusal ? new Readable() : archiveStream(fs, from, options, format, piece);
  lost.register(stream, bill);
  // Not at 'close', which comes a turn later: who destroys a stream of a full volume may begin the next at once.
  const { _destroy } = stream;
  stream._destroy = (error, done) => {
    bill.end();
    _destroy.call(stream, error, done);
  };
  return refusal ? stream.destroy(refusal as Error) : stream;
}

/** Pieces that are held at once: one is packed, one waits for that, one is being filled. */
const HELD = 3;

/** @param piece bytes of the pieces of a tar archive */
function archiveStream(
  fs: ExportFs,
  from: string,
  { level, filter }: ExportArchiveOptions,
  format: ArchiveFormat,
  piece: number,
): Readable {
  const entries = exportedTree(fs, from, filter);
  const newSlab = (): Buffer => Buffer.allocUnsafeSlow(piece);
  const pack = compressor(format, level);
  if (pack === undefined) {
    const archive = format === 'zip' ? writeZip(fs, entries, level) : tarInSlabs(fs, entries, newSlab);
    return Readable.from(archive, { highWaterMark: 1 });
  }
  const slabs = Array.from({ length: HELD }, newSlab);
  let turn = 0;
  packAll(
    tarInSlabs(fs, entries, () => slabs[turn++ % HELD]),
    pack,
  ).catch((error) => pack.destroy(error));
  return pack;
}

/** When a piece is taken, the one before the last has been packed: its memory may be used again. */
async function packAll(pieces: Iterable<Buffer>, pack: Transform): Promise<void> {
  const closed = new Promise<void>((_, reject) => pack.once('close', () => reject(new Error('the stream was closed'))));
  closed.catch(() => undefined);
  let written: Promise<void> = Promise.resolve();
  for (const piece of pieces) {
    await Promise.race([written, closed]);
    written = new Promise((resolve, reject) => {
      pack.write(piece, (error) => (error ? reject(error) : resolve()));
    });
    written.catch(() => undefined);
  }
  await Promise.race([written, closed]);
  pack.end();
}

/**
 * The pieces of a tar archive, joined where they are made: headers and small files would each be a turn of the event loop,
 * and one of zlib's threads.
 */
function* tarInSlabs(fs: ExportFs, entries: Iterable<TreeEntry>, nextSlab: () => Buffer): Generator<Buffer> {
  let slab = nextSlab();
  let length = 0;
  let full: Buffer | undefined;
  const allocate = (bytes: number): Buffer => {
    if (length + bytes > slab.length) {
      full = slab.subarray(0, length);
      slab = nextSlab();
      length = 0;
    }
    length += bytes;
    return slab.subarray(length - bytes, length);
  };
  for (const _ of writeTar(fs, entries, allocate, slab.length)) {
    if (full === undefined) continue;
    yield full;
    full = undefined;
  }
  yield slab.subarray(0, length);
}
