/**
 * Adapter, archives: writes a tree as a zip archive. Small files are packed in
 * one call and stored when that does not make them smaller; large ones stream.
 * Hard links become files of their own: zip has no word for them.
 */
import { Readable } from 'node:stream';
import { createDeflateRaw, deflateRawSync } from 'node:zlib';
import { crc32, type ReadableFs } from '../tree/index.js';
import { refuse } from './archive-error.js';
import type { TreeEntry } from './exported-tree.js';
import {
  centralHeader,
  DEFLATED,
  dataDescriptor,
  endRecords,
  localHeader,
  needsLong,
  SIZES_FOLLOW,
  STORED,
  type ZipRecord,
} from './zip-records.js';

const SMALL = 256 * 1024;
const PIECE = 256 * 1024;

/** @param level 0 stores; 1 to 9 pack; undefined is zlib's default */
export async function* writeZip(
  fs: ReadableFs,
  entries: Iterable<TreeEntry>,
  level: number | undefined,
): AsyncGenerator<Buffer> {
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const record = recordOf(entry, level, offset);
    for await (const piece of writeEntry(fs, entry, record, level)) {
      offset += piece.length;
      yield piece;
    }
    directory.push(centralHeader(record));
  }
  const start = offset;
  const list = Buffer.concat(directory);
  yield list;
  yield endRecords(directory.length, start, list.length);
}

/** Up to this size a file is packed in one piece where nothing may be waited for; larger ones are stored. */
const PACKED_WHOLE = 64 * 1024 * 1024;

/** {@link writeZip} without waiting. */
export function* writeZipSync(
  fs: ReadableFs,
  entries: Iterable<TreeEntry>,
  level: number | undefined,
): Generator<Buffer> {
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const { name, path, stats } = entry;
    const record = recordOf(entry, 0, offset);
    const pieces =
      stats.isFile() && stats.size > PACKED_WHOLE
        ? writeStored(fs, path, name, record)
        : stats.isDirectory()
          ? [localHeader(record)]
          : stats.isFile()
            ? writeSmall(fs.readFileSync(path), record, level)
            : writeSmall(Buffer.from(String(fs.readlinkSync(path))), record, 0);
    for (const piece of pieces) {
      offset += piece.length;
      yield piece;
    }
    directory.push(centralHeader(record));
  }
  const list = Buffer.concat(directory);
  yield list;
  yield endRecords(directory.length, offset, list.length);
}

function recordOf({ name, stats }: TreeEntry, level: number | undefined, offset: number): ZipRecord {
  const bytes = Buffer.from(stats.isDirectory() ? `${name}/` : name);
  const streams = stats.isFile() && stats.size > SMALL && level !== 0;
  return {
    name: bytes,
    mode: stats.mode & 0o177777,
    mtime: Math.floor(stats.mtimeMs / 1000),
    method: streams ? DEFLATED : STORED,
    flags: streams ? SIZES_FOLLOW : 0,
    long: stats.isFile() && needsLong(stats.size),
    crc: 0,
    packedSize: 0,
    size: 0,
    offset,
  };
}

async function* writeEntry(
  fs: ReadableFs,
  { name, path, stats }: TreeEntry,
  record: ZipRecord,
  level: number | undefined,
): AsyncGenerator<Buffer> {
  if (stats.isDirectory()) yield localHeader(record);
  else if (stats.isSymbolicLink()) yield* writeSmall(Buffer.from(String(fs.readlinkSync(path))), record, 0);
  else if (stats.size <= SMALL) yield* writeSmall(fs.readFileSync(path), record, level);
  else if (record.method === STORED) yield* writeStored(fs, path, name, record);
  else yield* writeDeflated(fs, path, record, level);
}

function* writeSmall(data: Buffer, record: ZipRecord, level: number | undefined): Generator<Buffer> {
  const packed =
    data.length === 0 || level === 0 ? data : deflateRawSync(data, { level, chunkSize: Math.max(64, data.length) });
  const content = packed.length < data.length ? packed : data;
  record.method = content === data ? STORED : DEFLATED;
  record.crc = crc32(data);
  record.size = data.length;
  record.packedSize = content.length;
  yield Buffer.concat([localHeader(record), content]);
}

/** The checksum comes before the contents: they are read twice. */
function* writeStored(fs: ReadableFs, path: string, name: string, record: ZipRecord): Generator<Buffer> {
  for (const piece of readPieces(fs, path)) {
    record.crc = crc32(piece, record.crc);
    record.size += piece.length;
  }
  record.packedSize = record.size;
  yield localHeader(record);
  let crc = 0;
  let size = 0;
  for (const piece of readPieces(fs, path)) {
    crc = crc32(piece, crc);
    size += piece.length;
    yield piece;
  }
  if (crc !== record.crc || size !== record.size) throw refuse('CHANGED', 'a file changed while it was read', name);
}

async function* writeDeflated(
  fs: ReadableFs,
  path: string,
  record: ZipRecord,
  level: number | undefined,
): AsyncGenerator<Buffer> {
  yield localHeader(record);
  function* read(): Generator<Buffer> {
    for (const piece of readPieces(fs, path)) {
      record.crc = crc32(piece, record.crc);
      record.size += piece.length;
      yield piece;
    }
  }
  const deflate = createDeflateRaw({ level, chunkSize: PIECE });
  const input = Readable.from(read(), { highWaterMark: 1 });
  input.on('error', (error) => deflate.destroy(error));
  input.pipe(deflate);
  try {
    for await (const piece of deflate) {
      record.packedSize += piece.length;
      yield piece;
    }
  } finally {
    input.destroy();
    deflate.destroy();
  }
  if (needsLong(record.size) && !record.long) throw refuse('CHANGED', 'a file grew while it was read', path);
  yield dataDescriptor(record);
}

function* readPieces(fs: ReadableFs, path: string): Generator<Buffer> {
  const fd = fs.openSync(path, 'r');
  try {
    for (;;) {
      const piece = Buffer.allocUnsafe(PIECE);
      const count = fs.readSync(fd, piece, 0, PIECE, null);
      if (count === 0) return;
      yield piece.subarray(0, count);
    }
  } finally {
    fs.closeSync(fd);
  }
}
