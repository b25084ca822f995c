/**
 * Adapter, archives: an archive becomes a tree. Finds out what the source and
 * the format are, and lets one reader and one writer work together; whatever
 * fails, the writer cleans up.
 */

import { Readable } from 'node:stream';
import { validateInteger, validateString } from '../../facade/index.js';
import { type OutsideLinks, TreeWriter, type WritableFs } from '../tree/index.js';
import { refuse } from './archive-error.js';
import { asBuffer, ByteReader, type Chunks } from './byte-reader.js';
import {
  type ArchiveFormat,
  asArchiveError,
  checkFormat,
  DETECT_LENGTH,
  decompressor,
  detectFormat,
  workOf,
} from './formats.js';
import { type ArchiveEntry, type ArchiveLimits, type ImportCounts, Importer } from './importer.js';
import { type FileReadingFs, fromBytes, fromFile, pieces, type RandomSource } from './random-source.js';
import { Spool } from './spool.js';
import { readTar } from './tar-reader.js';
import { readZip } from './zip-reader.js';

/** What a tree can be imported into: a volume of ours, or any other `node:fs`. */
export type ImportFs = WritableFs & FileReadingFs;

/** A file that is an archive. */
export interface ArchiveFile {
  readonly path: string | URL;
  /** The file system it is on; default the one that is imported into. */
  readonly fs?: FileReadingFs;
}

/** Where an archive comes from: its bytes, a stream of them, or a file. */
export type ArchiveSource =
  | Uint8Array
  | ArrayBuffer
  | AsyncIterable<Uint8Array>
  | Iterable<Uint8Array>
  | ReadableStream<Uint8Array>
  | ArchiveFile
  | string
  | URL;

/** Options of {@link importArchive}. */
export interface ImportArchiveOptions {
  /** Directory that gets the tree; made when it is not there. Default '/'. */
  readonly to?: string;
  /** Default 'auto': known by its first bytes (brotli cannot be). */
  readonly format?: ArchiveFormat | 'auto';
  /** Asked once for each entry; false leaves it out. The target of a zip's symbolic link is not known yet. */
  readonly filter?: (entry: ArchiveEntry) => boolean;
  /** Called for each entry that was taken. When `atomic`, none is visible before the promise resolves. */
  readonly onEntry?: (entry: ArchiveEntry) => void;
  /** Parts to leave away at the front of each path; entries with no more parts are left out. Default 0. */
  readonly strip?: number;
  readonly limits?: ArchiveLimits;
  /** True: all entries or none, nothing visible before the end. False: entry by entry. Default true. */
  readonly atomic?: boolean;
  /** What happens to a symbolic link that leads out of `to`. Default 'refuse'. */
  readonly outsideLinks?: OutsideLinks;
}

/** What was imported. `bytes` are those of the files. */
export interface ImportResult extends Readonly<ImportCounts> {
  readonly format: ArchiveFormat;
}

/**
 * Unpacks an archive into a file system.
 *
 * Modes, times, symbolic and hard links (tar) and empty directories are kept; owners are not. Existing files are
 * replaced, existing directories are merged into. Nothing is written through a symbolic link below `to`.
 * A zip that comes as a stream of more than a MiB is first stored on the volume, as its list of entries is at its end.
 *
 * @param fs the file system that gets the tree
 * @param source the archive; a string or URL is a path on `fs`
 * @returns what was imported
 * @throws ArchiveError, see {@link ArchiveErrorCode}; QuotaExceededError (ENOSPC) when it does not fit; the errors of
 *   `fs` and of the source; ERR_INVALID_ARG_TYPE and ERR_OUT_OF_RANGE for `to` and `strip`. The volume is then as it was, unless `atomic` is false.
 */
export async function importArchive(
  fs: ImportFs,
  source: ArchiveSource,
  options: ImportArchiveOptions = {},
): Promise<ImportResult> {
  const { to = '/', atomic = true, strip = 0, limits = {}, outsideLinks = 'refuse', filter, onEntry } = options;
  const format = options.format === undefined || options.format === 'auto' ? undefined : checkFormat(options.format);
  validateString(to, 'options.to');
  validateInteger(strip, 'options.strip', 0);
  const opened = openSource(fs, source);
  try {
    const writer = new TreeWriter(fs, to, { atomic, refuse });
    const importer = new Importer(writer, { filter, onEntry, strip, limits, outsideLinks });
    try {
      const found = await read(fs, opened, format, writer, importer, limits);
      writer.commit();
      return { format: found, ...importer.counts };
    } catch (error) {
      writer.rollback();
      throw error;
    }
  } finally {
    opened.close();
  }
}

/** An archive that is open: readable at any place, or only forwards. */
interface OpenSource {
  readonly random?: RandomSource;
  readonly reader: ByteReader;
  close(): void;
}

function openSource(fs: FileReadingFs, source: ArchiveSource): OpenSource {
  if (source instanceof Uint8Array) return openRandom(fromBytes(source));
  if (source instanceof ArrayBuffer) return openRandom(fromBytes(new Uint8Array(source)));
  if (typeof source === 'string' || source instanceof URL) return openRandom(fromFile(fs, source));
  if (typeof source !== 'object' || source === null) throw new TypeError('source must be bytes, a stream or a file');
  if (source instanceof Readable)
    return { ...openStream(source[Symbol.asyncIterator]()), close: () => void source.destroy() };
  if (Symbol.asyncIterator in source) return openStream(source[Symbol.asyncIterator]());
  if (Symbol.iterator in source) return openStream(source[Symbol.iterator]());
  if ('path' in source) return openRandom(fromFile(source.fs ?? fs, source.path));
  throw new TypeError('source must be bytes, a stream or a file');
}

function openRandom(random: RandomSource): OpenSource {
  const reader = new ByteReader(pieces(random), random.stays);
  return { random, reader, close: () => random.close() };
}

function openStream(chunks: Chunks): OpenSource {
  const reader = new ByteReader(chunks);
  return { reader, close: () => reader.close() };
}

async function read(
  fs: ImportFs,
  { random, reader }: OpenSource,
  given: ArchiveFormat | undefined,
  writer: TreeWriter,
  importer: Importer,
  limits: ArchiveLimits,
): Promise<ArchiveFormat> {
  const format = given ?? detectFormat(await reader.peek(DETECT_LENGTH));
  if (format === 'zip') {
    if (random) await readZip(random, importer, limits);
    else await readZipStream(fs, reader, writer, importer, limits);
    return format;
  }
  const unpack = decompressor(format);
  if (unpack === undefined) await readTar(reader, importer);
  else {
    writer.billWork(workOf(format));
    await readCompressed(reader, unpack, importer, limits);
  }
  return format;
}

async function readZipStream(
  fs: ImportFs,
  reader: ByteReader,
  writer: TreeWriter,
  importer: Importer,
  limits: ArchiveLimits,
): Promise<void> {
  const spool = new Spool(fs, writer.ground);
  try {
    for await (const piece of reader.rest()) spool.write(piece);
    await readZip(spool, importer, limits);
  } finally {
    spool.close();
  }
}

/** Counts what goes in and what comes out: the ratio of a bomb shows before it has gone off. */
async function readCompressed(
  reader: ByteReader,
  unpack: NodeJS.ReadWriteStream & AsyncIterable<Uint8Array> & { destroy(error?: Error): void },
  importer: Importer,
  { ratio = Infinity }: ArchiveLimits,
): Promise<void> {
  let packed = 0;
  let size = 0;
  async function* input(): AsyncGenerator<Buffer> {
    for await (const piece of reader.rest()) {
      packed += piece.length;
      // Copied: zlib keeps it while the next one is asked for, and its maker may use the memory again.
      yield Buffer.from(piece);
    }
  }
  async function* output(): AsyncGenerator<Buffer> {
    for await (const piece of unpack) {
      size += piece.length;
      if (size > ratio * packed) throw refuse('LIMIT', `the archive unpacks to more than ${ratio} times its bytes`);
      yield asBuffer(piece);
    }
  }
  const source = Readable.from(input(), { highWaterMark: 1 });
  source.on('error', (error) => unpack.destroy(error));
  source.pipe(unpack);
  try {
    await readTar(new ByteReader(output()), importer);
  } catch (error) {
    throw asArchiveError(error);
  } finally {
    source.destroy();
    unpack.destroy();
  }
}
