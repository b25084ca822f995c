/** Paths: one spelling for each name, nothing above the root, nothing lost. */
import { describe, expect, it } from 'vitest';
import { fromByteString, normalizeOrNothing, normalizePath, toByteString } from '../../src/mfs/paths.js';
import { bytes, codeOf, createMfs, get, put } from './helpers.js';

describe('normal form', () => {
  it.each([
    ['/', '/'],
    ['', '/'],
    ['.', '/'],
    ['/a', '/a'],
    ['a/b', '/a/b'],
    ['//a///b//', '/a/b'],
    ['/a/./b/.', '/a/b'],
    ['/a/../b', '/b'],
    ['/a/b/../..', '/'],
    ['a\\b\\c', '/a/b/c'],
    ['\\a\\..\\b', '/b'],
    ['/a...', '/a...'],
    ['/日本語/ü', '/日本語/ü'],
    ['/ a ', '/ a '],
  ])('%j is %j', (path, normal) => {
    expect(normalizePath(path)).toBe(normal);
    expect(normalizeOrNothing(path)).toBe(normal);
  });

  it.each(['..', '/..', '/../a', '/a/../../b', 'a\\..\\..\\b', '/a\0b', '/\ud800', '/a\udc00b', '\ude00\ud83d'])(
    '%j names nothing',
    (path) => {
      expect(codeOf(() => normalizePath(path))).toBe('ERR_INVALID_ARG_VALUE');
      expect(normalizeOrNothing(path)).toBeUndefined();
    },
  );

  it.each([undefined, null, 1, {}, Buffer.from('/a'), new URL('file:///a')])('%s is no path', (path) => {
    expect(codeOf(() => normalizePath(path))).toBe('ERR_INVALID_ARG_TYPE');
    expect(codeOf(() => normalizeOrNothing(path))).toBe('ERR_INVALID_ARG_TYPE');
  });

  it('says what is wrong', () => {
    expect(() => normalizePath('/a/../../etc')).toThrow('path must not climb above the root: "/a/../../etc"');
    expect(() => normalizePath('/a\0')).toThrow('path must not contain null bytes: "/a\\u0000"');
  });
});

describe('byte strings', () => {
  it.each(['/a', '/ä', '/日本', '/😀', '/\u{10ffff}', '/\udc80', '/a\udcffb', '/é\udcc3é'])(
    '%j there and back',
    (path) => {
      const encoded = toByteString(path);
      expect(Math.max(...Array.from(encoded, (char) => char.charCodeAt(0)))).toBeLessThan(256);
      expect(fromByteString(encoded)).toBe(path);
    },
  );

  it('gives every sequence of bytes a text of its own', () => {
    const seen = new Map<string, string>();
    const interesting = [
      0x41, 0x7f, 0x80, 0xa9, 0xbf, 0xc0, 0xc3, 0xe2, 0x82, 0xac, 0xed, 0xa0, 0xf0, 0x9f, 0x98, 0xf4, 0x90, 0xff,
    ];
    for (const a of interesting) {
      for (const b of interesting) {
        for (const c of interesting) {
          for (const tail of [[], [0x80], [0xbf, 0x41]]) {
            const raw = String.fromCharCode(a, b, c, ...tail);
            const text = fromByteString(raw);
            expect(toByteString(text)).toBe(raw);
            expect(seen.has(text)).toBe(false);
            seen.set(text, raw);
          }
        }
      }
    }
  });
});

describe('in a volume', () => {
  it('every spelling is the same file', () => {
    const mfs = createMfs();
    mfs.mkdir('/a/b');
    put(mfs, 'a\\b\\c.txt', 'x');
    for (const path of [
      '/a/b/c.txt',
      'a/b/c.txt',
      '/a//b/./c.txt',
      '/a/b/../b/c.txt',
      '\\a\\b\\c.txt',
      '/a/b/c.txt/',
    ]) {
      expect(get(mfs, path)).toBe('x');
    }
  });

  it('a question about a path that names nothing is answered no; an order is refused', () => {
    const mfs = createMfs();
    for (const path of ['/../etc/passwd', '/a\0b']) {
      expect(mfs.exists(path)).toBe(false);
      expect(mfs.isDir(path)).toBe(false);
      expect(mfs.isFile(path)).toBe(false);
      for (const call of [
        'stat',
        'listdir',
        'getSize',
        'mkdir',
        'remove',
        'rmtree',
        'exportAsBuffer',
        'glob',
      ] as const) {
        expect(codeOf(() => mfs[call](path))).toBe('ERR_INVALID_ARG_VALUE');
      }
      for (const call of ['rename', 'move', 'copy', 'copyTree'] as const) {
        expect(codeOf(() => mfs[call](path, '/x'))).toBe('ERR_INVALID_ARG_VALUE');
        expect(codeOf(() => mfs[call]('/', path))).toBe('ERR_INVALID_ARG_VALUE');
      }
      expect(codeOf(() => mfs.open(path))).toBe('ERR_INVALID_ARG_VALUE');
      expect(codeOf(() => mfs.importTree({ [path]: bytes('') }))).toBe('ERR_INVALID_ARG_VALUE');
    }
    expect(mfs.listdir('/')).toEqual([]);
  });

  it('names that are no UTF-8, which the node:fs surface can make, are listed, opened and exported', () => {
    const mfs = createMfs();
    mfs.engine.writeFile('/\xff\xc3\xa9', bytes('one'), 0o101, 0o666);
    mfs.engine.writeFile('/\xfe\xc3\xa9', bytes('two'), 0o101, 0o666);
    expect(mfs.listdir('/')).toEqual(['\udcfeé', '\udcffé']);
    expect(get(mfs, '/\udcffé')).toBe('one');
    const copy = createMfs();
    copy.importTree(mfs.exportTree());
    expect(copy.engine.readdir('/')).toEqual(['\xfe\xc3\xa9', '\xff\xc3\xa9']);
    expect(get(copy, '/\udcfeé')).toBe('two');
  });

  it('a name of more than 255 bytes and a path of more than 4095 are refused', () => {
    const mfs = createMfs();
    expect(codeOf(() => mfs.mkdir(`/${'é'.repeat(128)}`))).toBe('ENAMETOOLONG');
    expect(codeOf(() => mfs.mkdir(`/${'a'.repeat(254)}`.repeat(17)))).toBe('ENAMETOOLONG');
    expect(mfs.exists(`/${'é'.repeat(128)}`)).toBe(false);
    expect(mfs.listdir('/')).toEqual([]);
  });
});
