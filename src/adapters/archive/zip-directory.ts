/**
 * Adapter, archives: the central directory of a zip archive, the one list of its
 * entries that counts. yauzl decodes the records. Before anything is unpacked
 * they are all held against the local headers and against each other: no two
 * entries have one name or share a byte, and nothing is said twice differently.
 */

import { isUtf8 } from 'node:buffer';
import yauzl, { type Entry, type LocalFileHeader, type ZipFile } from 'yauzl';
import { S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG } from '../../core/index.js';
import { canonicalName } from '../tree/index.js';
import { ArchiveError, refuse } from './archive-error.js';
import type { RawEntry } from './importer.js';
import type { RandomSource } from './random-source.js';
import { SIZES_FOLLOW, STORED, UTF8 } from './zip-records.js';

/** An entry with the place of its bytes. */
export interface ZipEntry extends RawEntry {
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc: number;
  /** First byte of the local header. */
  readonly header: number;
  /** First byte of the packed contents. */
  readonly start: number;
  readonly packedSize: number;
}

/** Encrypted, strongly encrypted, or with masked headers. */
const ENCRYPTED = 0x1 | 0x40 | 0x2000;
const CENTRAL_HEADER = 0x02014b50;

/** Hosts whose attributes hold a mode of Unix: Unix and macOS. */
const UNIX_HOSTS = [3, 19];

/** yauzl's door to the bytes. It calls back at once: entries are read one by one, on demand. */
class Reader extends yauzl.RandomAccessReader {
  readonly #source: RandomSource;

  constructor(source: RandomSource) {
    super();
    this.#source = source;
  }

  override read(
    target: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    if (!Number.isSafeInteger(position)) {
      callback(refuse('CORRUPT', 'an offset is no place in the archive'));
      return;
    }
    const bytes = this.#source.read(position, length);
    target.set(bytes, offset);
    callback(null, bytes.length);
  }
}

/** Every entry, checked one by one. */
async function* zipEntries(source: RandomSource): AsyncGenerator<ZipEntry> {
  const options = { lazyEntries: true, decodeStrings: false, validateEntrySizes: false, autoClose: false };
  try {
    const zip = await yauzl.fromRandomAccessReaderPromise(new Reader(source), source.size, options);
    const directory = Number(zip.readEntryCursor);
    for await (const entry of zip.eachEntry()) {
      const described = await describe(zip, entry);
      if (described.start + described.packedSize > directory) {
        throw refuse('OVERLAP', 'an entry shares bytes with the list of entries', described.name);
      }
      yield described;
    }
    const after = source.read(Number(zip.readEntryCursor), 4);
    if (after.length === 4 && after.readUInt32LE() === CENTRAL_HEADER) {
      throw refuse('CORRUPT', 'the zip archive has more entries than it says');
    }
  } catch (error) {
    throw asArchiveError(error);
  }
}

/** Checks the whole directory: names are unique and no byte belongs to two entries. */
export async function checkZip(source: RandomSource, check: (entry: ZipEntry) => void): Promise<void> {
  const names = new Set<string>();
  const entries: ZipEntry[] = [];
  for await (const entry of zipEntries(source)) {
    const name = canonicalName(entry.name, refuse);
    if (names.has(name)) throw refuse('DUPLICATE', 'two entries have one name', entry.name);
    names.add(name);
    entries.push(entry);
    check(entry);
  }
  entries.sort((a, b) => a.header - b.header);
  for (const [index, { header, name }] of entries.entries()) {
    const before = entries[index - 1];
    if (before !== undefined && header < before.start + before.packedSize) {
      throw refuse('OVERLAP', 'two entries share bytes', name);
    }
  }
}

async function describe(zip: ZipFile, entry: Entry): Promise<ZipEntry> {
  const name = nameOf(entry);
  const local = await zip.readLocalFileHeaderPromise(entry);
  compare(entry, local, name);
  const unix = UNIX_HOSTS.includes(entry.versionMadeBy >>> 8) ? entry.externalFileAttributes >>> 16 : 0;
  return {
    name,
    type: typeOf(unix, name, entry.uncompressedSize),
    size: entry.uncompressedSize,
    mode: unix === 0 ? undefined : unix & 0o7777,
    mtime: Math.floor(entry.getLastModDate().getTime() / 1000),
    target: undefined,
    method: entry.compressionMethod,
    encrypted: (entry.generalPurposeBitFlag & ENCRYPTED) !== 0,
    crc: entry.crc32,
    header: entry.relativeOffsetOfLocalHeader,
    start: local.fileDataStart,
    packedSize: entry.compressedSize,
  };
}

/** Names that are not said to be UTF-8 but are pure ASCII or valid UTF-8 are what most tools write; else code page 437. */
function nameOf(entry: Entry): string {
  const raw = entry.fileNameRaw;
  const saysUtf8 = (entry.generalPurposeBitFlag & UTF8) !== 0;
  if (saysUtf8 && !isUtf8(raw)) throw refuse('NAME', 'a name is not UTF-8', raw.toString('latin1'));
  const flags = isUtf8(raw) ? entry.generalPurposeBitFlag | UTF8 : entry.generalPurposeBitFlag;
  const name = yauzl.getFileNameLowLevel(flags, raw, entry.extraFields, true);
  // Archives made on Windows: their backslashes are slashes.
  return UNIX_HOSTS.includes(entry.versionMadeBy >>> 8) ? name : name.replaceAll('\\', '/');
}

function typeOf(unix: number, name: string, size: number): RawEntry['type'] {
  const format = unix & S_IFMT;
  if (format === S_IFLNK) return 'symlink';
  if (format === S_IFDIR || name.endsWith('/')) return 'directory';
  // Info-ZIP calls what it read from a pipe a pipe, contents and all.
  if (format === S_IFIFO && size > 0) return 'file';
  return format === 0 || format === S_IFREG ? 'file' : 'other';
}

/** A reader that goes by the local headers must see the same archive. */
function compare(entry: Entry, local: LocalFileHeader, name: string): void {
  if (!local.fileName.equals(entry.fileNameRaw)) throw refuse('CORRUPT', 'an entry has two names', name);
  const flags = ENCRYPTED | SIZES_FOLLOW;
  const sameFlags = (local.generalPurposeBitFlag & flags) === (entry.generalPurposeBitFlag & flags);
  if (local.compressionMethod !== entry.compressionMethod || !sameFlags) {
    throw refuse('CORRUPT', 'an entry is packed in two ways', name);
  }
  if (entry.compressionMethod === STORED && !entry.isEncrypted() && entry.compressedSize !== entry.uncompressedSize) {
    throw refuse('SIZE', 'an entry that is not packed has two sizes', name);
  }
  if ((entry.generalPurposeBitFlag & SIZES_FOLLOW) !== 0) return;
  const isLong = local.compressedSize === 0xffffffff || local.uncompressedSize === 0xffffffff;
  const sameSizes = local.compressedSize === entry.compressedSize && local.uncompressedSize === entry.uncompressedSize;
  if (!isLong && !sameSizes) throw refuse('SIZE', 'an entry has two sizes', name);
  if (local.crc32 !== entry.crc32) throw refuse('CHECKSUM', 'an entry has two checksums', name);
}

/** yauzl's errors have messages only. */
function asArchiveError(error: unknown): unknown {
  if (error instanceof ArchiveError || !(error instanceof Error) || 'code' in error) return error;
  const isCut = /unexpected EOF|not found|overflows file bounds/.test(error.message);
  const isEncrypted = /encryption/.test(error.message);
  return refuse(isEncrypted ? 'ENCRYPTED' : isCut ? 'TRUNCATED' : 'CORRUPT', error.message, undefined, {
    cause: error,
  });
}
