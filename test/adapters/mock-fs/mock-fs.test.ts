/** quotafs/mock-fs: the documented examples of mock-fs. */
import nodeFs from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quotaOf } from 'quotafs';
import byDefault, { mock } from 'quotafs/mock-fs';
import { mountedAt } from 'quotafs/mount';
import { afterEach, beforeEach, expect, it } from 'vitest';

let disk: string;
beforeEach(() => {
  disk = nodeFs.mkdtempSync(join(tmpdir(), 'quotafs-mock-'));
});
afterEach(() => {
  mock.restore();
  nodeFs.rmSync(disk, { recursive: true });
});

it('mocks the file system until restore', async () => {
  mock({
    'path/to/fake/dir': { 'some-file.txt': 'file content here', 'empty-dir': {} },
    'path/to/some.png': Buffer.from([8, 6, 7, 5, 3, 0, 9]),
    '/some/other/path': {},
  });
  expect(nodeFs.readFileSync('path/to/fake/dir/some-file.txt', 'utf8')).toBe('file content here');
  expect(await readFile(join(process.cwd(), 'path/to/some.png'))).toHaveLength(7);
  expect(nodeFs.readdirSync('path/to/fake/dir')).toEqual(['empty-dir', 'some-file.txt']);
  expect([nodeFs.existsSync(tmpdir()), nodeFs.existsSync('/some/other/path'), nodeFs.existsSync('/etc')]).toEqual([
    true,
    true,
    false,
  ]);
  mock({ '/second': 'x' });
  expect([nodeFs.existsSync('path'), nodeFs.existsSync('/second')]).toEqual([false, true]);
  mock.restore();
  mock.restore();
  expect([nodeFs.existsSync('path/to/fake'), nodeFs.existsSync('/etc'), nodeFs.existsSync('package.json')]).toEqual([
    false,
    true,
    true,
  ]);
});

it('sets attributes', () => {
  mock({
    '/foo': mock.file({
      content: 'file content here',

      mtime: new Date(2000),
      mode: 0o640,
      uid: 7,
    } as object),
    '/some/dir': mock.directory({
      mode: 0o755,
      mtime: new Date(5000),
      items: { file1: 'one', file2: Buffer.from([8, 6]) },
    }),
    '/link': mock.symlink({ path: '/some/dir/file1', mtime: new Date(9000) }),
    '/plain': 'x',
  });
  const foo = nodeFs.statSync('/foo');
  expect([foo.mode & 0o777, foo.mtimeMs, foo.uid, foo.size]).toEqual([0o640, 2000, 7, 17]);
  const directory = nodeFs.statSync('/some/dir');
  expect([directory.mode & 0o777, directory.mtimeMs]).toEqual([0o755, 5000]);
  expect([nodeFs.readFileSync('/link', 'utf8'), nodeFs.lstatSync('/link').mtimeMs]).toEqual(['one', 9000]);
  expect(nodeFs.statSync('/plain').mode & 0o777).toBe(0o666);
});

it('is the default export', () => {
  expect(byDefault).toBe(mock);
});

it('sets the times that no call sets, and only those of the item', () => {
  // A time that is set goes through a double of seconds, which may be a thousandth of a millisecond less.
  const early = Date.now() - 1;
  mock({
    foo: mock.file({ content: 'file content here', ctime: new Date(1000), mtime: new Date(2000) }),
    '/d/old': mock.file({ birthtime: new Date(5), atime: 6, mtime: 7, ctime: 8 }),
    '/e': mock.directory({ birthtime: 10, ctime: 11, mtime: 12, items: { new: '' } }),
    '/l': mock.symlink({ path: 'd', birthtime: 20, ctime: 21, uid: 3, gid: 4 }),
  });
  const times = (path: string) => {
    const { birthtimeMs, atimeMs, mtimeMs, ctimeMs } = nodeFs.lstatSync(path);
    return [birthtimeMs, atimeMs, mtimeMs, ctimeMs].map((each) => (each >= early ? 'now' : each));
  };
  expect(times('foo')).toEqual(['now', 'now', 2000, 1000]);
  expect(times('/d/old')).toEqual([5, 6, 7, 8]);
  expect(times('/d')).toEqual(['now', 'now', 'now', 'now']);
  expect(times('/e')).toEqual([10, 'now', 12, 11]);
  expect(times('/e/new')).toEqual(['now', 'now', 'now', 'now']);
  expect(times('/l')).toEqual([20, 'now', 'now', 21]);
  expect([nodeFs.lstatSync('/l').uid, nodeFs.lstatSync('/l').gid]).toEqual([3, 4]);
});

it('refuses what makes no item', () => {
  expect(() => mock.symlink({} as never)).toThrow("The argument 'path' is needed for a link");
  expect(() => mock.file({ content: 5 } as never)).toThrow('must be text or bytes');
});

it('nests, with every kind of item', () => {
  mock({
    path: { to: { dir: { file1: 'text content', file2: Buffer.from([1, 2, 3, 4]) } } },
    'some/dir': { 'regular-file': 'file contents', 'a-symlink': mock.symlink({ path: 'regular-file' }) },
    'deep/er': mock.directory({ mode: 0o700, gid: 5, items: { f: mock.file(), d: mock.directory() } }),
  });
  expect(nodeFs.readFileSync('path/to/dir/file2')).toEqual(Buffer.from([1, 2, 3, 4]));
  expect(nodeFs.readFileSync('some/dir/a-symlink', 'utf8')).toBe('file contents');
  expect([nodeFs.statSync('deep/er').gid, nodeFs.statSync('deep/er/d').mode & 0o777]).toEqual([5, 0o777]);
  expect(nodeFs.readFileSync('deep/er/f', 'utf8')).toBe('');
});

it('leaves out what is asked to be left out', () => {
  mock({}, { createCwd: false, createTmp: false });
  expect(nodeFs.readdirSync('/')).toEqual([]);
});

it('loads from the disk and goes back to it', async () => {
  nodeFs.mkdirSync(join(disk, 'd/e'), { recursive: true });
  nodeFs.writeFileSync(join(disk, 'd/f'), 'real', { mode: 0o600 });
  nodeFs.symlinkSync('f', join(disk, 'd/l'));
  nodeFs.writeFileSync(join(disk, 'd/e/g'), 'deep');
  nodeFs.utimesSync(join(disk, 'd'), 1, 1);
  mock({ '/before': '' });
  mock({ '/all': mock.load(join(disk, 'd')), '/flat': mock.load(join(disk, 'd'), { recursive: false }) });
  expect(nodeFs.readdirSync('/all', { recursive: true })).toEqual(['e', 'f', 'l', 'e/g']);
  expect([nodeFs.readFileSync('/all/l', 'utf8'), nodeFs.statSync('/all/f').mode & 0o777]).toEqual(['real', 0o600]);
  expect([nodeFs.readdirSync('/flat'), nodeFs.statSync('/all').mtimeMs]).toEqual([['f'], 1000]);
  nodeFs.writeFileSync('/all/f', 'changed');
  expect(mock.bypass(() => nodeFs.readFileSync(join(disk, 'd/f'), 'utf8'))).toBe('real');
  expect(await mock.bypass(async () => readFile(join(disk, 'd/f'), 'utf8'))).toBe('real');
  await new Promise((resolve) => setImmediate(resolve));
  expect(() => mock.bypass(() => nodeFs.readFileSync('/all/f'))).toThrow('ENOENT');
  expect(nodeFs.readFileSync('/all/f', 'utf8')).toBe('changed');
});

it('loads directories when they are asked for', () => {
  nodeFs.mkdirSync(join(disk, 'app/lib'), { recursive: true });
  nodeFs.writeFileSync(join(disk, 'app/lib/big'), Buffer.alloc(300_000, 'b'));
  nodeFs.writeFileSync(join(disk, 'app/ü.txt'), 'umlaut');
  nodeFs.symlinkSync('ü.txt', join(disk, 'app/link'));
  nodeFs.mkdirSync(join(disk, 'lib2'));
  nodeFs.writeFileSync(join(disk, 'lib2/small'), '12345');
  const config = {
    '/virtual/app': mock.load(join(disk, 'app')),
    '/virtual/app/extra': 'x',
    '/virtual/other': { nested: mock.load(join(disk, 'lib2')), f: mock.load(join(disk, 'app/ü.txt')) },
    '/virtual/app/inner': mock.load(join(disk, 'app/lib'), { lazy: false, recursive: false }),
  };
  expect(() => mock(config, { maxQuota: 200_000 })).toThrow('ENOSPC');
  const { '/virtual/app/inner': _, ...lazy } = config;
  mock(lazy, { maxQuota: 600_000 });
  expect(nodeFs.readdirSync('/virtual/app', { recursive: true })).toEqual(['extra', 'lib', 'link', 'ü.txt', 'lib/big']);
  expect(nodeFs.readdirSync('/virtual/other')).toEqual(['f', 'nested']);
  expect(nodeFs.readFileSync('/virtual/app/link', 'utf8')).toBe('umlaut');
  expect(nodeFs.readFileSync('/virtual/other/nested/small')).toHaveLength(5);
  const volume = mountedAt('/') as typeof nodeFs;
  expect(quotaOf(volume).used).toBeLessThan(20_000);
  nodeFs.appendFileSync('/virtual/app/lib/big', '!');
  expect(nodeFs.statSync('/virtual/app/lib/big').size).toBe(300_001);
  nodeFs.rmSync('/virtual/other/nested', { recursive: true });
  expect(nodeFs.existsSync('/virtual/other/nested')).toBe(false);
  expect(() => nodeFs.appendFileSync('/virtual/app/ü.txt', Buffer.alloc(300_000))).toThrow('ENOSPC');
  expect(quotaOf(volume).audit()).toMatchObject({ ok: true });
  mock.restore();
  expect(nodeFs.statSync(join(disk, 'app/lib/big')).size).toBe(300_000);
  expect(() => mock.load(join(disk, 'none'))).toThrow('ENOENT');
});

it('simulates a full disk', () => {
  mock({ '/data': {} }, { maxQuota: 20_000 });
  expect(() => nodeFs.writeFileSync('/data/big', Buffer.alloc(50_000))).toThrow('ENOSPC: no space left on device');
  expect(() => mock({ '/big': Buffer.alloc(50_000) }, { maxQuota: 20_000 })).toThrow('ENOSPC');
  expect(nodeFs.existsSync('/etc')).toBe(true);
});
