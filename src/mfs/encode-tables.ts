/**
 * D-MemFS layer: the reverse of TextDecoder, one table per encoding, made at
 * its first use by decoding everything the encoding can express. Where two
 * codes decode to one character the choice is that of the WHATWG encoders.
 */

/** The code of a character, first byte highest, or undefined when the encoding lacks it. */
export type EncodeTable = (codePoint: number) => number | undefined;

/** The encodings that have characters of one byte and characters of several, without states. */
export const MULTI_BYTE: readonly string[] = ['shift_jis', 'euc-jp', 'gbk', 'gb18030', 'big5', 'euc-kr'];

const REPLACEMENT = '\ufffd';
const tables = new Map<string, EncodeTable>();

/** Bytes 0x80 to 0x9F of windows-1252, which is what the labels 'latin1' and 'ascii' mean to TextDecoder. */
const WINDOWS_1252 =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f' +
  '\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';

/** The character of each byte of a single-byte encoding; U+FFFD for a byte that has none. */
export function singleByteChars(name: string): readonly string[] {
  const decoder = new TextDecoder(name);
  return Array.from({ length: 256 }, (_, byte) => {
    if (byte < 0x80) return String.fromCharCode(byte);
    if (name === 'windows-1252') return WINDOWS_1252[byte - 0x80] ?? String.fromCharCode(byte);
    return decoder.decode(Uint8Array.of(byte));
  });
}

/** The table of any encoding but the Unicode ones and ISO-2022-JP. */
export const codePointsTable = (name: string): EncodeTable => remember(name, () => build(name));

/** The table of ISO-2022-JP's double bytes. */
export const jisTable = (): EncodeTable =>
  remember('iso-2022-jp', () => {
    const decoder = new TextDecoder('iso-2022-jp');
    const codes = new Map<number, number>();
    for (let lead = 0x21; lead <= 0x7e; lead++) {
      for (let trail = 0x21; trail <= 0x7e; trail++) {
        const char = decoder.decode(Uint8Array.of(0x1b, 0x24, 0x42, lead, trail, 0x1b, 0x28, 0x42));
        add(codes, char, lead * 0x100 + trail, false);
      }
    }
    return packed(codes);
  });

function remember(name: string, make: () => EncodeTable): EncodeTable {
  const known = tables.get(name);
  if (known !== undefined) return known;
  const table = make();
  tables.set(name, table);
  return table;
}

function build(name: string): EncodeTable {
  const codes = new Map<number, number>();
  for (const [byte, char] of singleByteChars(name).entries()) add(codes, char, byte, false);
  if (!MULTI_BYTE.includes(name)) return (point) => codes.get(point);
  const decoder = new TextDecoder(name);
  addPairs(codes, decoder, [], name);
  if (name === 'euc-jp') addPairs(codes, decoder, [0x8f], name);
  if (name !== 'gb18030') return packed(codes);
  addFourBytes(codes, decoder);
  return aboveBasic(packed(codes));
}

/** Apart from `build`, whose variables the function would keep. */
const aboveBasic =
  (basic: EncodeTable): EncodeTable =>
  (point) =>
    point > 0xffff ? code(fourBytes(point - 0x10000 + 189000)) : basic(point);

/** A table stays for good: as an array by code point it takes a quarter to a tenth of what a Map does. */
function packed(codes: ReadonlyMap<number, number>): EncodeTable {
  let [last, highest] = [0, 0];
  for (const [point, value] of codes) [last, highest] = [Math.max(last, point), Math.max(highest, value)];
  const table = new (highest > 0xffff ? Uint32Array : Uint16Array)(last + 1);
  for (const [point, value] of codes) table[point] = value;
  // No code is 0: characters of ASCII are in no table.
  return (point) => table[point] || undefined;
}

/** Decodes a row at a time, the pairs apart by line feeds, which no pair contains. */
function addPairs(codes: Map<number, number>, decoder: TextDecoder, prefix: readonly number[], name: string): void {
  const trails = Array.from({ length: 0xff - 0x30 }, (_, index) => index + 0x30);
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    if (isDuplicateRow(name, lead)) continue;
    const row = decoder.decode(Uint8Array.from(trails.flatMap((trail) => [...prefix, lead, trail, 0x0a]))).split('\n');
    trails.forEach((trail, index) => {
      const code = ((prefix[0] ?? 0) * 0x100 + lead) * 0x100 + trail;
      const char = row[index] as string;
      add(codes, char, code, name === 'big5' && BIG5_LAST.has(char));
    });
  }
}

/** Rows that repeat characters of others and that the WHATWG encoders leave out. */
const isDuplicateRow = (name: string, lead: number): boolean =>
  (name === 'shift_jis' && (lead === 0xed || lead === 0xee)) || (name === 'big5' && lead < 0xa1);

/** The characters whose last code counts in Big5. */
const BIG5_LAST = new Set(['\u2550', '\u255e', '\u2561', '\u256a', '\u5341', '\u5345']);

function add(codes: Map<number, number>, char: string, code: number, replace: boolean): void {
  const point = char.codePointAt(0);
  if (point === undefined || point < 0x80 || char === REPLACEMENT) return;
  if (char.length !== (point > 0xffff ? 2 : 1)) return;
  if (replace || !codes.has(point)) codes.set(point, code);
}

/** GB 18030's four bytes: found by decoding below U+10000, counted above. */
function addFourBytes(codes: Map<number, number>, decoder: TextDecoder): void {
  for (let index = 0; index < 39420; index++) {
    add(codes, decoder.decode(fourBytes(index)), code(fourBytes(index)), false);
  }
}

/** The four bytes at a place in GB 18030's order: digits of base 126, 10, 126 and 10. */
function fourBytes(index: number): Uint8Array {
  const [second, third, fourth] = [Math.floor(index / 1260) % 10, Math.floor(index / 10) % 126, index % 10];
  return Uint8Array.of(0x81 + Math.floor(index / 12600), 0x30 + second, 0x81 + third, 0x30 + fourth);
}

const code = (bytes: Uint8Array): number => bytes.reduce((total, byte) => total * 0x100 + byte, 0);
