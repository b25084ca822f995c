/** Whole files and trees: copy, copyTree, exportAsBuffer, exportTree, importTree. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { snapshot } from '../helpers/snapshot.js';
import { bytes, codeOf, createMfs, get, put, settledSnapshot } from './helpers.js';

const tree = { '/d/a': bytes('1'), '/d/e/b': bytes('22'), '/f': bytes('333') };

beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterAll(() => void vi.useRealTimers());

function filled() {
  const mfs = createMfs();
  mfs.importTree(tree);
  return mfs;
}

describe('copy', () => {
  it('makes a file of its own', () => {
    const mfs = filled();
    mfs.copy('/f', '/d/g');
    put(mfs, '/f', 'changed');
    expect(get(mfs, '/d/g')).toBe('333');
  });

  it('replaces nothing, makes no parents and takes files only', () => {
    const mfs = filled();
    expect(codeOf(() => mfs.copy('/f', '/d/a'))).toBe('EEXIST');
    expect(codeOf(() => mfs.copy('/f', '/f'))).toBe('EEXIST');
    expect(codeOf(() => mfs.copy('/f', '/no/x'))).toBe('ENOENT');
    expect(codeOf(() => mfs.copy('/d', '/x'))).toBe('EISDIR');
    expect(codeOf(() => mfs.copy('/no', '/x'))).toBe('ENOENT');
    expect(mfs.exportTree()).toEqual(tree);
  });

  it('is new content and dirty, what copyTree makes is not, as in D-MemFS', () => {
    const mfs = filled();
    mfs.copy('/f', '/g');
    mfs.copyTree('/d', '/h');
    expect(Object.keys(mfs.exportTree({ onlyDirty: true }))).toEqual(['/g']);
  });
});

describe('copyTree', () => {
  it('copies everything below, links as links', () => {
    const mfs = filled();
    mfs.mkdir('/d/empty');
    mfs.engine.symlink('e/b', '/d/link');
    mfs.copyTree('/d', '/copy');
    put(mfs, '/d/a', 'changed');
    expect(mfs.exportTree('/copy')).toEqual({
      '/copy/a': bytes('1'),
      '/copy/e/b': bytes('22'),
      '/copy/link': bytes('22'),
    });
    expect(mfs.engine.readlink('/copy/link')).toBe('e/b');
    expect(mfs.isDir('/copy/empty')).toBe(true);
  });

  it('refuses what cannot be', () => {
    const mfs = filled();
    expect(codeOf(() => mfs.copyTree('/f', '/x'))).toBe('ENOTDIR');
    expect(codeOf(() => mfs.copyTree('/no', '/x'))).toBe('ENOENT');
    expect(codeOf(() => mfs.copyTree('/d', '/f'))).toBe('EEXIST');
    expect(codeOf(() => mfs.copyTree('/d', '/no/x'))).toBe('ENOENT');
    expect(codeOf(() => mfs.copyTree('/d', '/d/e/x'))).toBe('EINVAL');
    expect(mfs.exportTree()).toEqual(tree);
  });

  it('follows a link that is its source', () => {
    const mfs = filled();
    mfs.engine.symlink('/d', '/link');
    mfs.copyTree('/link', '/x');
    expect(Object.keys(mfs.exportTree('/x'))).toEqual(['/x/a', '/x/e/b']);
  });
});

describe('exportAsBuffer', () => {
  it('gives the contents, up to maxSize', () => {
    const mfs = filled();
    expect(mfs.exportAsBuffer('/f')).toEqual(bytes('333'));
    expect(mfs.exportAsBuffer('/f', { maxSize: 3 })).toEqual(bytes('333'));
    expect(() => mfs.exportAsBuffer('/f', { maxSize: 2 })).toThrow(
      "EFBIG: the file's 3 bytes exceed maxSize 2, exportAsBuffer '/f'",
    );
    expect(codeOf(() => mfs.exportAsBuffer('/d'))).toBe('EISDIR');
    expect(codeOf(() => mfs.exportAsBuffer('/no'))).toBe('ENOENT');
    expect(codeOf(() => mfs.exportAsBuffer('/f', { maxSize: -1 }))).toBe('ERR_OUT_OF_RANGE');
    expect(codeOf(() => mfs.exportAsBuffer('/f', { max_size: 1 } as never))).toBe('ERR_INVALID_ARG_VALUE');
  });
});

describe('exportTree', () => {
  it('takes all, a directory or a file', () => {
    const mfs = filled();
    expect(mfs.exportTree()).toEqual(tree);
    expect(mfs.exportTree('d\\e')).toEqual({ '/d/e/b': bytes('22') });
    expect(mfs.exportTree('/f')).toEqual({ '/f': bytes('333') });
    expect(mfs.exportTree('/no')).toEqual({});
    expect(codeOf(() => mfs.exportTree('/..'))).toBe('ERR_INVALID_ARG_VALUE');
    expect(codeOf(() => mfs.exportTree(1 as never))).toBe('ERR_INVALID_ARG_TYPE');
    expect(codeOf(() => mfs.exportTree('/', { only_dirty: true } as never))).toBe('ERR_INVALID_ARG_VALUE');
  });

  it('onlyDirty takes what changed since it was imported', () => {
    const mfs = filled();
    put(mfs, '/d/a', 'x', 'ab');
    put(mfs, '/new', 'n');
    mfs.open('/untouched', 'xb').close();
    expect(Object.keys(mfs.exportTree({ onlyDirty: true }))).toEqual(['/new', '/d/a']);
    expect(Object.keys(mfs.exportTree('/d', { onlyDirty: true }))).toEqual(['/d/a']);
  });

  it('goes file by file, without those that vanish', () => {
    const mfs = filled();
    const found: string[] = [];
    for (const [path] of mfs.iterExportTree()) {
      found.push(path);
      if (found.length > 1) continue;
      mfs.rmtree('/d/e');
      put(mfs, '/later', '');
    }
    expect(found).toEqual(['/f', '/d/a']);
  });

  it('takes files behind links once more, and no loops', () => {
    const mfs = filled();
    mfs.engine.symlink('/f', '/d/link');
    mfs.engine.symlink('/d', '/d/loop');
    mfs.engine.symlink('/nowhere', '/d/dangling');
    expect(mfs.exportTree('/d')).toEqual({ '/d/a': bytes('1'), '/d/e/b': bytes('22'), '/d/link': bytes('333') });
  });
});

describe('importTree', () => {
  it.each([
    ['an object', tree],
    ['a Map', new Map(Object.entries(tree))],
    ['pairs', Object.entries(tree)],
    [
      'a generator',
      (function* () {
        yield* Object.entries(tree);
      })(),
    ],
  ])('takes %s', (_, given) => {
    const mfs = createMfs();
    mfs.importTree(given);
    expect(mfs.exportTree()).toEqual(tree);
    expect(mfs.exportTree({ onlyDirty: true })).toEqual({});
  });

  it('overwrites, and makes parents', () => {
    const mfs = filled();
    mfs.importTree({ f: bytes('new'), 'x\\y\\z': bytes('deep') });
    expect([get(mfs, '/f'), get(mfs, '/x/y/z')]).toEqual(['new', 'deep']);
  });

  it('an empty tree is nothing', () => {
    const mfs = createMfs();
    for (const empty of [{}, [], new Map()]) mfs.importTree(empty);
    expect(mfs.engine.changes).toBe(0);
  });

  it('copies what it is given', () => {
    const mfs = createMfs();
    const data = bytes('safe');
    mfs.importTree({
      '/a': data,
      '/b': data.buffer.slice(data.byteOffset, data.byteOffset + 4),
      '/c': new Uint8Array(),
    });
    data.fill(0);
    expect(mfs.exportTree()).toEqual({ '/a': bytes('safe'), '/b': bytes('safe'), '/c': bytes('') });
  });

  it.each<[string, unknown, string]>([
    ['no tree', null, 'ERR_INVALID_ARG_TYPE'],
    ['a string', 'x', 'ERR_INVALID_ARG_TYPE'],
    ['text as data', { '/x': bytes('1'), '/y': 'text' }, 'ERR_INVALID_ARG_TYPE'],
    ['a path above the root', { '/x': bytes('1'), '/../y': bytes('2') }, 'ERR_INVALID_ARG_VALUE'],
    ['a directory’s path', { '/x': bytes('1'), '/d': bytes('2') }, 'EISDIR'],
    ['the root', { '/x': bytes('1'), '/': bytes('2') }, 'EISDIR'],
    ['a path below a file', { '/x': bytes('1'), '/f/y': bytes('2') }, 'ENOTDIR'],
    ['a path below a file of its own', { '/x': bytes('1'), '/x/y': bytes('2') }, 'ENOTDIR'],
    ['a file where a directory of its own is', { '/x/y': bytes('1'), '/x': bytes('2') }, 'EISDIR'],
    [
      'one file twice',
      [
        ['/x', bytes('1')],
        ['x', bytes('2')],
      ],
      'EEXIST',
    ],
    ['a name too long', { '/x': bytes('1'), [`/${'n'.repeat(256)}`]: bytes('2') }, 'ENAMETOOLONG'],
  ])('refuses %s, and imports nothing', (_, given, code) => {
    const mfs = filled();
    const before = settledSnapshot(mfs);
    expect(codeOf(() => mfs.importTree(given as never))).toBe(code);
    expect(snapshot(mfs.engine)).toEqual(before);
  });

  it('imports all or nothing when it does not fit', () => {
    const mfs = createMfs({ maxQuota: 100_000, maxNodes: 8 });
    mfs.importTree(tree);
    const before = settledSnapshot(mfs);
    expect(codeOf(() => mfs.importTree({ '/f': bytes('x'), '/big': new Uint8Array(200_000) }))).toBe('ENOSPC');
    expect(codeOf(() => mfs.importTree({ '/f': bytes('x'), '/1': bytes(''), '/2/3': bytes('') }))).toBe('ENOSPC');
    expect(snapshot(mfs.engine)).toEqual(before);
    mfs.importTree({ '/f': bytes('x'), '/1': bytes(''), '/2': bytes('') });
  });
});
