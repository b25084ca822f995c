/** mountOver: nothing reaches the disk, whatever is called; and our fs object in a plain Union as it is. */
import nodeFs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createFs, quotaOf } from 'quotafs';
import { mountOver, type UnionFs } from 'quotafs/unionfs';
import { Union } from 'unionfs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPrng } from '../../helpers/prng.js';

type NodeFs = typeof nodeFs;
let disk: string;
let before: unknown;

/** Contents, permissions and times of the disk's tree; reading it changes no more than access times. */
const diskState = () =>
  ['', ...nodeFs.readdirSync(disk, { recursive: true, encoding: 'utf8' })].sort().map((name) => {
    const path = join(disk, name);
    const { mode, mtimeNs, ctimeNs, nlink, ino } = nodeFs.lstatSync(path, { bigint: true });
    const content = nodeFs.lstatSync(path).isFile() ? nodeFs.readFileSync(path, 'latin1') : '';
    return { name, content, mode, mtimeNs, ctimeNs, nlink, ino };
  });

beforeEach(() => {
  disk = nodeFs.mkdtempSync(join(tmpdir(), 'quotafs-union-'));
  nodeFs.mkdirSync(join(disk, 'd/e'), { recursive: true });
  for (const name of ['a', 'b', 'd/c', 'd/e/f'])
    nodeFs.writeFileSync(join(disk, name), `disk ${name}`, { mode: 0o644 });
  nodeFs.symlinkSync('a', join(disk, 'link'));
  before = diskState();
});
afterEach(() => {
  expect(diskState()).toEqual(before);
  nodeFs.rmSync(disk, { recursive: true });
});

/** Calls that change nothing, with the flags that make it so. */
const harmless = new Set(
  [
    'access',
    'close',
    'createReadStream',
    'exists',
    'fdatasync',
    'fstat',
    'fsync',
    'glob',
    'lstat',
    'openAsBlob',
    'opendir',
  ].concat([
    'read',
    'readdir',
    'readFile',
    'readlink',
    'readv',
    'realpath',
    'stat',
    'unwatchFile',
    'watch',
    'watchFile',
  ]),
);

/** The disk, with each call checked. */
function traced(violations: string[]): NodeFs {
  const trace = (object: object): object =>
    Object.fromEntries(
      Object.keys(object).map((name) => {
        const value: unknown = Reflect.get(object, name);
        if (typeof value !== 'function' || /^[A-Z]/.test(name)) return [name, value];
        const checked = (...args: unknown[]) => {
          const base = name.replace(/Sync$/, '');
          const opensToRead = base === 'open' && (args[1] === 'r' || args[1] === 0 || typeof args[1] !== 'string');
          if (!harmless.has(base) && !opensToRead) violations.push(`${name}(${args.map(String).join(', ')})`);
          return value(...args);
        };
        const { prototype: _, ...parts } = Object.getOwnPropertyDescriptors(value);
        return [name, Object.defineProperties(checked, parts)];
      }),
    );
  return { ...trace(nodeFs), promises: trace(nodeFs.promises) } as NodeFs;
}

const code = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
};

describe('our fs object in a Union as it is', () => {
  it('reads, writes and lists through it', async () => {
    const fs = createFs();
    const union = new Union().use(nodeFs).use(fs) as unknown as UnionFs;
    fs.mkdirSync(disk, { recursive: true });
    union.writeFileSync(join(disk, 'new'), 'memory');
    expect(await union.promises.readFile(join(disk, 'new'), 'utf8')).toBe('memory');
    expect(union.readdirSync(disk)).toEqual(['a', 'b', 'd', 'link', 'new']);
    expect(await union.promises.readdir(disk)).toEqual(['a', 'b', 'd', 'link', 'new']);
    const fd = union.openSync(join(disk, 'new'), 'r');
    expect(union.fstatSync(fd).size).toBe(6);
    union.closeSync(fd);
    expect([union.constants, union.Stats, union.F_OK ?? 0]).toEqual([fs.constants, fs.Stats, 0]);
  });
});

describe('mountOver', () => {
  let fs: NodeFs;
  let union: UnionFs;
  let violations: string[];
  beforeEach(() => {
    fs = createFs({ maxQuota: 60_000 });
    union = mountOver(traced((violations = [])), fs);
  });
  afterEach(() => {
    expect(violations).toEqual([]);
    expect(quotaOf(fs).audit()).toMatchObject({ ok: true });
  });

  it('shows both, memory first', async () => {
    union.writeFileSync(join(disk, 'a'), 'memory a');
    union.writeFileSync(join(disk, 'd/new'), 'memory new');
    expect(union.readFileSync(join(disk, 'a'), 'utf8')).toBe('memory a');
    expect(await union.promises.readFile(join(disk, 'b'), 'utf8')).toBe('disk b');
    expect(await promisify(union.readFile)(join(disk, 'd/e/f'), 'utf8')).toBe('disk d/e/f');
    const names = ['a', 'b', 'd', 'link'];
    expect(union.readdirSync(disk)).toEqual(names);
    expect(await union.promises.readdir(disk)).toEqual(names);
    expect(await promisify(union.readdir)(join(disk, 'd'))).toEqual(['c', 'e', 'new']);
    expect(union.readdirSync(disk, { recursive: true })).toContain('d/e/f');
    using directory = union.opendirSync(join(disk, 'd'));
    expect([directory.readSync(), directory.readSync(), directory.readSync()].map((each) => each?.name).sort()).toEqual(
      ['c', 'e', 'new'],
    );
    expect([union.existsSync(join(disk, 'b')), await promisify(union.exists)(join(disk, 'd/new'))]).toEqual([
      true,
      true,
    ]);
    expect(union.statSync(join(disk, 'none'), { throwIfNoEntry: false })).toBeUndefined();
    expect(union.statSync(join(disk, 'b'), { throwIfNoEntry: false })?.size).toBe(6);
    expect(union.realpathSync.native(join(disk, 'link'))).toBe(nodeFs.realpathSync(join(disk, 'a')));
    expect(() => union.statSync(join(disk, 'none'))).toThrow(
      `ENOENT: no such file or directory, stat '${join(disk, 'none')}'`,
    );
  });

  it('a Dir of a directory that both have kept a volume of its own, which nobody was billed for', async () => {
    const quota = quotaOf(fs);
    union.writeFileSync(join(disk, 'd/new'), '');
    const before = quota.used;
    const dirs = Array.from({ length: 5 }, () => union.opendirSync(join(disk, 'd')));
    for (const dir of dirs) expect(dir.readSync()?.isFile()).toBe(true);
    expect(quota.used - before).toBeGreaterThan(5 * 4096);
    dirs[0].closeSync();
    await dirs[1].close();
    for await (const _ of dirs[2]) break;
    for (const _ of [1, 2, 3]) dirs[3].readSync();
    dirs[3].closeSync();
    dirs[4].closeSync();
    expect(quota.used).toBe(before);
    expect(() => dirs[0].readSync()).toThrow('Directory handle was closed');
    expect(() => union.opendirSync(disk, { bufferSize: 0 })).toThrow(RangeError);
    expect(() => union.opendirSync(disk, { encoding: 'none' as never })).toThrow(TypeError);
    expect(quota.used).toBe(before);
    const names: string[] = [];
    for await (const { name, parentPath } of await union.promises.opendir(disk, { recursive: true, bufferSize: 1 }))
      names.push(join(parentPath, name).slice(disk.length + 1));
    expect(names.sort()).toEqual(['a', 'b', 'd', 'd/c', 'd/e', 'd/e/f', 'd/new', 'link']);
    expect(quota.used).toBe(before);
    const all = await promisify(union.opendir)(Buffer.from(disk) as never, { encoding: 'buffer' as never });
    expect(String(all.readSync()?.name)).toBe('a');
    all.closeSync();
    while (true) {
      try {
        dirs.push(union.opendirSync(join(disk, 'd')));
      } catch (error) {
        expect(error).toMatchObject({ code: 'ENOSPC', syscall: 'opendir' });
        break;
      }
    }
    for (const dir of dirs.slice(5)) dir.closeSync();
    expect(quota.used).toBe(before);
    expect(quota.audit()).toMatchObject({ ok: true });
  });

  it('refuses with the error of memory, in all styles', async () => {
    const [path, large] = [join(disk, 'a'), Buffer.alloc(200_000)];
    const refused = { name: 'QuotaExceededError', code: 'ENOSPC', limit: 60_000 };
    expect(() => union.writeFileSync(path, large)).toThrow(expect.objectContaining(refused));
    await expect(union.promises.writeFile(path, large)).rejects.toMatchObject(refused);
    const three = [1, 2, 3].map(() => promisify(union.writeFile)(path, large));
    for (const each of await Promise.allSettled(three))
      expect(each).toMatchObject({ status: 'rejected', reason: refused });
    await expect(finished(union.createWriteStream(path).end(large))).rejects.toMatchObject(refused);
    expect(code(() => union.mkdirSync(join(disk, 'd')))).toBe('EEXIST');
    expect(code(() => union.writeFileSync(path, '', { flag: 'wx' }))).toBe('EEXIST');
    expect(code(() => union.symlinkSync('x', join(disk, 'b')))).toBe('EEXIST');
    expect(code(() => union.unlinkSync(join(disk, 'd/c')))).toBe('ENOENT');
    expect(code(() => union.rmSync(join(disk, 'd/e'), { recursive: true }))).toBe('ENOENT');
  });

  it('brings up what a change needs', async () => {
    union.appendFileSync(join(disk, 'a'), '+1');
    await union.promises.appendFile(join(disk, 'a'), '+2');
    expect(union.readFileSync(join(disk, 'a'), 'utf8')).toBe('disk a+1+2');
    await finished(union.createWriteStream(join(disk, 'b'), { flags: 'r+', start: 5 }).end('X'));
    expect(union.readFileSync(join(disk, 'b'), 'utf8')).toBe('disk X');
    union.chmodSync(join(disk, 'd/c'), 0o600);
    expect([union.statSync(join(disk, 'd/c')).mode & 0o777, union.readFileSync(join(disk, 'd/c'), 'utf8')]).toEqual([
      0o600,
      'disk d/c',
    ]);
    union.copyFileSync(join(disk, 'd/e/f'), join(disk, 'd/copy'));
    expect(union.readFileSync(join(disk, 'd/copy'), 'utf8')).toBe('disk d/e/f');
    const strict = mountOver(nodeFs, createFs(), { copyUp: false });
    expect(code(() => strict.writeFileSync(join(disk, 'x'), ''))).toBe('ENOENT');
  });

  it('lets changes land where links lead', async () => {
    union.symlinkSync('d', join(disk, 'mine'));
    for (const [path, target] of [
      ['link', 'a'],
      ['mine/new', 'd/new'],
      ['mine/c', 'd/c'],
    ] as const) {
      union.writeFileSync(join(disk, path), 'memory');
      expect(union.readFileSync(join(disk, target), 'utf8')).toBe('memory');
    }
    expect(union.lstatSync(join(disk, 'link')).isSymbolicLink()).toBe(true);
    union.appendFileSync(join(disk, 'd/../link'), '!');
    expect(union.readFileSync(join(disk, 'a'), 'utf8')).toBe('memory!');
    union.lutimesSync(join(disk, 'link'), 1, 2);
    expect([union.lstatSync(join(disk, 'link')).mtimeMs, union.statSync(join(disk, 'link')).mtimeMs > 2000]).toEqual([
      2000,
      true,
    ]);
  });

  it('refuses what is in the way without bringing it up', () => {
    const { used } = quotaOf(fs);
    nodeFs.truncateSync(join(disk, 'b'), 6);
    before = diskState();
    expect(code(() => union.mkdirSync(join(disk, 'b')))).toBe('EEXIST');
    expect(code(() => union.mkdirSync(join(disk, 'b/x/y'), { recursive: true }))).toBe('ENOTDIR');
    expect(code(() => union.linkSync(join(disk, 'a'), join(disk, 'b')))).toBe('EEXIST');
    expect(code(() => union.openSync(join(disk, 'b'), 'wx'))).toBe('EEXIST');
    expect(code(() => union.writeFileSync(join(disk, 'b/x'), ''))).toBe('ENOTDIR');
    expect(() => union.copyFileSync(join(disk, 'a'), join(disk, 'b'), nodeFs.constants.COPYFILE_EXCL)).toThrow(
      `EEXIST: file already exists, copyfile '${join(disk, 'a')}' -> '${join(disk, 'b')}'`,
    );
    expect(fs.existsSync(join(disk, 'b'))).toBe(false);
    expect(quotaOf(fs).used).toBeGreaterThan(used);
    expect(code(() => union.writeFileSync(join(disk, 'd'), ''))).toBe('EISDIR');
    union.writeFileSync(join(disk, 'n'), '');
    expect(code(() => union.renameSync(join(disk, 'n'), join(disk, 'd')))).toBe('EISDIR');
    union.mkdirSync(join(disk, 'm'));
    expect(code(() => union.renameSync(join(disk, 'm'), join(disk, 'd')))).toBe('ENOTEMPTY');
    expect(union.mkdirSync(join(disk, 'd/e/g/h'), { recursive: true })).toBe(join(disk, 'd/e/g'));
  });

  it('keeps permissions of what is written anew, and says so when nothing was removed', async () => {
    nodeFs.chmodSync(join(disk, 'a'), 0o600);
    nodeFs.chmodSync(join(disk, 'd'), 0o750);
    before = diskState();
    union.writeFileSync(join(disk, 'a'), 'new', 'utf8');
    union.writeFileSync(join(disk, 'd/new'), '');
    await finished(union.createWriteStream(join(disk, 'd/c')).end('1'));
    expect(['a', 'd'].map((name) => union.statSync(join(disk, name)).mode & 0o777)).toEqual([0o600, 0o750]);
    expect(code(() => union.rmSync(join(disk, 'b'), { force: true }))).toBe('ENOENT');
    await expect(union.promises.rm(join(disk, 'd/e'), { force: true, recursive: true })).rejects.toMatchObject({
      code: 'ENOENT',
    });
    union.rmSync(join(disk, 'none'), { force: true });
    union.rmSync(join(disk, 'a'), { force: true });
    expect(union.readFileSync(join(disk, 'a'), 'utf8')).toBe('disk a');
  });

  it('keeps descriptors, handles and streams of the disk harmless', async () => {
    const fd = union.openSync(join(disk, 'a'), 'r');
    expect((await promisify(union.read)(fd, Buffer.alloc(4), 0, 4, 0)).bytesRead).toBe(4);
    for (const change of [union.fchmodSync, union.ftruncateSync, union.writeSync] as ((
      fd: number,
      x: never,
    ) => unknown)[]) {
      expect(code(() => change(fd, (change === union.writeSync ? 'x' : 0) as never))).toBe('EBADF');
    }
    expect(code(() => union.futimesSync(fd, 1, 1))).toBe('EBADF');
    union.closeSync(fd);
    const handle = await union.promises.open(join(disk, 'a'));
    await expect(handle.chmod(0)).rejects.toMatchObject({ code: 'EROFS' });
    await expect(handle.utimes(1, 1)).rejects.toMatchObject({ code: 'EROFS' });
    expect(await union.promises.readFile(handle, 'utf8')).toBe('disk a');
    await handle.close();
    const text = await union.createReadStream(join(disk, 'a'), { start: 5, encoding: 'utf8' }).toArray();
    expect(text.join('')).toBe('a');
    expect(code(() => union.openSync(join(disk, 'none'), nodeFs.constants.O_CREAT))).toBeGreaterThan(0);
    await union.createReadStream(join(disk, 'b'), { flags: 'w+' } as never).toArray();
    expect(union.readFileSync(join(disk, 'd/c'), { encoding: 'utf8', flag: 'a+' })).toBe('disk d/c');
  });

  it('stacks: another layer goes on top', () => {
    const top = createFs();
    top.mkdirSync(disk, { recursive: true });
    const stacked = union.use(top as never) as unknown as UnionFs;
    stacked.writeFileSync(join(disk, 'top'), '1');
    expect([top.existsSync(join(disk, 'top')), fs.existsSync(join(disk, 'top'))]).toEqual([true, false]);
    expect(union).toBeInstanceOf(Union);
  });

  it('holds for random programs, refusals included', { timeout: 60_000 }, async () => {
    const { next: random } = createPrng(6);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
    const names = ['a', 'b', 'd', 'd/c', 'd/e', 'd/e/f', 'link', 'n', 'd/n', 'x/y'].map((name) => join(disk, name));
    const data = () => 'x'.repeat(Math.floor(random() * 30_000));
    const refusals = new Set<unknown>();
    const calls: [string, () => unknown[]][] = [
      ...['rmdir', 'unlink', 'stat', 'readdir', 'readFile', 'readlink', 'truncate', 'realpath', 'mkdtemp'].map(
        (name) => [name, () => [pick(names)]] as [string, () => unknown[]],
      ),
      ...['rename', 'copyFile', 'link', 'symlink'].map(
        (name) => [name, () => [pick(names), pick(names)]] as [string, () => unknown[]],
      ),
      ...['writeFile', 'appendFile'].map((name) => [name, () => [pick(names), data()]] as [string, () => unknown[]]),
      ['writeFile', () => [pick(names), data(), { flag: pick(['wx', 'r+', 'a', 'w+']) }]],
      ['mkdir', () => [pick(names), { recursive: random() < 0.5 }]],
      ['rm', () => [pick(names), { recursive: true, force: random() < 0.5 }]],
      ['cp', () => [pick(names), pick(names), { recursive: true }]],
      ['chmod', () => [pick(names), 0o600]],
      ['utimes', () => [pick(names), 1, 2]],
    ];
    const note = (error: unknown) => refusals.add((error as NodeJS.ErrnoException).code);
    for (let round = 0; round < 40; round++) {
      union = mountOver(traced(violations), createFs({ maxQuota: 60_000 }));
      for (let step = 0; step < 60; step++) {
        const [name, args] = pick(calls);
        const style = pick(['sync', 'promise', 'callback']);
        const call = (object: object, member: string) => Reflect.apply(Reflect.get(object, member), undefined, args());
        try {
          if (style === 'sync') call(union, `${name}Sync`);
          else if (style === 'promise') await call(union.promises, name);
          else await promisify(Reflect.get(union, name))(...args());
        } catch (error) {
          note(error);
        }
      }
    }
    expect(refusals).toContain('ENOSPC');
    expect(refusals).toContain('EEXIST');
    expect([...refusals].filter((each) => typeof each !== 'string')).toEqual([]);
  });
});
