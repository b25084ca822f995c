/**
 * Adapter, archives: the formats, how each is told from its first bytes, and
 * what Node has to unpack and pack it.
 */
import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { Header } from 'tar/header';
import { refuse } from './archive-error.js';

/** Formats of archives. 'tar.zst' needs a Node that has zstd: 22.15, 23.8 or later. */
export type ArchiveFormat = 'zip' | 'tar' | 'tar.gz' | 'tar.zst' | 'tar.br';

const FORMATS: readonly ArchiveFormat[] = ['zip', 'tar', 'tar.gz', 'tar.zst', 'tar.br'];
const CHUNK = 256 * 1024;

/** Bytes that {@link detectFormat} wants to see. */
export const DETECT_LENGTH = 512;

/** @throws ArchiveError FORMAT for a name that is no format */
export function checkFormat(format: string): ArchiveFormat {
  const known = FORMATS.find((each) => each === format);
  if (known === undefined) throw refuse('FORMAT', `no archive format is called ${JSON.stringify(format)}`);
  return known;
}

/**
 * Brotli has no mark to be known by: its format must be given.
 * @throws ArchiveError FORMAT when the bytes begin like no archive
 */
export function detectFormat(start: Buffer): ArchiveFormat {
  const mark = start.toString('hex', 0, 4);
  if (mark === '504b0304' || mark === '504b0506') return 'zip';
  if (mark.startsWith('1f8b')) return 'tar.gz';
  if (mark === '28b52ffd') return 'tar.zst';
  if (start.length === DETECT_LENGTH && looksLikeTar(start)) return 'tar';
  if (start.length === 0) throw refuse('FORMAT', 'the archive is empty');
  throw refuse('FORMAT', 'the bytes are no archive of a known format');
}

function looksLikeTar(block: Buffer): boolean {
  if (block.toString('latin1', 257, 262) === 'ustar' || block.every((byte) => byte === 0)) return true;
  try {
    return new Header(block).cksumValid;
  } catch {
    return false;
  }
}

/** Bytes of what packs or unpacks: its pieces, and its window (that of brotli and zstd as most archives have it). */
export const workOf = (format: ArchiveFormat): number => (/br|zst/.test(format) ? 2 ** 23 : 0) + 3 * CHUNK;

/** A stream that unpacks what is around a tar archive; undefined for one that is not compressed. */
export function decompressor(format: ArchiveFormat): Transform | undefined {
  switch (format) {
    case 'tar.gz':
      return zlib.createGunzip({ chunkSize: CHUNK });
    case 'tar.br':
      return zlib.createBrotliDecompress({ chunkSize: CHUNK });
    case 'tar.zst':
      if (!zlib.createZstdDecompress) throw withoutZstd();
      return zlib.createZstdDecompress({ chunkSize: CHUNK });
    default:
      return undefined;
  }
}

/** A stream that packs a tar archive; undefined for one that is not compressed. */
export function compressor(format: ArchiveFormat, level: number | undefined): Transform | undefined {
  switch (format) {
    case 'tar.gz':
      return zlib.createGzip({ chunkSize: CHUNK, level });
    case 'tar.br':
      return zlib.createBrotliCompress({
        chunkSize: CHUNK,
        params: { [zlib.constants.BROTLI_PARAM_QUALITY]: level ?? 5 },
      });
    case 'tar.zst':
      if (!zlib.createZstdCompress) throw withoutZstd();
      return zlib.createZstdCompress({
        chunkSize: CHUNK,
        params: level === undefined ? {} : { [zlib.constants.ZSTD_c_compressionLevel]: level },
      });
    default:
      return undefined;
  }
}

const withoutZstd = () => refuse('FORMAT', 'this Node has no zstd (22.15, 23.8 and later have it)');

/** zlib's errors as ours; others as they are. */
export function asArchiveError(error: unknown): unknown {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR')
    return refuse('TRUNCATED', 'the compressed data ends too early', undefined, { cause: error });
  if (code === 'Z_DATA_ERROR' && /check|crc/i.test(message)) {
    return refuse('CHECKSUM', 'the compressed data does not match its checksum', undefined, { cause: error });
  }
  if (!/^(Z_|ZSTD_|ERR_BROTLI|ERR__ERROR_FORMAT|ERR_ZSTD|ERR_PADDING)/.test(code)) return error;
  return refuse('CORRUPT', `the compressed data makes no sense (${message})`, undefined, { cause: error });
}
