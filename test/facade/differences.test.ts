/** Lines of docs/differences.md that no other test has: where we part from the real fs on purpose, both are asked. */
import { execFileSync } from 'node:child_process';
import nodeFs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createFs, quotaOf } from '../../src/index.js';

const MIB = 1024 * 1024;
const PAGE = 65536;
const disk = nodeFs.mkdtempSync(path.join(os.tmpdir(), 'quotafs-differences-'));
afterAll(() => nodeFs.rmSync(disk, { recursive: true, force: true }));

function codeOf(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return Reflect.get(Object(error), 'code');
  }
  return undefined;
}

it('copyFile of a directory onto a file leaves the file', async () => {
  const ours = createFs();
  for (const [fs, root] of [
    [nodeFs, disk],
    [ours, ''],
  ] as const) {
    fs.mkdirSync(`${root}/from`);
    fs.writeFileSync(`${root}/to`, 'kept');
    expect(codeOf(() => fs.copyFileSync(`${root}/from`, `${root}/to`))).toBe('EISDIR');
  }
  expect(ours.readFileSync('/to', 'utf8')).toBe('kept');
  await expect(ours.promises.copyFile('/from', '/to')).rejects.toMatchObject({ code: 'EISDIR' });
  expect(ours.readFileSync('/to', 'utf8')).toBe('kept');
  if (process.platform === 'linux') expect(nodeFs.existsSync(`${disk}/to`)).toBe(false);
});

describe('blocks', () => {
  const fs = createFs();
  const blocksOf = (position: number): number => {
    fs.writeFileSync('/f', '');
    const fd = fs.openSync('/f', 'r+');
    fs.writeSync(fd, 'x', position);
    fs.closeSync(fd);
    return fs.statSync('/f').blocks;
  };

  it.each([PAGE, 16 * PAGE])('a hole of whole pages has none: %i', (position) => {
    expect(blocksOf(position)).toBe(8);
  });

  it.each([8192, PAGE - 1, 16 * PAGE + 30_000])('a hole inside a page counts as filled: %i', (position) => {
    expect(blocksOf(position)).toBe(Math.ceil(((position % PAGE) + 1) / 4096) * 8);
  });

  it('of a directory are 8, its size 4096', () => {
    fs.mkdirSync('/d');
    for (let i = 0; i <= 300; i++) {
      if (i % 100 === 0) expect(fs.statSync('/d')).toMatchObject({ size: 4096, blocks: 8 });
      fs.writeFileSync(`/d/${'n'.repeat(100)}${i}`, '');
    }
  });
});

describe('a whole file that does not fit', () => {
  const fs = createFs({ maxQuota: MIB });
  const big = Buffer.alloc(2 * MIB);
  fs.writeFileSync('/old', 'kept');

  it.each(['writeFile', 'appendFile'] as const)('%s leaves what was there', async (name) => {
    const { used } = quotaOf(fs);
    for (const [file, data] of [
      ['/old', big],
      ['/new', big.toString()],
    ] as const) {
      expect(codeOf(() => fs[`${name}Sync`](file, data))).toBe('ENOSPC');
      await expect(fs.promises[name](file, data)).rejects.toMatchObject({ code: 'ENOSPC' });
      const error = await new Promise((resolve) => fs[name](file, data, resolve));
      expect(error).toMatchObject({ code: 'ENOSPC' });
    }
    expect(fs.readdirSync('/')).toEqual(['old']);
    expect(fs.readFileSync('/old', 'utf8')).toBe('kept');
    expect(quotaOf(fs).used).toBe(used);
    expect(quotaOf(fs).audit().ok).toBe(true);
  });

  it('is written chunk by chunk where it comes in chunks', async () => {
    const chunks = [Buffer.from('first'), big];
    await expect(fs.promises.writeFile('/chunks', chunks.values())).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(fs.readFileSync('/chunks', 'utf8')).toBe('first');
  });
});

it('bytes whose length may change are a path', () => {
  const fs = createFs();
  const memory = Reflect.construct(ArrayBuffer, [2, { maxByteLength: 9 }]) as ArrayBuffer;
  const path = new Uint8Array(memory);
  path.set(Buffer.from('/f'));
  fs.writeFileSync(path as Buffer, 'x');
  expect(fs.readdirSync('/')).toEqual(['f']);
  expect(quotaOf(fs).audit().ok).toBe(true);
});

it('a file has at most 65,000 links', () => {
  const fs = createFs();
  fs.writeFileSync('/f', '');
  for (let i = 1; i < 65_000; i++) fs.linkSync('/f', `/${i}`);
  expect(() => fs.linkSync('/f', '/more')).toThrow("EMLINK: too many links, link '/f' -> '/more'");
  expect(fs.statSync('/f').nlink).toBe(65_000);
  fs.unlinkSync('/1');
  fs.linkSync('/f', '/more');
});

it.each([
  [1e11, '2446-05-10T22:38:55.000Z'],
  [-1e11, '1901-12-13T20:45:52.000Z'],
])('a time out of range is the nearer end: %d s', (seconds, expected) => {
  const fs = createFs();
  fs.writeFileSync('/f', '');
  const time = new Date(seconds * 1000);
  fs.utimesSync('/f', time, time);
  const { atime, mtime } = fs.statSync('/f');
  expect([atime.toISOString(), mtime.toISOString()]).toEqual([expected, expected]);
});

it('descriptors of all volumes come from one high band', () => {
  const [a, b] = [createFs(), createFs()];
  const open = [a, b, a].map((fs) => fs.openSync('/f', 'w'));
  expect(new Set(open).size).toBe(3);
  for (const fd of open) expect(fd).toBeGreaterThanOrEqual(2 ** 29);
  expect(codeOf(() => nodeFs.fstatSync(open[0] ?? 0))).toBe('EBADF');
  expect(codeOf(() => a.fstatSync(open[1] ?? 0))).toBe('EBADF');
  for (const [i, fs] of [a, b, a].entries()) fs.closeSync(open[i] ?? 0);
});

it('mkdir -p makes a working directory that the volume lacks', () => {
  const fs = createFs({ cwd: '/home/me' });
  expect(codeOf(() => fs.mkdirSync('a'))).toBe('ENOENT');
  expect(fs.mkdirSync('a/b', { recursive: true })).toBe('a');
  expect(fs.readdirSync('/home/me')).toEqual(['a']);
  const removed = path.join(disk, 'removed');
  // One name only: of two, Node goes on trying without end.
  const program = `process.chdir(${JSON.stringify(removed)});
    fs.rmdirSync(${JSON.stringify(removed)});
    try { fs.mkdirSync('a', { recursive: true }) } catch (error) { process.stdout.write(error.code) }`;
  nodeFs.mkdirSync(removed);
  if (process.platform === 'linux') {
    expect(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8', timeout: 60_000 })).toBe('ENOENT');
  }
});

it('an error that comes later has the caller on its stack', async () => {
  const fs = createFs();
  function byCallback(): Promise<Error> {
    return new Promise((resolve) => fs.stat('/none', (error) => resolve(error as Error)));
  }
  expect((await byCallback()).stack?.split('\n')[1]).toContain('differences.test.ts');
  const byPromise = (): Promise<string | Error> => fs.promises.stat('/none').then(String, (error) => error);
  expect(((await byPromise()) as Error).stack?.split('\n')[1]).toContain('differences.test.ts');
});

it('a third argument means nothing to promises.opendir', async () => {
  const fs = createFs();
  const opendir = fs.promises.opendir as (...args: unknown[]) => Promise<nodeFs.Dir>;
  const dir = await opendir('/', undefined, 'utf8');
  expect(dir.readSync()).toBeNull();
  dir.closeSync();
  expect(quotaOf(fs).audit().problems).toEqual([]);
});

it('opendir delivers what is wrong with bufferSize', async () => {
  const fs = createFs();
  const options = { bufferSize: 0 };
  const error = await new Promise((resolve) => fs.opendir('/', options, resolve));
  expect(error).toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
  await expect(fs.promises.opendir('/', options)).rejects.toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
  expect(quotaOf(fs).audit().problems).toEqual([]);
});
