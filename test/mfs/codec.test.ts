/** Encoding is the reverse of TextDecoder, in every encoding it knows. */
import { describe, expect, it } from 'vitest';
import { createCodec } from '../../src/mfs/codec.js';
import { codePointsTable, jisTable } from '../../src/mfs/encode-tables.js';

const UNICODE = ['utf-8', 'utf-16le', 'utf-16be'];
const MULTI_BYTE = ['shift_jis', 'euc-jp', 'gbk', 'gb18030', 'big5', 'euc-kr'];
const SINGLE_BYTE = (
  'ibm866 iso-8859-2 iso-8859-3 iso-8859-4 iso-8859-5 iso-8859-6 iso-8859-7 iso-8859-8 iso-8859-8-i iso-8859-10 ' +
  'iso-8859-13 iso-8859-14 iso-8859-15 koi8-r koi8-u macintosh windows-874 windows-1250 windows-1251 windows-1252 ' +
  'windows-1253 windows-1254 windows-1255 windows-1256 windows-1257 windows-1258 x-mac-cyrillic'
)
  .split(' ')
  .filter(isKnown);

/** Some builds of Node leave a few encodings out. */
function isKnown(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== '';
  } catch {
    return false;
  }
}

const decode = (label: string, bytes: Uint8Array): string => createCodec(label, 'strict').createDecoder().decode(bytes);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const everyCharacter = Array.from({ length: 0x110000 }, (_, point) => point)
  .filter((point) => point < 0xd800 || point > 0xdfff)
  .map((point) => String.fromCodePoint(point));

describe('encoding', () => {
  it.each(UNICODE)('%s writes every character and reads it back', (label) => {
    const text = everyCharacter.join('');
    expect(decode(label, createCodec(label, 'strict').encode(text)) === text).toBe(true);
  });

  it.each([...MULTI_BYTE, ...SINGLE_BYTE])('%s writes every character it has and reads it back', (label) => {
    const table = codePointsTable(new TextDecoder(label).encoding);
    const text = everyCharacter.filter((char) => char < '\x80' || table(char.codePointAt(0) as number)).join('');
    expect(decode(label, createCodec(label, 'strict').encode(text)) === text).toBe(true);
    expect(text.length).toBeGreaterThan(MULTI_BYTE.includes(label) ? 7000 : 160);
  });

  it('gb18030 has every character', () => {
    const table = codePointsTable('gb18030');
    const missing = everyCharacter.filter((char) => char > '\x7f' && !table(char.codePointAt(0) as number));
    // Private use characters that the standard moved; Node's tables give a few of them no code.
    expect(missing.filter((char) => !/\p{Private_Use}|\ufffd/u.test(char))).toEqual([]);
  });

  it('iso-2022-jp writes every character it has, switching back and forth', () => {
    const table = jisTable();
    const chars = everyCharacter.filter((char) => char > '\x7f' && table(char.codePointAt(0) as number));
    const text = `a${chars.join('')}b\n${chars.join('c')}`;
    expect(chars.length).toBeGreaterThan(6800);
    expect(decode('iso-2022-jp', createCodec('iso-2022-jp', 'strict').encode(text)) === text).toBe(true);
  });

  it.each([
    ['shift_jis', 'テスト表ソ', '8365835883679 55c835c'.replace(' ', '')],
    ['shift_jis', 'ⅰ纊∪', 'fa40fa5c81be'],
    ['euc-jp', '日本語ｱ', 'c6fccbdcb8ec8eb1'],
    ['iso-2022-jp', 'a日本b', '611b2442467c4b5c1b284262'],
    ['gbk', '汉字€', 'babad7d680'],
    ['gb18030', '汉😀', 'baba9439fc36'],
    ['big5', '中文五十卅', 'a4a4a4e5a4ada451a4ca'],
    ['euc-kr', '한글', 'c7d1b1db'],
    ['windows-1251', 'Привет', 'cff0e8e2e5f2'],
    ['koi8-r', 'Привет', 'f0d2c9d7c5d4'],
    ['latin1', 'é€', 'e980'],
    ['utf-16be', 'a😀', '0061d83dde00'],
  ])('%s: %s', (label, text, bytes) => {
    expect(hex(createCodec(label, 'strict').encode(text))).toBe(bytes);
    expect(decode(label, Buffer.from(bytes, 'hex'))).toBe(text);
  });

  it('windows-1252 reads the same on every Node', () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const text = decode('latin1', all);
    expect(text.slice(0x80, 0xa0)).toBe('€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ');
    expect(createCodec('latin1', 'strict').encode(text)).toEqual(all);
  });

  it.each([
    ['utf-8', 'a\ud800b', 'a\ufffdb'],
    ['utf-16le', '\udc00', '\ufffd'],
    ['utf-16be', '\ud83d', '\ufffd'],
    ['shift_jis', 'a¥b', 'a?b'],
    ['latin1', 'a日b', 'a?b'],
    ['iso-2022-jp', '日😀本\x1b', '日?本?'],
    ['gbk', '😀', '?'],
  ])('%s refuses %j, or replaces what it lacks', (label, text, replaced) => {
    expect(() => createCodec(label, 'strict').encode(text)).toThrow(expect.objectContaining({ errno: 84 }));
    expect(decode(label, createCodec(label, 'replace').encode(text))).toBe(replaced);
  });

  it('refuses an encoding that TextDecoder does not know', () => {
    expect(() => createCodec('ebcdic', 'strict')).toThrow(
      expect.objectContaining({ code: 'ERR_ENCODING_NOT_SUPPORTED' }),
    );
  });
});
