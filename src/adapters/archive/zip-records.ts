/**
 * Adapter, archives: the records of a zip archive as they are written (APPNOTE
 * 6.3.10): local headers, the central directory and its end, in the long form
 * (zip64) where a number needs it. Names are UTF-8, modes are Unix's, and times
 * stand there twice: MS-DOS's, and whole seconds in Info-ZIP's field.
 */
const VERSION = 20;
const VERSION_64 = 45;
/** Made on Unix: attributes hold a mode. */
const MADE_BY = (3 << 8) | VERSION_64;
/** Flags. */
export const UTF8 = 0x800;
export const SIZES_FOLLOW = 0x8;
/** Methods. */
export const STORED = 0;
export const DEFLATED = 8;
const MAX_16 = 0xffff;
const MAX_32 = 0xffffffff;

/** What the records say of an entry. */
export interface ZipRecord {
  /** Directories end in a slash. */
  readonly name: Buffer;
  /** With the bits of the type. */
  readonly mode: number;
  /** Whole seconds since the epoch. */
  readonly mtime: number;
  method: number;
  /** {@link SIZES_FOLLOW} when checksum and sizes come after the contents, else 0. */
  readonly flags: number;
  /** The zip64 form of the sizes, which must be chosen before they are known. */
  readonly long: boolean;
  crc: number;
  packedSize: number;
  size: number;
  /** First byte of the local header. */
  offset: number;
}

export function localHeader(record: ZipRecord): Buffer {
  const follows = (record.flags & SIZES_FOLLOW) !== 0;
  const { crc, packedSize, size } = follows ? { crc: 0, packedSize: 0, size: 0 } : record;
  const extra = Buffer.concat([timeField(record.mtime), record.long ? longField([size, packedSize]) : Buffer.alloc(0)]);
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  writeCommon(head, 4, record);
  head.writeUInt32LE(crc, 14);
  head.writeUInt32LE(record.long ? MAX_32 : packedSize, 18);
  head.writeUInt32LE(record.long ? MAX_32 : size, 22);
  head.writeUInt16LE(record.name.length, 26);
  head.writeUInt16LE(extra.length, 28);
  return Buffer.concat([head, record.name, extra]);
}

/** After the contents, when the local header could not know. */
export function dataDescriptor({ crc, packedSize, size, long }: ZipRecord): Buffer {
  const record = Buffer.alloc(long ? 24 : 16);
  record.writeUInt32LE(0x08074b50, 0);
  record.writeUInt32LE(crc, 4);
  if (long) {
    record.writeBigUInt64LE(BigInt(packedSize), 8);
    record.writeBigUInt64LE(BigInt(size), 16);
  } else {
    record.writeUInt32LE(packedSize, 8);
    record.writeUInt32LE(size, 12);
  }
  return record;
}

export function centralHeader(record: ZipRecord): Buffer {
  const { name, mode, mtime, crc, packedSize, size, offset, long } = record;
  const isFar = offset >= MAX_32;
  const longs = [...(long ? [size, packedSize] : []), ...(isFar ? [offset] : [])];
  const extra = Buffer.concat([timeField(mtime), longs.length > 0 ? longField(longs) : Buffer.alloc(0)]);
  const head = Buffer.alloc(46);
  head.writeUInt32LE(0x02014b50, 0);
  head.writeUInt16LE(MADE_BY, 4);
  writeCommon(head, 6, record);
  head.writeUInt32LE(crc, 16);
  head.writeUInt32LE(long ? MAX_32 : packedSize, 20);
  head.writeUInt32LE(long ? MAX_32 : size, 24);
  head.writeUInt16LE(name.length, 28);
  head.writeUInt16LE(extra.length, 30);
  // Mode above, MS-DOS's directory bit below.
  const isDirectory = name.at(-1) === 0x2f;
  head.writeUInt32LE((mode * 0x10000 + (isDirectory ? 0x10 : 0)) >>> 0, 38);
  head.writeUInt32LE(isFar ? MAX_32 : offset, 42);
  return Buffer.concat([head, name, extra]);
}

/** @param start offset and size of the central directory */
export function endRecords(count: number, start: number, size: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(count, MAX_16), 8);
  end.writeUInt16LE(Math.min(count, MAX_16), 10);
  end.writeUInt32LE(Math.min(size, MAX_32), 12);
  end.writeUInt32LE(Math.min(start, MAX_32), 16);
  if (count < MAX_16 && start < MAX_32 && size < MAX_32) return end;
  const long = Buffer.alloc(56);
  long.writeUInt32LE(0x06064b50, 0);
  long.writeBigUInt64LE(44n, 4);
  long.writeUInt16LE(MADE_BY, 12);
  long.writeUInt16LE(VERSION_64, 14);
  long.writeBigUInt64LE(BigInt(count), 24);
  long.writeBigUInt64LE(BigInt(count), 32);
  long.writeBigUInt64LE(BigInt(size), 40);
  long.writeBigUInt64LE(BigInt(start), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(start + size), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([long, locator, end]);
}

/** True when a file of this size needs the long form, however badly it packs. */
export const needsLong = (size: number): boolean => size >= MAX_32 - size / 1000 - 1024;

/** Version needed, flags, method and MS-DOS's time: five fields that both headers have in a row. */
function writeCommon(head: Buffer, at: number, { flags, method, mtime, long }: ZipRecord): void {
  head.writeUInt16LE(long ? VERSION_64 : VERSION, at);
  head.writeUInt16LE(flags | UTF8, at + 2);
  head.writeUInt16LE(method, at + 4);
  // Its years are 1980 to 2107, its seconds even, its hours local.
  const date = new Date(mtime * 1000);
  const year = Math.min(Math.max(date.getFullYear(), 1980), 2107);
  head.writeUInt16LE((date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1), at + 6);
  head.writeUInt16LE(((year - 1980) << 9) | ((date.getMonth() + 1) << 5) | date.getDate(), at + 8);
}

/** Info-ZIP's 'UT': the time of the last change, 32 bits with a sign. */
function timeField(mtime: number): Buffer {
  if (mtime !== (mtime | 0)) return Buffer.alloc(0);
  const field = Buffer.alloc(9);
  field.writeUInt16LE(0x5455, 0);
  field.writeUInt16LE(5, 2);
  field.writeUInt8(1, 4);
  field.writeInt32LE(mtime, 5);
  return field;
}

function longField(values: readonly number[]): Buffer {
  const field = Buffer.alloc(4 + 8 * values.length);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(8 * values.length, 2);
  for (const [index, value] of values.entries()) field.writeBigUInt64LE(BigInt(value), 4 + 8 * index);
  return field;
}
