/**
 * D-MemFS layer: text to bytes and back, in every encoding that TextDecoder
 * knows. Node can decode the old encodings and not encode them, so encoding is
 * the reverse of the decoder: a character is written as bytes that decode to
 * exactly that character, or refused. What was written is therefore always
 * read back as it was.
 */
import { codePointsTable, type EncodeTable, jisTable, MULTI_BYTE, singleByteChars } from './encode-tables.js';
import { ExplainedFault } from './errors.js';

/** What becomes of text that has no bytes, and of bytes that are no text: an error, or a replacement character. */
export type ErrorMode = 'strict' | 'replace';

/** A decoder that keeps the incomplete character at the end of what it was given, as TextDecoder with `stream`. */
export interface StreamDecoder {
  decode(bytes: Uint8Array, options?: { stream?: boolean }): string;
}

export interface Codec {
  /** Bytes of one code unit: what line ends are made of. */
  readonly unit: 1 | 2;
  /** Bytes at most of a character (with its escape sequences) or of a malformed sequence. */
  readonly longest: number;
  /** The byte order mark, skipped at the very start of a file when present. Empty where there is none. */
  readonly mark: Uint8Array;
  /** True where the bytes of a character depend on what came before it. */
  readonly stateful: boolean;
  /** '\n' and '\r' as bytes. */
  readonly ends: readonly [lineFeed: Uint8Array, carriageReturn: Uint8Array];
  /**
   * Bytes that `encode` will give.
   *
   * @throws EILSEQ in mode 'strict' when a character has no bytes.
   */
  measure(text: string): number;
  encode(text: string): Uint8Array;
  /** A decoder in its initial state. It keeps byte order marks. */
  createDecoder(): StreamDecoder;
}

const EILSEQ = 84;
const LONE_SURROGATES = /[\ud800-\udfff]/gu;

/** They have no state: one for each encoding and mode serves all handles. */
const codecs = new Map<string, Codec>();

/**
 * @param label - any label of TextDecoder: 'utf-8', 'utf-16le', 'latin1', 'shift_jis', …
 * @throws RangeError ERR_ENCODING_NOT_SUPPORTED for any other.
 */
export function createCodec(label: string, errors: ErrorMode): Codec {
  const name = new TextDecoder(label).encoding;
  const key = name + errors;
  let codec = codecs.get(key);
  if (codec === undefined) {
    const made = makeCodec(name, errors === 'strict');
    // Copied: a Buffer of Node's pool keeps 8 KiB.
    codec = { ...made, ends: [Uint8Array.from(made.encode('\n')), Uint8Array.from(made.encode('\r'))] };
    codecs.set(key, codec);
  }
  return codec;
}

function makeCodec(name: string, fatal: boolean): Omit<Codec, 'ends'> {
  const createDecoder = (): StreamDecoder => new TextDecoder(name, { fatal, ignoreBOM: true });
  const plain = { unit: 1, longest: 4, mark: new Uint8Array(), stateful: false, createDecoder } as const;
  if (name === 'utf-8') {
    return {
      ...plain,
      mark: Uint8Array.of(0xef, 0xbb, 0xbf),
      measure: (text) => Buffer.byteLength(wellFormed(text, fatal)),
      encode: (text) => Buffer.from(wellFormed(text, fatal)),
    };
  }
  if (name === 'utf-16le' || name === 'utf-16be') {
    const little = (text: string): Buffer => Buffer.from(wellFormed(text, fatal), 'utf16le');
    return {
      ...plain,
      unit: 2,
      mark: name === 'utf-16le' ? Uint8Array.of(0xff, 0xfe) : Uint8Array.of(0xfe, 0xff),
      measure: (text) => 2 * wellFormed(text, fatal).length,
      encode: name === 'utf-16le' ? little : (text) => little(text).swap16(),
    };
  }
  if (name === 'iso-2022-jp') return { ...plain, ...inTwoPasses(encodeJis, name, fatal), stateful: true, longest: 8 };
  const byTable = { ...plain, ...inTwoPasses(encodeByTable, name, fatal) };
  if (name === 'shift_jis') return { ...byTable, createDecoder: () => straighten(createDecoder()) };
  if (MULTI_BYTE.includes(name)) return byTable;
  const chars = singleByteChars(name);
  return { ...byTable, createDecoder: () => new SingleByteDecoder(chars, name, fatal) };
}

/** Where encoded bytes go: nowhere, to be counted, or into memory of just that size. */
class ByteSink {
  length = 0;

  constructor(private readonly bytes?: Uint8Array) {}

  put(byte: number): void {
    if (this.bytes !== undefined) this.bytes[this.length] = byte;
    this.length++;
  }
}

type Encode = (sink: ByteSink, text: string, name: string, fatal: boolean) => void;

/** An encoder that measures before it takes memory. */
function inTwoPasses(encode: Encode, name: string, fatal: boolean): Pick<Codec, 'measure' | 'encode'> {
  const measure = (text: string): number => {
    const sink = new ByteSink();
    encode(sink, text, name, fatal);
    return sink.length;
  };
  return {
    measure,
    encode(text) {
      const bytes = new Uint8Array(measure(text));
      encode(new ByteSink(bytes), text, name, fatal);
      return bytes;
    },
  };
}

function wellFormed(text: string, fatal: boolean): string {
  const at = text.search(LONE_SURROGATES);
  if (at === -1) return text;
  if (fatal) throw unencodable(text.charCodeAt(at), at, 'Unicode');
  return text.replace(LONE_SURROGATES, '\ufffd');
}

/** For encodings that contain ASCII as it is. Characters they lack become '?' or an error. */
function encodeByTable(sink: ByteSink, text: string, name: string, fatal: boolean): void {
  const table = codePointsTable(name);
  let at = 0;
  for (const char of text) {
    const point = char.codePointAt(0) as number;
    const code = point < 0x80 ? point : table(point);
    if (code === undefined && fatal) throw unencodable(point, at, name);
    putCode(sink, code ?? 0x3f);
    at += char.length;
  }
}

/** ISO-2022-JP: ASCII, and double bytes between ESC $ B and ESC ( B. Each call ends in ASCII, as each file must. */
function encodeJis(sink: ByteSink, text: string, name: string, fatal: boolean): void {
  const table = jisTable();
  let double = false;
  let at = 0;
  const switchTo = (wanted: boolean): void => {
    if (wanted !== double) for (const byte of [0x1b, wanted ? 0x24 : 0x28, 0x42]) sink.put(byte);
    double = wanted;
  };
  for (const char of text) {
    const point = char.codePointAt(0) as number;
    const code = jisCode(point, table);
    if (code === undefined && fatal) throw unencodable(point, at, name);
    switchTo((code ?? 0) > 0xff);
    putCode(sink, code ?? 0x3f);
    at += char.length;
  }
  switchTo(false);
}

/** The controls that switch the character set cannot be characters themselves. */
function jisCode(point: number, table: EncodeTable): number | undefined {
  if (point === 0x0e || point === 0x0f || point === 0x1b) return undefined;
  return point < 0x80 ? point : table(point);
}

/** The bytes of a code, first byte highest. A first byte is never 0, so the number tells how many there are. */
function putCode(sink: ByteSink, code: number): void {
  if (code > 0xffffff) sink.put(Math.floor(code / 0x1000000));
  if (code > 0xffff) sink.put((code >> 16) & 0xff);
  if (code > 0xff) sink.put((code >> 8) & 0xff);
  sink.put(code & 0xff);
}

const unencodable = (point: number, at: number, encoding: string): ExplainedFault =>
  new ExplainedFault(
    EILSEQ,
    `the character U+${point.toString(16).toUpperCase().padStart(4, '0')} at index ${at} cannot be written in ${encoding}`,
  );

/** Node's tables for Shift_JIS exchange three controls (an old IBM habit); every other decoder leaves them alone. */
function straighten(decoder: StreamDecoder): StreamDecoder {
  const isCrooked = new TextDecoder('shift_jis').decode(Uint8Array.of(0x1a)) === '\x1c';
  if (!isCrooked) return decoder;
  const straight: Record<string, string> = { '\x1c': '\x1a', '\x7f': '\x1c', '\x1a': '\x7f' };
  return {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these controls are the point
    decode: (...given) => decoder.decode(...given).replace(/[\x1a\x1c\x7f]/g, (control) => straight[control] as string),
  };
}

/** Node 20 decodes windows-1252 as if it were ISO-8859-1; a table gives the same text on every Node. */
class SingleByteDecoder implements StreamDecoder {
  constructor(
    private readonly chars: readonly string[],
    private readonly name: string,
    private readonly fatal: boolean,
  ) {}

  decode(bytes: Uint8Array): string {
    let text = '';
    for (const byte of bytes) text += this.chars[byte];
    if (this.fatal && text.includes('\ufffd')) {
      const error = new TypeError(`The encoded data was not valid for encoding ${this.name}`);
      throw Object.assign(error, { code: 'ERR_ENCODING_INVALID_ENCODED_DATA' });
    }
    return text;
  }
}
