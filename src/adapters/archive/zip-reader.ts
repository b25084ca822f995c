/**
 * Adapter, archives: unpacks a zip archive. Contents are inflated by Node's
 * zlib, never past the size that the entry says, and compared with its checksum.
 */
import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { createInflateRaw, inflateRawSync } from 'node:zlib';
import { codeOf, nextTurn, textBytes } from '../../host/index.js';
import { crc32, type FileSink } from '../tree/index.js';
import { refuse } from './archive-error.js';
import type { ArchiveLimits, Importer } from './importer.js';
import type { RandomSource } from './random-source.js';
import { checkZip, type ZipEntry } from './zip-directory.js';
import { DEFLATED, STORED } from './zip-records.js';

const PIECE = 256 * 1024;
/** Entries up to this size, packed and unpacked, are inflated in one call. */
const SMALL = 256 * 1024;
/** Least that zlib takes. */
const MIN_CHUNK = 64;
const TURN = 4 * 1024 * 1024;
const MAX_TARGET = 4095;
/** Bytes of an entry that is known until the end, beside its two names. */
const ENTRY_PRICE = 448;

export async function readZip(
  source: RandomSource,
  importer: Importer,
  { ratio = Infinity }: ArchiveLimits,
): Promise<void> {
  const selected: ZipEntry[] = [];
  let total = 0;
  await checkZip(source, (entry) => {
    importer.count(entry.name, entry.size);
    importer.bill(ENTRY_PRICE + 2 * textBytes(entry.name));
    if (importer.select(entry) === undefined) return;
    checkEntry(entry, ratio);
    selected.push(entry);
    total += entry.size;
  });
  importer.demandRoom(total);
  let copied = 0;
  for (const entry of selected) {
    await readEntry(source, importer, entry);
    copied += entry.size + 1024;
    if (copied < TURN) continue;
    copied = 0;
    await nextTurn();
  }
}

function checkEntry({ name, encrypted, method, type, size, packedSize }: ZipEntry, ratio: number): void {
  if (encrypted) throw refuse('ENCRYPTED', 'an entry is encrypted', name);
  if (method !== STORED && method !== DEFLATED) throw refuse('METHOD', `an entry is packed by method ${method}`, name);
  if (type === 'other') throw refuse('TYPE', 'an entry is a device or a pipe', name);
  if (type === 'directory' && size !== 0) throw refuse('CORRUPT', 'a directory has contents', name);
  if (type === 'symlink' && size > MAX_TARGET) throw refuse('CORRUPT', 'a symbolic link has no possible target', name);
  if (size > ratio * Math.max(1, packedSize)) {
    throw refuse('LIMIT', `an entry unpacks to more than ${ratio} times its bytes`, name);
  }
}

async function readEntry(source: RandomSource, importer: Importer, raw: ZipEntry): Promise<void> {
  const target = raw.type === 'symlink' ? await readTarget(source, raw) : undefined;
  const entry = importer.present({ ...raw, size: target === undefined ? raw.size : 0, target });
  const sink = entry && importer.make(entry, raw.mtime);
  if (sink) await copy(source, raw, sink);
}

/** The contents of a symbolic link are its target. */
async function readTarget(source: RandomSource, entry: ZipEntry): Promise<string> {
  const text: Buffer[] = [];
  await copy(source, entry, { write: (bytes) => void text.push(Buffer.from(bytes)), end: () => undefined });
  const target = Buffer.concat(text);
  if (!isUtf8(target)) throw refuse('NAME', 'the target of a link is not UTF-8', entry.name);
  return target.toString();
}

/** Hands the contents to the sink, checked. */
async function copy(source: RandomSource, entry: ZipEntry, sink: FileSink): Promise<void> {
  let crc = 0;
  let size = 0;
  for await (const piece of unpacked(source, entry)) {
    size += piece.length;
    if (size > entry.size) throw refuse('SIZE', 'an entry is larger than it says', entry.name);
    crc = crc32(piece, crc);
    // What was inflated stays; a small part of a large buffer would keep all of that.
    sink.write(piece, entry.method === STORED ? source.stays : 2 * piece.length >= piece.buffer.byteLength);
  }
  if (size < entry.size) throw refuse('SIZE', 'an entry is smaller than it says', entry.name);
  if (crc !== entry.crc) throw refuse('CHECKSUM', 'an entry does not match its checksum', entry.name);
  sink.end();
}

function unpacked(source: RandomSource, entry: ZipEntry): Iterable<Buffer> | AsyncIterable<Buffer> {
  if (entry.method === STORED) return packed(source, entry);
  return entry.size <= SMALL && entry.packedSize <= SMALL ? [inflated(source, entry)] : inflating(source, entry);
}

function* packed(source: RandomSource, { start, packedSize, name }: ZipEntry): Generator<Buffer> {
  for (let done = 0; done < packedSize; ) {
    const piece = source.read(start + done, Math.min(PIECE, packedSize - done));
    if (piece.length === 0) throw refuse('TRUNCATED', 'the zip archive ends in an entry', name);
    done += piece.length;
    yield piece;
  }
}

function inflated(source: RandomSource, entry: ZipEntry): Buffer {
  try {
    const bytes = source.read(entry.start, entry.packedSize);
    // One byte more than it says is enough to tell the lie.
    const most = entry.size + 1;
    const options = { maxOutputLength: most, chunkSize: Math.max(MIN_CHUNK, most), info: true } as const;
    const { buffer, engine } = inflateRawSync(bytes, options) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    demandAllRead(engine.bytesWritten, entry);
    return buffer;
  } catch (error) {
    throw inflateError(error, entry);
  }
}

async function* inflating(source: RandomSource, entry: ZipEntry): AsyncGenerator<Buffer> {
  const inflate = createInflateRaw({ chunkSize: PIECE });
  const input = Readable.from(packed(source, entry), { highWaterMark: 1 });
  input.on('error', (error) => inflate.destroy(error));
  input.pipe(inflate);
  try {
    yield* inflate;
    demandAllRead(inflate.bytesWritten, entry);
  } catch (error) {
    throw inflateError(error, entry);
  } finally {
    input.destroy();
    inflate.destroy();
  }
}

/** Bytes after the end of the compressed data would be seen by nobody. */
function demandAllRead(bytes: number, { packedSize, name }: ZipEntry): void {
  if (bytes !== packedSize) throw refuse('CORRUPT', 'an entry has bytes after its end', name);
}

function inflateError(error: unknown, { name }: ZipEntry): unknown {
  const code = codeOf(error) ?? '';
  if (code === 'ERR_BUFFER_TOO_LARGE') return refuse('SIZE', 'an entry is larger than it says', name);
  if (!/^Z_/.test(code)) return error;
  return refuse('CORRUPT', `an entry cannot be inflated (${(error as Error).message})`, name, { cause: error });
}
