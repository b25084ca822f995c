/** quotafs/mock-fs: the documented examples of mock-fs. */
import nodeFs from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'quotafs/mock-fs';
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

it('simulates a full disk', () => {
  mock({ '/data': {} }, { maxQuota: 20_000 });
  expect(() => nodeFs.writeFileSync('/data/big', Buffer.alloc(50_000))).toThrow('ENOSPC: no space left on device');
  expect(() => mock({ '/big': Buffer.alloc(50_000) }, { maxQuota: 20_000 })).toThrow('ENOSPC');
  expect(nodeFs.existsSync('/etc')).toBe(true);
});
