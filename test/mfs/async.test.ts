/** The asynchronous file system: the same answers, later, for many callers at once. */
import { describe, expect, it } from 'vitest';
import { AsyncMemoryFileSystem, MemoryFileSystem } from '../../src/mfs/index.js';
import { expectClean } from '../helpers/snapshot.js';
import { bytes, codeOf, codeOfAsync, createAsyncMfs, createMfs, MIB } from './helpers.js';

describe('the surface', () => {
  it('has every method of the synchronous one, and no other', () => {
    const methods = (prototype: object): string[] =>
      Object.getOwnPropertyNames(prototype).filter(
        (name) => typeof Object.getOwnPropertyDescriptor(prototype, name)?.value === 'function',
      );
    expect(methods(AsyncMemoryFileSystem.prototype).sort()).toEqual(methods(MemoryFileSystem.prototype).sort());
  });

  it('does a whole day’s work', async () => {
    const mfs = createAsyncMfs({ maxQuota: 4 * MIB });
    await mfs.mkdir('/data/raw');
    await mfs.mkdir('/data', { existOk: true });
    {
      await using file = await mfs.open('/data/raw/f', 'xb', { preallocate: 3 });
      expect([file.path, file.mode, file.closed]).toEqual(['/data/raw/f', 'xb', false]);
      expect(await file.write(bytes('one\ntwo\n'))).toBe(8);
      expect([await file.tell(), await file.seek(3), await file.truncate()]).toEqual([8, 3, 3]);
      await file.flush();
      await file.reserve(100);
      expect([await file.readable(), await file.writable(), await file.seekable()]).toEqual([false, true, true]);
    }
    {
      await using file = await mfs.open('/data/raw/f', 'ab');
      await file.write(bytes('\ntwo\nthree'));
    }
    {
      await using file = await mfs.open('/data/raw/f');
      const lines: string[] = [];
      for await (const line of file) lines.push(String(line));
      expect(lines).toEqual(['one\n', 'two\n', 'three']);
      await file.seek(-5, 2);
      const target = new Uint8Array(3);
      expect([await file.readInto(target), String(await file.read())]).toEqual([3, 'ee']);
    }
    await mfs.copy('/data/raw/f', '/data/g');
    await mfs.copyTree('/data', '/copy');
    await mfs.rename('/copy/g', '/copy/h');
    await mfs.move('/copy/raw', '/deep/down/raw');
    await mfs.remove('/copy/h');
    await mfs.rmtree('/copy');
    expect([await mfs.exists('/copy'), await mfs.isDir('/deep'), await mfs.isFile('/data/g')]).toEqual([
      false,
      true,
      true,
    ]);
    expect([await mfs.listdir('/'), await mfs.glob('/**/f')]).toEqual([
      ['data', 'deep'],
      ['/data/raw/f', '/deep/down/raw/f'],
    ]);
    expect([await mfs.getSize('/data/g'), (await mfs.stat('/data/g')).size]).toEqual([13, 13]);
    expect(await mfs.stats()).toMatchObject({ fileCount: 3, dirCount: 6 });
    const seen: string[] = [];
    for await (const [path] of mfs.walk()) seen.push(path);
    expect(seen).toEqual(['/', '/data', '/data/raw', '/deep', '/deep/down', '/deep/down/raw']);
    expect(String(await mfs.exportAsBuffer('/data/g', { maxSize: 13 }))).toBe('one\ntwo\nthree');
    const tree = await mfs.exportTree('/data', { onlyDirty: true });
    expect(Object.keys(tree)).toEqual(['/data/g', '/data/raw/f']);
    const other = createAsyncMfs();
    await other.importTree(tree);
    expect(await other.exportTree()).toEqual(tree);
    expect(await other.exportTree({ onlyDirty: true })).toEqual({});
  });

  it('rejects where the synchronous one throws', async () => {
    const mfs = createAsyncMfs();
    const failures = [
      mfs.open('/no'),
      mfs.open('/no', 'r' as never),
      mfs.open(1 as never),
      mfs.mkdir('/'),
      mfs.stat('/no'),
      mfs.listdir('/..'),
      mfs.walk('/no')[Symbol.asyncIterator]().next(),
      mfs.exportTree(1 as never),
      mfs.exportAsBuffer('/', {}),
      mfs.copy('/no', '/x'),
    ];
    expect(await Promise.all(failures.map(codeOfAsync))).toEqual([
      'ENOENT',
      'ERR_INVALID_ARG_VALUE',
      'ERR_INVALID_ARG_TYPE',
      'EEXIST',
      'ENOENT',
      'ERR_INVALID_ARG_VALUE',
      'ENOENT',
      'ERR_INVALID_ARG_TYPE',
      'EISDIR',
      'ENOENT',
    ]);
  });

  it('opens a volume of its own, or another door to one that is there', async () => {
    const sync = createMfs();
    const mfs = new AsyncMemoryFileSystem(sync);
    await using _writer = await mfs.open('/f', 'wb');
    expect(codeOf(() => sync.open('/f'))).toBe('EBUSY');
    expect(mfs.sync).toBe(sync);
    expect(codeOf(() => new AsyncMemoryFileSystem({ maxQuota: -1 }))).toBe('ERR_OUT_OF_RANGE');
  });
});

describe('delivery', () => {
  it('work is done at the call, answers come in a later turn of the event loop', async () => {
    const mfs = createAsyncMfs();
    const data = bytes('safe');
    const order: string[] = [];
    const importing = mfs.importTree({ '/f': data }).then(() => order.push('answer'));
    data.fill(0);
    expect(String(mfs.sync.exportAsBuffer('/f'))).toBe('safe');
    process.nextTick(() => order.push('nextTick'));
    await Promise.resolve().then(() => order.push('microtask'));
    await importing;
    expect(order).toHaveLength(3);
    expect(order.at(-1)).toBe('answer');
  });

  it('a loop of awaited calls leaves timers their turn', async () => {
    const mfs = createAsyncMfs();
    let fired = false;
    setTimeout(() => {
      fired = true;
    }, 1);
    const deadline = Date.now() + 5000;
    while (!fired && Date.now() < deadline) await mfs.exists('/');
    expect(fired).toBe(true);
  });
});

describe('many workers', () => {
  it('50 × 1,000 rounds of mkdir, write and read: no error, exact contents, exact ledger', {
    timeout: 120_000,
  }, async () => {
    const mfs = createAsyncMfs({ maxQuota: 64 * MIB });
    const worker = async (id: number): Promise<void> => {
      for (let round = 0; round < 1000; round++) {
        const [path, content] = [`/worker-${id}/file-${round}.txt`, `data-${id}-${round}`];
        await mfs.mkdir(`/worker-${id}`, { existOk: true });
        {
          await using file = await mfs.open(path, 'wb');
          await file.write(bytes(content));
        }
        await using file = await mfs.open(path, 'rb');
        expect(String(await file.read())).toBe(content);
      }
    };
    await Promise.all(Array.from({ length: 50 }, (_, id) => worker(id)));
    expect(await mfs.stats()).toMatchObject({ fileCount: 50_000, dirCount: 51 });
    const tree = mfs.sync.exportTree();
    for (let id = 0; id < 50; id++) {
      for (let round = 0; round < 1000; round++) {
        if (String(tree[`/worker-${id}/file-${round}.txt`]) !== `data-${id}-${round}`) expect.fail(`${id} ${round}`);
      }
    }
    expectClean(mfs.sync.engine);
    for (let id = 0; id < 50; id++) await mfs.rmtree(`/worker-${id}`);
    expect(mfs.sync.engine.usage().charge).toBe(new MemoryFileSystem().engine.usage().charge);
  });

  it('on one file: every append is whole, none is lost', { timeout: 60_000 }, async () => {
    const mfs = createAsyncMfs();
    const worker = async (id: number): Promise<void> => {
      for (let round = 0; round < 100; round++) {
        await using file = await mfs.open('/log', 'ab', { lockTimeout: null });
        await file.write(bytes(`${id}:`));
        await file.write(bytes(`${round}\n`));
      }
    };
    await Promise.all(Array.from({ length: 50 }, (_, id) => worker(id)));
    const lines = String(mfs.sync.exportAsBuffer('/log')).trimEnd().split('\n');
    const expected = Array.from({ length: 5000 }, (_, index) => `${Math.floor(index / 100)}:${index % 100}`);
    expect(lines.sort()).toEqual(expected.sort());
  });

  it('against the quota: what was refused left nothing, what was accepted is there', { timeout: 60_000 }, async () => {
    const mfs = createAsyncMfs({ maxQuota: MIB });
    const kept = new Map<string, number>();
    let refused = 0;
    const worker = async (id: number): Promise<void> => {
      for (let round = 0; round < 50; round++) {
        const path = `/${id}-${round}`;
        try {
          await using file = await mfs.open(path, 'xb');
          kept.set(path, 0);
          kept.set(path, await file.write(Buffer.alloc(10_000, id)));
        } catch (error) {
          expect(error).toMatchObject({ code: 'ENOSPC' });
          refused++;
        }
      }
    };
    await Promise.all(Array.from({ length: 10 }, (_, id) => worker(id)));
    expect(refused).toBeGreaterThan(300);
    const tree = mfs.sync.exportTree();
    expect(Object.keys(tree).sort()).toEqual([...kept.keys()].sort());
    for (const [path, size] of kept) {
      expect(tree[path]?.equals(Buffer.alloc(size, Number(path.slice(1).split('-')[0])))).toBe(true);
    }
  });
});
