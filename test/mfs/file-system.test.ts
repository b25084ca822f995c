/** Names and questions: mkdir, rename, move, remove, rmtree, listdir, exists, stat, stats. */
import { describe, expect, it } from 'vitest';
import { codeOf, createMfs, get, MIB, put } from './helpers.js';

const tree = { '/d/a': Buffer.from('1'), '/d/e/b': Buffer.from('2'), '/f': Buffer.from('3') };

function filled() {
  const mfs = createMfs();
  mfs.importTree(tree);
  return mfs;
}

describe('mkdir', () => {
  it('makes parents, and says so when it is there', () => {
    const mfs = createMfs();
    mfs.mkdir('/a/b/c');
    expect(mfs.isDir('/a/b/c')).toBe(true);
    expect(codeOf(() => mfs.mkdir('/a/b'))).toBe('EEXIST');
    expect(codeOf(() => mfs.mkdir('/a/b', { existOk: false }))).toBe('EEXIST');
    mfs.mkdir('/a/b', { existOk: true });
    expect(codeOf(() => mfs.mkdir('/'))).toBe('EEXIST');
    mfs.mkdir('/', { existOk: true });
  });

  it('does not take a file for a directory', () => {
    const mfs = filled();
    expect(codeOf(() => mfs.mkdir('/f', { existOk: true }))).toBe('EEXIST');
    expect(codeOf(() => mfs.mkdir('/f/x', { existOk: true }))).toBe('ENOTDIR');
    expect(mfs.exportTree()).toEqual(tree);
  });

  it.each([true, null, { exist_ok: true }, { existOk: 1 }])('%j are no options', (options) => {
    expect(codeOf(() => createMfs().mkdir('/a', options as never))).toMatch(/^ERR_INVALID_ARG/);
  });
});

describe.each(['rename', 'move'] as const)('%s', (call) => {
  it('gives a file or a directory another name', () => {
    const mfs = filled();
    mfs[call]('/f', '/d/f');
    mfs[call]('/d', '/x');
    expect(mfs.exportTree()).toEqual({ '/x/a': tree['/d/a'], '/x/e/b': tree['/d/e/b'], '/x/f': tree['/f'] });
  });

  it('replaces nothing', () => {
    const mfs = filled();
    mfs.mkdir('/empty');
    mfs.engine.symlink('/nowhere', '/link');
    for (const [src, dst] of [
      ['/f', '/d/a'],
      ['/f', '/d'],
      ['/f', '/link'],
      ['/d', '/f'],
      ['/d', '/empty'],
      ['/f', '/f'],
    ] as const) {
      expect(codeOf(() => mfs[call](src, dst))).toBe('EEXIST');
    }
    expect(mfs.exportTree()).toEqual(tree);
  });

  it('refuses what cannot be', () => {
    const mfs = filled();
    expect(codeOf(() => mfs[call]('/no', '/x'))).toBe('ENOENT');
    expect(codeOf(() => mfs[call]('/d', '/d/e/x'))).toBe('EINVAL');
    expect(codeOf(() => mfs[call]('/f', '/d/a/x'))).toBe('ENOTDIR');
    expect(codeOf(() => mfs[call]('/', '/x'))).toBe('EBUSY');
    expect(mfs.exportTree()).toEqual(tree);
  });

  it('moves a link, not what it points to', () => {
    const mfs = filled();
    mfs.engine.symlink('/f', '/link');
    mfs[call]('/link', '/moved');
    expect(mfs.engine.readlink('/moved')).toBe('/f');
    expect(get(mfs, '/f')).toBe('3');
  });
});

describe('rename and move differ', () => {
  it('in the parents of the new name', () => {
    const mfs = filled();
    expect(codeOf(() => mfs.rename('/f', '/new/dir/f'))).toBe('ENOENT');
    mfs.move('/f', '/new/dir/f');
    expect(get(mfs, '/new/dir/f')).toBe('3');
    mfs.move('/d', '/new/dir/d');
    expect(mfs.listdir('/')).toEqual(['new']);
  });

  it('a move into itself makes no directories', () => {
    const mfs = filled();
    expect(codeOf(() => mfs.move('/d', '/d/x/y/z'))).toBe('EINVAL');
    expect(mfs.exists('/d/x')).toBe(false);
  });
});

describe('remove and rmtree', () => {
  it('remove takes a file, rmtree a directory', () => {
    const mfs = filled();
    mfs.remove('/f');
    expect(codeOf(() => mfs.remove('/d'))).toBe('EISDIR');
    expect(codeOf(() => mfs.remove('/'))).toBe('EISDIR');
    expect(codeOf(() => mfs.remove('/no'))).toBe('ENOENT');
    expect(codeOf(() => mfs.rmtree('/d/a'))).toBe('ENOTDIR');
    expect(codeOf(() => mfs.rmtree('/no'))).toBe('ENOENT');
    expect(codeOf(() => mfs.rmtree('/'))).toBe('EBUSY');
    mfs.rmtree('/d');
    expect(mfs.listdir('/')).toEqual([]);
  });

  it('never touch what a link points to', () => {
    const mfs = filled();
    mfs.engine.symlink('/d', '/to-d');
    mfs.engine.symlink('/f', '/to-f');
    mfs.engine.symlink('/d', '/d/e/loop');
    expect(codeOf(() => mfs.rmtree('/to-d'))).toBe('ENOTDIR');
    mfs.remove('/to-d');
    mfs.remove('/to-f');
    mfs.rmtree('/d/e');
    expect(mfs.exportTree()).toEqual({ '/d/a': tree['/d/a'], '/f': tree['/f'] });
  });

  it('give everything back', () => {
    const mfs = createMfs();
    mfs.mkdir('/keep');
    const before = mfs.stats();
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 200; i++) mfs.importTree({ [`/t/${i % 7}/${i}`]: new Uint8Array(i * 50) });
      mfs.rmtree('/t');
    }
    const { usedBytes, ...counts } = mfs.stats();
    const { usedBytes: usedBefore, ...countsBefore } = before;
    expect({ ...counts, freeBytes: 0 }).toEqual({ ...countsBefore, freeBytes: 0 });
    // Shared tables keep the slack they grew.
    expect(usedBytes - usedBefore).toBeLessThan(MIB);
  });
});

describe('questions', () => {
  it('exists, isDir, isFile', () => {
    const mfs = filled();
    mfs.engine.symlink('/d', '/to-d');
    mfs.engine.symlink('/nowhere', '/dangling');
    const answers = ['/', '/d', '/f', '/no', '/f/x', '/to-d', '/dangling'].map((path) => [
      mfs.exists(path),
      mfs.isDir(path),
      mfs.isFile(path),
    ]);
    expect(answers).toEqual([
      [true, true, false],
      [true, true, false],
      [true, false, true],
      [false, false, false],
      [false, false, false],
      [true, true, false],
      [false, false, false],
    ]);
  });

  it('listdir sorts by bytes', () => {
    const mfs = createMfs();
    for (const name of ['b', 'a', 'ü', '😀', '\uffee', 'B', '10', '9']) put(mfs, `/${name}`, '');
    expect(mfs.listdir('/')).toEqual(['10', '9', 'B', 'a', 'b', 'ü', '\uffee', '😀']);
    expect(codeOf(() => mfs.listdir('/a'))).toBe('ENOTDIR');
    expect(codeOf(() => mfs.listdir('/no'))).toBe('ENOENT');
  });

  it('stat of a file and of a directory', () => {
    const start = Date.now();
    const mfs = createMfs();
    put(mfs, '/f', 'hello');
    mfs.mkdir('/d');
    const file = mfs.stat('/f');
    expect(file).toMatchObject({ size: 5, isDir: false, generation: 1 });
    expect(mfs.stat('/d')).toMatchObject({ size: 0, isDir: true, generation: 0 });
    for (const time of [file.createdAt, file.modifiedAt]) {
      expect(time).toBeGreaterThanOrEqual(start);
      expect(time).toBeLessThanOrEqual(Date.now() + 1);
    }
    expect(() => mfs.stat('/no')).toThrow("ENOENT: no such file or directory, stat '/no'");
    expect(codeOf(() => mfs.stat('/f/x'))).toBe('ENOTDIR');
  });

  it('generation counts changes of content, from 0', () => {
    const mfs = createMfs();
    mfs.open('/f', 'xb').close();
    const generations = [mfs.stat('/f').generation];
    for (const text of ['a', 'b']) {
      put(mfs, '/f', text, 'ab');
      generations.push(mfs.stat('/f').generation);
    }
    expect(generations).toEqual([0, 1, 2]);
    mfs.importTree({ '/f': Buffer.from('new') });
    expect(mfs.stat('/f').generation).toBe(0);
  });

  it('getSize', () => {
    const mfs = filled();
    expect(mfs.getSize('/f')).toBe(1);
    expect(codeOf(() => mfs.getSize('/d'))).toBe('EISDIR');
    expect(codeOf(() => mfs.getSize('/no'))).toBe('ENOENT');
  });

  it('stats add up', () => {
    const mfs = filled();
    const stats = mfs.stats();
    expect(stats).toMatchObject({ quotaBytes: 256 * MIB, fileCount: 3, dirCount: 3, chunkCount: 3 });
    expect(stats.usedBytes).toBe(mfs.engine.audit().recomputed);
    expect(stats.freeBytes).toBeLessThanOrEqual(stats.quotaBytes - stats.usedBytes);
    put(mfs, '/big', new Uint8Array(MIB));
    expect(mfs.stats().usedBytes - stats.usedBytes).toBeGreaterThanOrEqual(MIB);
  });
});

describe('errors', () => {
  it('have Node’s fields, and start at the caller', () => {
    const mfs = createMfs();
    const error = catchError(() => mfs.rename('/no', 'x//y'));
    expect(error).toMatchObject({
      code: 'ENOENT',
      errno: -2,
      path: '/no',
      dest: 'x//y',
      message: "ENOENT: no such file or directory, rename '/no' -> 'x//y'",
    });
    expect(error.stack?.split('\n').slice(1, 3).join()).toMatch(/MemoryFileSystem\.rename.*file-system\.test/s);
  });

  it('of the quota tell how far off it was', () => {
    const mfs = createMfs({ maxQuota: 50_000 });
    using file = mfs.open('/f', 'wb');
    const error = catchError(() => file.write(new Uint8Array(100_000)));
    expect(error).toMatchObject({ name: 'QuotaExceededError', code: 'ENOSPC', errno: -28, path: '/f', limit: 50_000 });
    expect(error.message).toMatch(/^ENOSPC: quota exceeded: \d+ bytes requested, \d+ of 50000 available, write '\/f'$/);
    expect(Object.keys(error)).not.toContain('dest');
  });
});

function catchError(body: () => unknown): Error {
  try {
    body();
  } catch (error) {
    return error as Error;
  }
  return expect.fail('nothing was thrown');
}
