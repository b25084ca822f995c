/** Test helper: tar archives block by block, so that any field can lie. */
export interface TarPart {
  name: string | Buffer;
  data?: Buffer | string;
  type?: string;
  mode?: number;
  size?: number;
  /** The size field's twelve bytes, as they are. */
  sizeField?: Buffer | string;
  link?: string;
  prefix?: string;
  mtime?: number;
  /** Added to the checksum. */
  checksumOff?: number;
  magic?: string;
}

const BLOCK = 512;
const END = Buffer.alloc(2 * BLOCK);

export function buildTar(parts: readonly TarPart[], end: Buffer = END): Buffer {
  return Buffer.concat([...parts.flatMap((part) => [header(part), padded(Buffer.from(part.data ?? ''))]), end]);
}

/** A pax header: `records` as they should be, or bytes as they are. */
export function pax(records: Record<string, string> | Buffer, type = 'x'): TarPart {
  const data = Buffer.isBuffer(records) ? records : Buffer.concat(Object.entries(records).map(paxRecord));
  return { name: 'PaxHeader', type, data };
}

export function paxRecord([key, value]: [string, string]): Buffer {
  const text = Buffer.from(` ${key}=${value}\n`);
  let length = text.length + 1;
  while (String(length).length + text.length !== length) length = String(length).length + text.length;
  return Buffer.concat([Buffer.from(String(length)), text]);
}

function padded(data: Buffer): Buffer {
  return Buffer.concat([data, Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK)]);
}

function header(part: TarPart): Buffer {
  const block = Buffer.alloc(BLOCK);
  const name = Buffer.isBuffer(part.name) ? part.name : Buffer.from(part.name);
  name.copy(block, 0, 0, 100);
  block.write(octal(part.mode ?? 0o644, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  const size = part.sizeField ?? octal(part.size ?? Buffer.from(part.data ?? '').length, 11);
  Buffer.from(size).copy(block, 124, 0, 12);
  block.write(octal(part.mtime ?? 1_600_000_000, 11), 136);
  block.write(part.type ?? '0', 156, 'latin1');
  block.write(part.link ?? '', 157, 100);
  block.write(part.magic ?? 'ustar\u000000', 257, 8, 'latin1');
  block.write(part.prefix ?? '', 345, 155);
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0) + (part.checksumOff ?? 0);
  block.write(`${octal(sum, 6)}\0 `, 148, 'latin1');
  return block;
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
