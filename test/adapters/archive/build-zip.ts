/** Test helper: zip archives byte by byte, so that any field can lie. */
import { deflateRawSync, crc32 as nodeCrc } from 'node:zlib';

export interface ZipPart {
  name: string | Buffer;
  data?: Buffer | string;
  method?: number;
  /** The compressed bytes, when they are not what `data` deflates to. */
  packed?: Buffer;
  flags?: number;
  crc?: number;
  size?: number;
  packedSize?: number;
  mode?: number;
  madeBy?: number;
  extra?: Buffer;
  /** Fields of the local header that differ. */
  local?: { name?: string | Buffer; size?: number; packedSize?: number; crc?: number; method?: number; flags?: number };
  /** Offset of the local header as the central directory has it. */
  offset?: number;
  /** No local part: the central entry only. */
  centralOnly?: boolean;
}

export interface ZipEnd {
  count?: number;
  start?: number;
  size?: number;
  disk?: number;
  comment?: Buffer;
  before?: Buffer;
  after?: Buffer;
}

const UTF8 = 0x800;

export function buildZip(parts: readonly ZipPart[], end: ZipEnd = {}): Buffer {
  const pieces: Buffer[] = [end.before ?? Buffer.alloc(0)];
  const list: Buffer[] = [];
  let offset = pieces[0]?.length ?? 0;
  for (const part of parts) {
    const fields = fieldsOf(part);
    if (!part.centralOnly) {
      const local = { ...fields, ...part.local, name: toBytes(part.local?.name ?? part.name) };
      const header = Buffer.alloc(30);
      header.writeUInt32LE(0x04034b50, 0);
      writeCommon(header, 4, local);
      header.writeUInt16LE(local.name.length, 26);
      pieces.push(header, local.name, fields.packed);
    }
    list.push(centralOf(part, fields, part.offset ?? offset));
    offset = pieces.reduce((sum, piece) => sum + piece.length, 0);
  }
  const directory = Buffer.concat(list);
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(end.disk ?? 0, 4);
  record.writeUInt16LE(end.count ?? parts.length, 8);
  record.writeUInt16LE(end.count ?? parts.length, 10);
  record.writeUInt32LE(end.size ?? directory.length, 12);
  record.writeUInt32LE(end.start ?? offset, 16);
  record.writeUInt16LE(end.comment?.length ?? 0, 20);
  return Buffer.concat([...pieces, directory, record, end.comment ?? Buffer.alloc(0), end.after ?? Buffer.alloc(0)]);
}

const toBytes = (name: string | Buffer): Buffer => (typeof name === 'string' ? Buffer.from(name) : name);

interface Fields {
  name: Buffer;
  method: number;
  flags: number;
  crc: number;
  size: number;
  packedSize: number;
  packed: Buffer;
}

function fieldsOf(part: ZipPart): Fields {
  const data = Buffer.from(part.data ?? '');
  const method = part.method ?? 0;
  const packed = part.packed ?? (method === 8 ? deflateRawSync(data) : data);
  return {
    name: toBytes(part.name),
    method,
    flags: part.flags ?? UTF8,
    crc: part.crc ?? crc(data),
    size: part.size ?? data.length,
    packedSize: part.packedSize ?? packed.length,
    packed,
  };
}

/** Node 20.0 to 20.14 have none; the tests run on later ones. */
const crc = (data: Buffer): number => nodeCrc(data);

function writeCommon(header: Buffer, at: number, { flags, method, crc, packedSize, size }: Omit<Fields, 'name'>): void {
  header.writeUInt16LE(20, at);
  header.writeUInt16LE(flags, at + 2);
  header.writeUInt16LE(method, at + 4);
  header.writeUInt16LE(0x6000, at + 6);
  header.writeUInt16LE(0x5a21, at + 8);
  header.writeUInt32LE(crc >>> 0, at + 10);
  header.writeUInt32LE(packedSize, at + 14);
  header.writeUInt32LE(size, at + 18);
}

function centralOf(part: ZipPart, fields: Fields, offset: number): Buffer {
  const extra = part.extra ?? Buffer.alloc(0);
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(part.madeBy ?? (3 << 8) | 20, 4);
  writeCommon(header, 6, fields);
  header.writeUInt16LE(fields.name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(((part.mode ?? 0o100644) * 0x10000) >>> 0, 38);
  header.writeUInt32LE(offset, 42);
  return Buffer.concat([header, fields.name, extra]);
}
