/**
 * quotafs/vfs: the provider by itself, on every Node. Where there is no node:vfs its base class is a stand-in; Node's own
 * mount and module loader on it are tested by compat-tests/vfs, on Node 26.
 */
import { createFs, quotaOf } from 'quotafs';
import { createProvider, type VolumeProvider } from 'quotafs/vfs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

class VirtualProvider {
  get readonly() {
    return false;
  }
  get supportsSymlinks() {
    return false;
  }
  openSync(): never {
    throw new Error('not implemented');
  }
}

const code = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
};
const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => 'resolved',
    (error: NodeJS.ErrnoException) => error.code,
  );

describe('without node:vfs', () => {
  it('says what is missing', () => {
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
    expect(() => createProvider()).toThrow(
      /^quotafs\/vfs needs node:vfs, of Node\.js 26\.4 and newer with --experimental-vfs/,
    );
    expect(code(() => createProvider())).toBe('ERR_UNKNOWN_BUILTIN_MODULE');
    vi.restoreAllMocks();
  });
});

describe('a provider', () => {
  let provider: VolumeProvider;
  beforeEach(() => {
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue({ VirtualProvider } as never);
    provider = createProvider({ maxQuota: 100_000 });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    expect(quotaOf(provider.fs).audit()).toMatchObject({ ok: true });
  });

  it('bills an open file for the path that it keeps, and shares what all files have', () => {
    const quota = quotaOf(provider.fs);
    const long = `/${'d'.repeat(200)}/${'d'.repeat(200)}`;
    provider.fs.mkdirSync(long, { recursive: true });
    const bill = (path: string): number => {
      provider.fs.writeFileSync(path, '');
      const before = quota.used;
      const file = provider.openSync(path);
      expect(Object.getOwnPropertyNames(file)).not.toContain('readSync');
      const billed = quota.used - before;
      file.closeSync();
      expect(quota.used).toBe(before);
      return billed;
    };
    expect(bill(`${long}/file`) - bill('/file')).toBe(long.length);
  });

  it('is of the class Node asks for, on a volume new or given', () => {
    expect(provider).toBeInstanceOf(VirtualProvider);
    expect([provider.readonly, provider.supportsSymlinks, provider.supportsWatch]).toEqual([false, true, true]);
    expect(quotaOf(provider.fs).limit).toBe(100_000);
    const fs = createFs();
    createProvider(fs).writeFileSync('/f', 'x');
    expect(fs.readFileSync('/f', 'utf8')).toBe('x');
    expect(code(() => createProvider({ openSync() {} } as never))).toBe('ERR_INVALID_ARG_VALUE');
    expect(code(() => createProvider({ maxQuota: -1 }))).toBe('ERR_OUT_OF_RANGE');
    expect(code(() => createProvider({ maxQoata: 1 } as never))).toBe('ERR_INVALID_ARG_VALUE');
  });

  it('has every method, in both forms', async () => {
    const p = provider;
    expect(p.mkdirSync('/a/b', { recursive: true })).toBe('/a');
    await p.mkdir('/a/c');
    p.writeFileSync('/a/f', '1');
    await p.writeFile('/a/g', '2');
    p.appendFileSync('/a/f', '1');
    await p.appendFile('/a/g', '2');
    expect([p.readFileSync('/a/f', 'utf8'), await p.readFile('/a/g', 'utf8')]).toEqual(['11', '22']);
    p.symlinkSync('f', '/a/l');
    await p.symlink('g', '/a/m');
    expect([p.readlinkSync('/a/l'), await p.readlink('/a/m')]).toEqual(['f', 'g']);
    expect([p.realpathSync('/a/l'), await p.realpath('/a/m')]).toEqual(['/a/f', '/a/g']);
    expect([p.lstatSync('/a/l').isSymbolicLink(), (await p.lstat('/a/m')).isSymbolicLink()]).toEqual([true, true]);
    expect([p.statSync('/a/l').size, (await p.stat('/a/m', { bigint: true })).size]).toEqual([2, 2n]);
    p.linkSync('/a/f', '/a/h');
    await p.link('/a/f', '/a/i');
    expect(p.statSync('/a/f').nlink).toBe(3);
    p.renameSync('/a/h', '/a/j');
    await p.rename('/a/i', '/a/k');
    p.copyFileSync('/a/j', '/a/n');
    await p.copyFile('/a/j', '/a/o');
    p.accessSync('/a/n');
    await p.access('/a/o');
    p.chmodSync('/a/n', 0o600);
    await p.chmod('/a/o', 0o640);
    expect([p.statSync('/a/n').mode & 0o777, p.statSync('/a/o').mode & 0o777]).toEqual([0o600, 0o640]);
    const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
    p.chownSync('/a/n', uid, gid);
    p.lchownSync('/a/l', uid, gid);
    await p.chown('/a/n', uid, gid);
    await p.lchown('/a/l', uid, gid);
    p.utimesSync('/a/n', 1, 2);
    p.lutimesSync('/a/l', 3, 4);
    await p.utimes('/a/o', 5, 6);
    await p.lutimes('/a/m', 7, 8);
    const times = ['/a/n', '/a/l', '/a/o', '/a/m'].map((path) => p.lstatSync(path).mtimeMs);
    expect(times).toEqual([2000, 4000, 6000, 8000]);
    p.lchmodSync('/a/n', 0o644);
    expect(p.statSync('/a/n').mode & 0o777).toBe(0o644);
    expect(code(() => p.lchmodSync('/a/l', 0o644))).toBe('ENOTSUP');
    p.unlinkSync('/a/n');
    await p.unlink('/a/o');
    p.rmdirSync('/a/b');
    await p.rmdir('/a/c');
    expect([p.existsSync('/a/n'), await p.exists('/a/o'), await p.exists('/a/f')]).toEqual([false, false, true]);
    expect(p.readdirSync('/a')).toEqual(['f', 'g', 'j', 'k', 'l', 'm']);
    expect(await p.readdir('/a')).toEqual(p.readdirSync('/a'));
    expect(code(() => p.readFileSync('/none'))).toBe('ENOENT');
    expect(await rejection(p.readdir('/a/f'))).toBe('ENOTDIR');
  });

  it('names the entries of a recursive listing from the directory listed, as Node’s mount wants them', () => {
    provider.mkdirSync('/a/b', { recursive: true });
    provider.writeFileSync('/a/b/c', '');
    const listed = provider.readdirSync('/a', { recursive: true, withFileTypes: true });
    expect(listed.map(({ name }) => name)).toEqual(['b', 'b/c']);
    expect(provider.readdirSync('/', { recursive: true })).toEqual(['a', 'a/b', 'a/b/c']);
  });

  it('opens files that have both forms of each call', async () => {
    const file = provider.openSync('/f', 'w+');
    expect([file.path, file.flags, file.closed, file.position]).toEqual(['/f', 'w+', false, 0]);
    expect(file.writeSync(Buffer.from('hello'))).toBe(5);
    expect(await file.write(Buffer.from(' world'))).toMatchObject({ bytesWritten: 6 });
    expect(file.position).toBe(11);
    file.position = 4;
    expect(file.writeSync(Buffer.from('O'), 0, 1, null)).toBe(1);
    const buffer = Buffer.alloc(5);
    expect([file.readSync(buffer, 0, 5, 0), String(buffer)]).toEqual([5, 'hellO']);
    expect(await file.read(buffer, 0, 5, 6)).toMatchObject({ bytesRead: 5 });
    file.position = 0;
    expect(file.readFileSync('utf8')).toBe('hellO world');
    file.truncateSync(2);
    await file.truncate(1);
    expect([file.statSync().size, ((await file.stat()) as { size: number }).size]).toEqual([1, 1]);
    file.position = 0;
    file.writeFileSync('xy');
    await file.writeFile('z');
    file.chmodSync(0o600);
    file.chownSync(process.getuid?.() ?? 0, process.getgid?.() ?? 0);
    file.utimesSync(1, 2);
    expect([Number(file.statSync().mode) & 0o777, file.statSync().mtimeMs]).toEqual([0o600, 2000]);
    file.closeSync();
    expect([file.closed, code(() => file.readSync(buffer)), code(() => file.position)]).toEqual([
      true,
      'EBADF',
      'EBADF',
    ]);
    expect(await rejection(file.read(buffer))).toBe('EBADF');
    expect(provider.readFileSync('/f', 'utf8')).toBe('xyz');
    const appended = await provider.open('/f', 'a');
    appended.position = 0;
    appended.writeSync(Buffer.from('!'));
    await appended.close();
    expect(provider.readFileSync('/f', 'utf8')).toBe('xyz!');
    expect([code(() => provider.openSync('/f', 'wx')), code(() => provider.openSync('/f', 'no'))]).toEqual([
      'EEXIST',
      'ERR_INVALID_ARG_VALUE',
    ]);
    expect(await rejection(provider.open('/none'))).toBe('ENOENT');
  });

  it('refuses what does not fit, whole', async () => {
    provider.writeFileSync('/f', 'kept');
    const large = Buffer.alloc(200_000);
    const file = provider.openSync('/f', 'r+');
    const refused = { name: 'QuotaExceededError', code: 'ENOSPC', limit: 100_000 };
    expect(() => file.writeSync(large)).toThrow(expect.objectContaining(refused));
    await expect(file.write(large)).rejects.toMatchObject(refused);
    await expect(provider.writeFile('/f', large)).rejects.toMatchObject(refused);
    expect(() => provider.appendFileSync('/f', large)).toThrow(expect.objectContaining(refused));
    file.closeSync();
    expect(provider.readFileSync('/f', 'utf8')).toBe('kept');
    const small = createProvider({ maxQuota: 20_000 });
    const opened: ReturnType<typeof small.openSync>[] = [];
    expect(
      code(() => {
        for (;;) opened.push(small.openSync('/f', 'w'));
      }),
    ).toBe('ENOSPC');
    for (const each of opened) each.closeSync();
    expect(quotaOf(small.fs).audit()).toMatchObject({ ok: true });
  });

  it('is read-only when asked to be', async () => {
    provider.mkdirSync('/d');
    provider.writeFileSync('/f', 'x');
    const [open, reading] = [provider.openSync('/f', 'r+'), createProvider(provider.fs, { readOnly: true })];
    provider.setReadOnly();
    for (const p of [provider, reading]) {
      expect(p.readonly).toBe(true);
      expect(() => p.renameSync('/f', '/g')).toThrow("EROFS: read-only file system, rename '/f' -> '/g'");
      expect(() => p.writeFileSync('/f', '')).toThrow("EROFS: read-only file system, open '/f'");
      expect(await rejection(p.unlink('/f'))).toBe('EROFS');
      for (const flags of ['w', 'r+', 'a', 'wx', 0o100]) expect(code(() => p.openSync('/f', flags))).toBe('EROFS');
      expect(code(() => p.lchmodSync('/f', 0))).toBe('EROFS');
      expect([code(() => p.mkdirSync('/n')), code(() => p.mkdirSync('/d'))]).toEqual(['EROFS', 'EEXIST']);
      expect(p.mkdirSync('/d', { recursive: true })).toBeUndefined();
      const file = p.openSync('/f');
      expect([file.readFileSync('utf8'), code(() => file.chmodSync(0))]).toEqual(['x', 'EROFS']);
      expect(await rejection(file.utimes(1, 1))).toBe('EROFS');
      file.closeSync();
    }
    expect([code(() => open.writeSync(Buffer.from('y'))), await rejection(open.writeFile('y'))]).toEqual([
      'EROFS',
      'EROFS',
    ]);
    open.closeSync();
    provider.fs.writeFileSync('/f', 'the volume stays writable');
  });

  it('watches', async () => {
    const seen: unknown[] = [];
    const watcher = provider.watch('/', (kind, name) => seen.push(`${kind} ${name}`));
    provider.writeFileSync('/w', '1');
    await vi.waitFor(() => expect(seen).toContain('change w'));
    watcher.close();
    const controller = new AbortController();
    const events = provider.watchAsync('/', { signal: controller.signal })[Symbol.asyncIterator]();
    const next = events.next();
    provider.writeFileSync('/x', '');
    expect((await next).value).toMatchObject({ filename: 'x' });
    controller.abort();
    const changed = vi.fn();
    provider.watchFile('/w', { interval: 5 }, changed);
    provider.writeFileSync('/w', '12');
    await vi.waitFor(() => expect(changed).toHaveBeenCalled());
    provider.unwatchFile('/w', changed);
  });
});
