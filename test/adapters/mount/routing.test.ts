/** Mount: every member of node:fs reaches the volume by path and by descriptor, and the disk is as before. */
import nodeFs, { readFileSync as namedRead } from 'node:fs';
import nodePromises, { readFile as namedReadFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { createFs, quotaOf } from 'quotafs';
import { type Mount, mount } from 'quotafs/mount';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const { mkdtempSync, rmSync, existsSync, writeFileSync } = nodeFs;
const AT = '/quotafs-virtual';
let fs: typeof nodeFs;
let mounted: Mount;
let disk: string;

beforeEach(() => {
  disk = mkdtempSync(join(tmpdir(), 'quotafs-mount-'));
  fs = createFs({ maxQuota: 4 * 1024 ** 2 });
  mounted = mount(fs, { at: AT });
});

afterEach(() => {
  mounted.unmount();
  rmSync(disk, { recursive: true });
  expect(existsSync(AT)).toBe(false);
  expect(quotaOf(fs).audit()).toMatchObject({ ok: true });
});

describe('a mount by prefix', () => {
  it('is followed by default, named and required imports', async () => {
    nodeFs.writeFileSync(`${AT}/a`, 'A');
    expect(namedRead(`${AT}/a`, 'utf8')).toBe('A');
    expect(await namedReadFile(`${AT}/a`, 'utf8')).toBe('A');
    expect(await nodePromises.readFile(`${AT}/a`, 'utf8')).toBe('A');
    const require = createRequire(import.meta.url);
    for (const name of ['fs', 'node:fs']) expect(require(name).readFileSync(`${AT}/a`, 'utf8')).toBe('A');
    expect(await require('fs/promises').readFile(`${AT}/a`, 'utf8')).toBe('A');
    expect(fs.readFileSync(`${AT}/a`, 'utf8')).toBe('A');
  });

  it('is followed by packages that were loaded before', async () => {
    const { glob } = await import('glob');
    const fastGlob = (await import('fast-glob')).default;
    nodeFs.mkdirSync(`${AT}/src`);
    nodeFs.writeFileSync(`${AT}/src/x.ts`, '');
    expect(await glob(`${AT}/**/*.ts`)).toEqual([`${AT}/src/x.ts`]);
    expect(await fastGlob(`${AT}/**/*.ts`)).toEqual([`${AT}/src/x.ts`]);
  });

  it('takes Buffers, URLs and devious spellings of a path', () => {
    nodeFs.writeFileSync(pathToFileURL(`${AT}/a`), 'A');
    for (const spelling of [
      Buffer.from(`${AT}/a`),
      `${AT}//a`,
      `/./${AT}/a`,
      `${disk}/../..${AT}/a`,
      `/x/..${AT}/./a`,
    ]) {
      expect(nodeFs.readFileSync(spelling, 'utf8'), String(spelling)).toBe('A');
    }
    writeFileSync(join(disk, 'real'), 'R');
    expect(nodeFs.readFileSync(`${AT}/..${disk}/real`, 'utf8')).toBe('R');
    expect(() => nodeFs.readFileSync(`${AT}-beside`)).toThrow(`ENOENT: no such file or directory, open '${AT}-beside'`);
    expect(fs.readdirSync('/')).toEqual([AT.slice(1)]);
  });

  it('repeats paths as they were given in errors, of the volume and of the disk', () => {
    expect(() => nodeFs.statSync(`${AT}/none`)).toThrow(`ENOENT: no such file or directory, stat '${AT}/none'`);
    expect(() => nodeFs.statSync('none-here')).toThrow("ENOENT: no such file or directory, stat 'none-here'");
    expect(() => nodeFs.readFileSync(undefined as never)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    );
    expect(() => nodeFs.readFileSync(`${AT}/a\0`)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
    expect(() => nodeFs.readFile(`${AT}/a`, undefined as never)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    );
  });

  it('routes descriptors and FileHandles', async () => {
    const fd = nodeFs.openSync(`${AT}/f`, 'w+');
    expect(nodeFs.writeSync(fd, 'content')).toBe(7);
    expect(nodeFs.fstatSync(fd).size).toBe(7);
    const { bytesRead } = await promisify(nodeFs.read)(fd, Buffer.alloc(9), 0, 9, 0);
    expect(bytesRead).toBe(7);
    nodeFs.writeFileSync(fd, '!');
    nodeFs.closeSync(fd);
    expect(() => nodeFs.closeSync(fd)).toThrow('EBADF: bad file descriptor, close');
    await using handle = await nodePromises.open(`${AT}/f`);
    expect(await nodePromises.readFile(handle, 'utf8')).toBe('content!');
    const real = nodeFs.openSync(join(disk, 'r'), 'w');
    nodeFs.writeSync(real, 'on disk');
    nodeFs.closeSync(real);
    expect(nodeFs.readFileSync(join(disk, 'r'), 'utf8')).toBe('on disk');
  });

  it('routes streams, their options too', async () => {
    await pipeline(['ab', 'cd', 'ef'], nodeFs.createWriteStream(`${AT}/s`));
    await pipeline(['gh'], Reflect.construct(nodeFs.WriteStream, [`${AT}/s`, { flags: 'a' }]));
    const read = async (stream: nodeFs.ReadStream) => (await stream.toArray()).join('');
    expect(await read(nodeFs.createReadStream(`${AT}/s`, { start: 1, end: 6, encoding: 'utf8' }))).toBe('bcdefg');
    expect(await read(Reflect.construct(nodeFs.ReadStream, [`${AT}/s`, { encoding: 'utf8' }]))).toBe('abcdefgh');
    const fd = nodeFs.openSync(`${AT}/s`, 'r');
    expect(await read(nodeFs.createReadStream('', { fd, encoding: 'utf8' }))).toBe('abcdefgh');
    const handle = await nodePromises.open(`${AT}/s`);
    expect(await read(nodeFs.createReadStream('', { fd: handle, encoding: 'utf8' }))).toBe('abcdefgh');
    expect(nodeFs.createReadStream(`${AT}/s`).on('error', () => {})).toBeInstanceOf(nodeFs.ReadStream);
  });

  it('routes directories, watchers, links and the odd members', async () => {
    nodeFs.mkdirSync(`${AT}/d/e`, { recursive: true });
    using directory = nodeFs.opendirSync(`${AT}/d`);
    expect(directory.readSync()?.name).toBe('e');
    const changed = new Promise((resolve) => {
      const watcher = nodeFs.watch(`${AT}/d`, (_, name) => resolve([watcher.close(), name]));
    });
    nodeFs.writeFileSync(`${AT}/d/new`, '1');
    expect(await changed).toEqual([undefined, 'new']);
    nodeFs.symlinkSync('new', `${AT}/d/link`);
    expect(nodeFs.realpathSync(`${AT}/d/link`)).toBe(`${AT}/d/new`);
    expect(nodeFs.realpathSync.native(`${AT}/d/link`)).toBe(`${AT}/d/new`);
    expect(await promisify(nodeFs.realpath.native)(`${AT}/d/link`)).toBe(`${AT}/d/new`);
    expect(await promisify(nodeFs.exists)(`${AT}/d/link`)).toBe(true);
    expect(await promisify(nodeFs.exists)('/proc/self')).toBe(true);
    expect(nodeFs.mkdtempSync(`${AT}/t-`)).toMatch(/^\/quotafs-virtual\/t-......$/);
    expect(await (await nodeFs.openAsBlob(`${AT}/d/new`)).text()).toBe('1');
    expect(nodeFs.statfsSync(AT).bsize).toBe(fs.statfsSync('/').bsize);
  });

  it('refuses what does not fit as the volume does', async () => {
    const large = Buffer.alloc(8 * 1024 ** 2);
    expect(() => nodeFs.writeFileSync(`${AT}/big`, large)).toThrow('ENOSPC');
    await expect(nodePromises.writeFile(`${AT}/big`, large)).rejects.toMatchObject({
      code: 'ENOSPC',
      limit: 4 * 1024 ** 2,
    });
  });

  it('knows every function of node:fs', async () => {
    const { routeOf } = await import('../../../src/adapters/mount/routes.js');
    const functions = (object: object) =>
      Object.keys(object).filter((key) => typeof Reflect.get(object, key) === 'function');
    const unrouted = new Set(
      [...functions(nodeFs), ...functions(nodePromises)].filter((name) => routeOf(name) === undefined),
    );
    // Classes, which work through the rest, and a helper without a path.
    for (const name of ['Dir', 'Dirent', 'FileReadStream', 'FileWriteStream', 'ReadStream', 'Stats', 'Utf8Stream']) {
      unrouted.delete(name);
    }
    expect([...unrouted]).toEqual(['WriteStream', '_toUnixTimestamp']);
  });
});
