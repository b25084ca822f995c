/** Mount: what crosses from the volume to the disk and back, and what remains after unmounting. */
import nodeFs from 'node:fs';
import nodePromises from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { createFs } from 'quotafs';
import { mount, mountedAt } from 'quotafs/mount';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const { mkdtempSync, rmSync } = nodeFs;
const AT = '/quotafs-virtual';
let disk: string;

beforeEach(() => {
  disk = mkdtempSync(join(tmpdir(), 'quotafs-mount-'));
});
afterEach(() => {
  rmSync(disk, { recursive: true });
});

/** Every property of what the patch touches, symbols and attributes too. */
const everything = () =>
  [nodeFs, nodePromises, process].map((object) => {
    // Lazy members become plain ones when they are first read.
    for (const key of Reflect.ownKeys(object)) Reflect.get(object, key);
    return Object.entries(Object.getOwnPropertyDescriptors(object))
      .filter(([, { value }]) => value === undefined || typeof value === 'function')
      .map(([name, { value, get, set, ...attributes }]) => ({ name, value, get, set, attributes }));
  });

describe('across the boundary', () => {
  it('refuses rename and link with EXDEV, in all styles', async () => {
    using _ = mount(createFs(), { at: AT });
    nodeFs.writeFileSync(`${AT}/a`, 'A');
    const target = join(disk, 'a');
    const expected = {
      message: `EXDEV: cross-device link not permitted, rename '${AT}/a' -> '${target}'`,
      ...{ errno: -18, code: 'EXDEV', syscall: 'rename', path: `${AT}/a`, dest: target },
    };
    expect(() => nodeFs.renameSync(`${AT}/a`, target)).toThrow(expect.objectContaining(expected));
    await expect(nodePromises.rename(`${AT}/a`, target)).rejects.toMatchObject(expected);
    await expect(promisify(nodeFs.rename)(`${AT}/a`, target)).rejects.toMatchObject(expected);
    expect(() => nodeFs.linkSync(target, `${AT}/b`)).toThrow(
      expect.objectContaining({ code: 'EXDEV', syscall: 'link' }),
    );
    expect(() => nodeFs.rename(`${AT}/a`, target, undefined as never)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    );
    expect(nodeFs.readdirSync(disk)).toEqual([]);
  });

  it('refuses paths with null bytes and empty ones as Node does, on either side of the boundary', async () => {
    using _ = mount(createFs(), { at: AT });
    nodeFs.writeFileSync(`${AT}/a`, 'A');
    const bad = join(disk, 'a\0b');
    const done = (): void => expect.fail('called back');
    for (const call of [nodeFs.copyFile, nodeFs.rename, nodeFs.link]) {
      expect(() => call(bad, `${AT}/b`, done)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
      expect(() => call(`${AT}/a`, bad, done)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
      await expect(promisify(call)('', `${AT}/b`)).rejects.toMatchObject({ code: 'ENOENT' });
      await expect(promisify(call)(`${AT}/a`, '')).rejects.toMatchObject({ code: 'ENOENT' });
    }
    expect(nodeFs.readdirSync(AT)).toEqual(['a']);
  });

  it('copies files with their permissions, and refuses whole what does not fit', async () => {
    using _ = mount(createFs({ maxQuota: 100_000 }), { at: AT });
    const real = join(disk, 'real');
    nodeFs.writeFileSync(real, 'text', { mode: 0o640 });
    nodeFs.copyFileSync(real, `${AT}/copy`);
    await nodePromises.copyFile(`${AT}/copy`, join(disk, 'back'));
    await promisify(nodeFs.copyFile)(`${AT}/copy`, join(disk, 'again'));
    for (const path of [`${AT}/copy`, join(disk, 'back'), join(disk, 'again')]) {
      expect([nodeFs.readFileSync(path, 'utf8'), nodeFs.statSync(path).mode & 0o777]).toEqual(['text', 0o640]);
    }
    const { COPYFILE_EXCL } = nodeFs.constants;
    expect(() => nodeFs.copyFileSync(real, `${AT}/copy`, COPYFILE_EXCL)).toThrow(
      `EEXIST: file already exists, copyfile '${real}' -> '${AT}/copy'`,
    );
    for (const size of [99_900, 1_000_000]) {
      nodeFs.writeFileSync(real, Buffer.alloc(size));
      expect(() => nodeFs.copyFileSync(real, `${AT}/copy`)).toThrow(
        expect.objectContaining({ name: 'QuotaExceededError', code: 'ENOSPC', syscall: 'copyfile', limit: 100_000 }),
      );
      expect(nodeFs.readFileSync(`${AT}/copy`, 'utf8')).toBe('text');
    }
    expect(() => nodeFs.copyFileSync(`${AT}/none`, real)).toThrow(
      `ENOENT: no such file or directory, copyfile '${AT}/none' -> '${real}'`,
    );
  });

  it('copies trees as cp does', async () => {
    using _ = mount(createFs(), { at: AT });
    nodeFs.mkdirSync(join(disk, 'tree/deep'), { recursive: true });
    nodeFs.writeFileSync(join(disk, 'tree/deep/file'), '1');
    nodeFs.writeFileSync(join(disk, 'tree/skipped'), '2');
    nodeFs.symlinkSync('deep/file', join(disk, 'tree/link'));
    expect(() => nodeFs.cpSync(join(disk, 'tree'), `${AT}/tree`)).toThrow(
      expect.objectContaining({ code: 'ERR_FS_EISDIR' }),
    );
    nodeFs.cpSync(join(disk, 'tree'), `${AT}/tree`, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (src) => !src.endsWith('skipped'),
    });
    expect(nodeFs.readdirSync(`${AT}/tree`, { recursive: true })).toEqual(['deep', 'link', 'deep/file']);
    expect(nodeFs.readFileSync(`${AT}/tree/link`, 'utf8')).toBe('1');
    await nodePromises.cp(`${AT}/tree`, join(disk, 'back'), { recursive: true, filter: async () => true });
    expect(nodeFs.readFileSync(join(disk, 'back/deep/file'), 'utf8')).toBe('1');
    nodeFs.writeFileSync(`${AT}/tree/deep/file`, 'changed');
    const options = { recursive: true, force: false, errorOnExist: true };
    const cp = promisify<string, string, object>(nodeFs.cp);
    await expect(cp(`${AT}/tree`, join(disk, 'back'), options)).rejects.toMatchObject({
      code: 'ERR_FS_CP_EEXIST',
    });
    expect(() => nodeFs.cpSync(`${AT}/tree`, join(disk, 'back/deep/file'), { recursive: true })).toThrow(
      expect.objectContaining({ code: 'ERR_FS_CP_DIR_TO_NON_DIR' }),
    );
    expect(() => nodeFs.cpSync(`${AT}/tree/deep/file`, join(disk, 'back'))).toThrow(
      expect.objectContaining({ code: 'ERR_FS_CP_NON_DIR_TO_DIR' }),
    );
  });

  it.runIf('globSync' in nodeFs)('asks each owner for its own patterns', async () => {
    using _ = mount(createFs(), { at: AT });
    nodeFs.writeFileSync(`${AT}/a.txt`, '');
    nodeFs.writeFileSync(join(disk, 'b.txt'), '');
    const patterns = [`${AT}/*.txt`, `${disk}/*.txt`];
    const found = [`${AT}/a.txt`, join(disk, 'b.txt')];
    expect(nodeFs.globSync(patterns)).toEqual(found);
    expect(await promisify(nodeFs.glob)(patterns)).toEqual(found);
    const all: string[] = [];
    for await (const path of nodePromises.glob(patterns)) all.push(path);
    expect(all).toEqual(found);
    expect(nodeFs.globSync('*.txt', { cwd: AT })).toEqual(['a.txt']);
  });
});

describe('mounts among themselves', () => {
  it('nest, the longest point wins, of equal ones the latest', () => {
    const [outer, inner, later] = [createFs(), createFs(), createFs()];
    using a = mount(outer, { at: AT });
    const b = mount(inner, { at: `${AT}/inner/` });
    nodeFs.writeFileSync(`${AT}/inner/x`, 'inner');
    nodeFs.writeFileSync(`${AT}/x`, 'outer');
    expect([outer.readdirSync(AT), inner.readdirSync(`${AT}/inner`)]).toEqual([['x'], ['x']]);
    expect(() => nodeFs.renameSync(`${AT}/x`, `${AT}/inner/y`)).toThrow('EXDEV');
    const c = mount(later, { at: AT });
    expect(nodeFs.readdirSync(AT)).toEqual([]);
    expect(mountedAt(`${AT}/y`)).toBe(later);
    c.unmount();
    c.unmount();
    expect(nodeFs.readFileSync(`${AT}/x`, 'utf8')).toBe('outer');
    b.unmount();
    expect([a.mounted, b.mounted, nodeFs.existsSync(`${AT}/inner/x`)]).toEqual([true, false, false]);
  });

  it('may hold everything', () => {
    const fs = createFs();
    using _ = mount(fs);
    nodeFs.mkdirSync(disk, { recursive: true });
    nodeFs.writeFileSync(join(disk, 'only-in-memory'), '');
    expect(nodeFs.existsSync('/etc/passwd')).toBe(false);
    expect(fs.readdirSync(disk)).toEqual(['only-in-memory']);
    _.unmount();
    expect(nodeFs.readdirSync(disk)).toEqual([]);
  });

  it('take no foreign object', () => {
    for (const wrong of [nodeFs, {}, undefined]) {
      expect(() => mount(wrong as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
    }
    expect(() => mount(createFs(), { at: '' })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
  });
});

describe('the working directory', () => {
  it('can be in a mount, and is where it was afterwards', () => {
    const before = process.cwd();
    const fs = createFs({ cwd: '/elsewhere' });
    const mounted = mount(fs, { at: AT });
    nodeFs.mkdirSync(`${AT}/sub`);
    process.chdir(`${AT}/sub`);
    nodeFs.writeFileSync('relative', 'text');
    expect([process.cwd(), resolve('x')]).toEqual([`${AT}/sub`, `${AT}/sub/x`]);
    expect(nodeFs.readdirSync('.')).toEqual(['relative']);
    expect(fs.readFileSync(`${AT}/sub/relative`, 'utf8')).toBe('text');
    process.chdir('..');
    expect(process.cwd()).toBe(AT);
    expect(nodeFs.realpathSync(`..${disk}`)).toBe(nodeFs.realpathSync(disk));
    expect(() => process.chdir('sub/relative')).toThrow(`ENOTDIR: not a directory, chdir '${AT}' -> 'sub/relative'`);
    expect(() => process.chdir('none')).toThrow(`ENOENT: no such file or directory, chdir '${AT}' -> 'none'`);
    mounted.unmount();
    expect(process.cwd()).toBe(before);
  });
});

describe('unmounting', () => {
  it('leaves every property identical', async () => {
    const before = everything();
    const [a, b] = [mount(createFs(), { at: AT }), mount(createFs())];
    const { readFileSync } = nodeFs;
    a.unmount();
    b.unmount();
    expect(everything()).toEqual(before);
    for (const [index, properties] of everything().entries()) {
      for (const [at, property] of properties.entries()) expect(property.value).toBe(before[index][at].value);
    }
    const named = await import('node:fs');
    expect(named.readFileSync).toBe(nodeFs.readFileSync);
    // A function that somebody kept goes to the disk again.
    nodeFs.writeFileSync(join(disk, 'x'), 'disk');
    expect(readFileSync(join(disk, 'x'), 'utf8')).toBe('disk');
  });

  it('looks like Node while it lasts, and leaves what others patched', () => {
    const shape = (fn: object) => [Reflect.get(fn, 'name'), Reflect.get(fn, 'length'), Object.keys(fn)];
    const before = Object.values(nodeFs)
      .filter((each) => typeof each === 'function')
      .map(shape);
    const { statSync } = nodeFs;
    const mounted = mount(createFs(), { at: AT });
    expect(
      Object.values(nodeFs)
        .filter((each) => typeof each === 'function')
        .map(shape),
    ).toEqual(before);
    const theirs = () => {};
    nodeFs.statSync = theirs as never;
    mounted.unmount();
    expect(nodeFs.statSync).toBe(theirs);
    nodeFs.statSync = statSync;
  });

  it('lets streams that are under way finish', async () => {
    const fs = createFs();
    const mounted = mount(fs, { at: AT });
    nodeFs.writeFileSync(`${AT}/s`, 'x'.repeat(300_000));
    const stream = nodeFs.createReadStream(`${AT}/s`, { encoding: 'utf8', highWaterMark: 1000 });
    await new Promise((resolve) => stream.once('open', resolve));
    mounted.unmount();
    expect((await stream.toArray()).join('')).toHaveLength(300_000);
  });
});
