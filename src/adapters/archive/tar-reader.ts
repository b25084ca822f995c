/**
 * Adapter, archives: reads a tar archive from its first block to its last. The
 * header blocks are node-tar's to decode; what is between them, and what a
 * stranger may do with them, is checked here. Whatever two readers could
 * understand in two ways is refused.
 */
import { isAscii, isUtf8 } from 'node:buffer';
import { nextTurn } from '../../host/index.js';
import { refuse } from './archive-error.js';
import type { ByteReader } from './byte-reader.js';
import type { Importer } from './importer.js';
import { decodeHeader, type TarHeader } from './tar-header.js';
import { parsePax } from './tar-pax.js';

const BLOCK = 512;
/** Longest pax header or long name. */
const MAX_EXTENSION = 1024 * 1024;
/** Most bytes after the end mark: GNU tar fills its last record with zeros. */
const MAX_PADDING = 16 * 1024 * 1024;
/** Bytes handed on at once, and the number after which others get a turn. */
const PIECE = 1024 * 1024;
const TURN = 16 * PIECE;

/** What extension headers say about the next entry. */
interface Extension {
  path?: string;
  link?: string;
  pax?: Map<string, string>;
}

export async function readTar(reader: ByteReader, importer: Importer): Promise<void> {
  let extension: Extension = {};
  let copied = 0;
  for (;;) {
    const header = await nextHeader(reader);
    if (header === undefined) break;
    const code = header.typeKey;
    if (code === 'V' && !header.size) continue;
    if (code === 'g' || code === 'x' || code === 'L' || code === 'K') {
      const content = await readExtension(reader, header);
      if (code === 'g') checkGlobal(parsePax(content));
      else extend(extension, code, content);
      continue;
    }
    copied += await readEntry(reader, importer, header, extension);
    extension = {};
    if (copied < TURN) continue;
    copied = 0;
    await nextTurn();
  }
  if (Object.keys(extension).length > 0) throw refuse('CORRUPT', 'an extension header has no entry');
  await readPadding(reader);
}

/** The next header, or undefined at the end mark of two zero blocks. */
async function nextHeader(reader: ByteReader): Promise<TarHeader | undefined> {
  if (!(await reader.need(BLOCK))) throw truncated('between two entries');
  const block = reader.take(BLOCK);
  if (isZero(block)) {
    if (!(await reader.need(BLOCK))) throw truncated('in its end mark');
    if (!isZero(reader.take(BLOCK))) throw refuse('CORRUPT', 'an entry follows a zero block');
    return undefined;
  }
  const header = decode(block);
  if (!header.cksumValid) throw refuse('CHECKSUM', 'a tar header does not match its checksum');
  if (!isAscii(block) && !namesIn(block).every((name) => isUtf8(upToNul(name)))) {
    throw refuse('NAME', 'a name is not UTF-8', upToNul(block.subarray(0, 100)).toString('latin1'));
  }
  // The label that `tar -V` writes has a name and a time only.
  if (!Number.isSafeInteger(header.typeKey === 'V' ? (header.size ?? 0) : header.size))
    throw refuse('CORRUPT', 'a size is no number');
  return header;
}

function decode(block: Buffer): TarHeader {
  try {
    return decodeHeader(block);
  } catch (cause) {
    throw refuse('CORRUPT', 'a tar header makes no sense', undefined, { cause });
  }
}

/** Name, target of a link, and the front part of a long name. */
const namesIn = (block: Buffer): Buffer[] => [
  block.subarray(0, 100),
  block.subarray(157, 257),
  block.subarray(345, 475),
];
const isZero = (block: Buffer): boolean => block[0] === 0 && block.every((byte) => byte === 0);
const truncated = (where: string) => refuse('TRUNCATED', `the tar archive ends ${where}`);

function upToNul(field: Buffer): Buffer {
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}

async function readExtension(reader: ByteReader, { size = 0 }: TarHeader): Promise<Buffer> {
  if (size > MAX_EXTENSION) throw refuse('CORRUPT', `an extension header has ${size} bytes`);
  const padded = size + padding(size);
  if (!(await reader.need(padded))) throw truncated('in an extension header');
  return Buffer.from(reader.take(padded).subarray(0, size));
}

function extend(extension: Extension, code: 'x' | 'L' | 'K', content: Buffer): void {
  const key = code === 'x' ? 'pax' : code === 'L' ? 'path' : 'link';
  if (extension[key] !== undefined) throw refuse('CORRUPT', 'an entry has two extension headers of one kind');
  if (code === 'x') {
    extension.pax = parsePax(content);
    return;
  }
  const name = upToNul(content);
  if (!isUtf8(name)) throw refuse('NAME', 'a name is not UTF-8', name.toString('latin1'));
  extension[key as 'path' | 'link'] = name.toString();
}

/** Global headers say who made the archive; one that renames or resizes what follows is a trap. */
function checkGlobal(records: Map<string, string>): void {
  for (const key of ['path', 'linkpath', 'size']) {
    if (records.has(key)) throw refuse('CORRUPT', `a global pax header sets '${key}'`);
  }
}

/** Takes one entry; returns the bytes that were copied. */
async function readEntry(
  reader: ByteReader,
  importer: Importer,
  header: TarHeader,
  { path, link, pax = new Map() }: Extension,
): Promise<number> {
  const name = pax.get('path') ?? path ?? header.path ?? '';
  if ([...pax.keys()].some((key) => key.startsWith('GNU.sparse.')))
    throw refuse('TYPE', 'sparse files are not known', name);
  const size = pax.has('size') ? paxNumber(pax.get('size'), /^\d{1,15}$/, name) : (header.size ?? 0);
  const type = typeOf(header, name);
  if (type !== 'file' && type !== 'other' && size !== 0) {
    throw refuse('CORRUPT', 'an entry that is no file has contents', name);
  }
  const mtime = pax.has('mtime') ? paxNumber(pax.get('mtime'), /^-?\d{1,12}(\.\d+)?$/, name) : (header.mtime ?? 0);
  const target =
    type === 'symlink' || type === 'link' ? (pax.get('linkpath') ?? link ?? header.linkpath ?? '') : undefined;
  importer.count(name, size);
  const entry = importer.select({ name, type, size, mode: header.mode, mtime, target });
  const sink = entry && importer.make(entry, mtime);
  for (let left = size; left > 0; ) {
    const piece = await reader.some(Math.min(left, PIECE));
    if (piece === undefined) throw refuse('TRUNCATED', 'the tar archive ends in an entry', name);
    left -= piece.length;
    sink?.write(piece, reader.stays);
  }
  sink?.end();
  const fill = padding(size);
  if (!(await reader.need(fill))) throw refuse('TRUNCATED', 'the tar archive ends in an entry', name);
  reader.take(fill);
  return size + BLOCK;
}

function typeOf(header: TarHeader, name: string): 'file' | 'directory' | 'symlink' | 'link' | 'other' {
  switch (header.typeKey) {
    case '':
    case '0':
    case '7':
      return name.endsWith('/') ? 'directory' : 'file';
    case '1':
      return 'link';
    case '2':
      return 'symlink';
    case '5':
      return 'directory';
    case '3':
    case '4':
    case '6':
      return 'other';
    default:
      throw refuse('TYPE', 'an entry is of an unknown type', name);
  }
}

function paxNumber(text: string | undefined, format: RegExp, name: string): number {
  if (text === undefined || !format.test(text)) throw refuse('CORRUPT', 'a pax record holds no number', name);
  return Number(text);
}

const padding = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;

/** To the end, so that the checksum of a compressed archive is seen. */
async function readPadding(reader: ByteReader): Promise<void> {
  let length = 0;
  for (let piece = await reader.some(PIECE); piece !== undefined; piece = await reader.some(PIECE)) {
    length += piece.length;
    if (length > MAX_PADDING) throw refuse('CORRUPT', 'much data follows the end of the tar archive');
  }
}
