/** quotafs/snapshot through the facade: what a user does with it. */
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import {
  clone,
  fromBytes,
  restore,
  type Snapshot,
  SnapshotError,
  snapshot,
} from '../../../src/adapters/snapshot/index.js';
import { treeOf } from '../../../src/adapters/snapshot/snapshot.js';
import { engineOf } from '../../../src/facade/index.js';
import { createFs, MemoryFileSystem, NodeLimitExceededError, QuotaExceededError, quotaOf } from '../../../src/index.js';

const MIB = 1024 * 1024;
type Fs = ReturnType<typeof createFs>;

const volumes: Fs[] = [];
const make = (options: Parameters<typeof createFs>[0] = {}): Fs => {
  const fs = createFs({ maxQuota: 8 * MIB, umask: 0o022, ...options });
  volumes.push(fs);
  return fs;
};
afterEach(() => {
  for (const fs of volumes.splice(0)) expect(quotaOf(fs).audit()).toMatchObject({ ok: true, problems: [] });
});

const populated = (options?: Parameters<typeof createFs>[0]): Fs => {
  const fs = make(options);
  fs.mkdirSync('/src/deep/er', { recursive: true });
  fs.writeFileSync('/src/a.txt', 'hello');
  fs.writeFileSync('/src/deep/ünïcode-and-long-enough.txt', 'x'.repeat(5000), { mode: 0o600 });
  fs.writeFileSync('/src/large', Buffer.alloc(300_000, 'l'));
  fs.linkSync('/src/a.txt', '/src/hard');
  fs.symlinkSync('a.txt', '/src/link');
  fs.utimesSync('/src/a.txt', 1.5, 2.25);
  fs.chownSync('/src/large', 12, 34);
  return fs;
};

const seen = (fs: Fs): unknown[] =>
  (fs.readdirSync('/', { recursive: true }) as string[]).sort().map((name) => {
    const path = `/${name}`;
    const { ino, mode, nlink, uid, gid, size, mtimeMs, birthtimeMs, ctimeMs } = fs.lstatSync(path);
    const content = fs.lstatSync(path).isFile() ? fs.readFileSync(path, 'latin1') : '';
    return { path, ino, mode, nlink, uid, gid, size, mtimeMs, birthtimeMs, ctimeMs, content };
  });

describe('snapshot and restore', () => {
  it('brings everything back, as often as asked', () => {
    const fs = populated();
    const before = seen(fs);
    const first = snapshot(fs);
    fs.rmSync('/src', { recursive: true });
    fs.writeFileSync('/other', 'x');
    const second = snapshot(fs);
    restore(fs, first);
    expect(seen(fs)).toEqual(before);
    fs.appendFileSync('/src/a.txt', ' world');
    expect(fs.readFileSync('/src/hard', 'utf8')).toBe('hello world');
    restore(fs, first);
    expect(seen(fs)).toEqual(before);
    restore(fs, second);
    expect(fs.readdirSync('/')).toEqual(['other']);
    restore(fs, first);
    expect(seen(fs)).toEqual(before);
    first.dispose();
    second.dispose();
    expect(seen(fs)).toEqual(before);
  });

  it('holds no content twice and gives all back', () => {
    const fs = make();
    fs.writeFileSync('/large', Buffer.alloc(4 * MIB));
    const quota = quotaOf(fs);
    const { used } = quota;
    const taken = snapshot(fs);
    expect(quota.used - used).toBeLessThan(16 * 1024);
    expect(quota.used - used).toBeGreaterThanOrEqual(taken.charge);
    fs.unlinkSync('/large');
    expect(quota.used).toBeGreaterThan(4 * MIB); // the snapshot has it now
    taken.dispose();
    expect(quota.used).toBe(0);
  });

  it('shares its tables with the snapshot before', () => {
    const fs = make();
    for (let i = 0; i < 10_000; i++) fs.writeFileSync(`/file-${i}`, 'x'); // ten segments
    const quota = quotaOf(fs);
    const taken = [snapshot(fs)];
    const { used } = quota;
    for (let i = 0; i < 10; i++) {
      fs.writeFileSync('/file-7', `changed ${i}`);
      taken.push(snapshot(fs));
    }
    expect((quota.used - used) / 10).toBeLessThan((taken[0] as Snapshot).charge / 4);
    for (const each of taken) each.dispose();
  });

  it('refuses a write to shared content that does not fit, and nothing is lost', () => {
    const fs = make({ maxQuota: MIB });
    fs.writeFileSync('/half', Buffer.alloc(600_000, 'a'));
    using before = snapshot(fs);
    const fd = fs.openSync('/half', 'r+');
    expect(() => fs.writeSync(fd, Buffer.alloc(600_000, 'b'), 0, 600_000, 0)).toThrow(QuotaExceededError);
    expect(fs.readFileSync('/half', 'latin1')).toBe('a'.repeat(600_000));
    expect(fs.writeSync(fd, Buffer.from('b'), 0, 1, 0)).toBe(1); // one page fits
    fs.closeSync(fd);
    restore(fs, before);
    expect(fs.readFileSync('/half', 'latin1')).toBe('a'.repeat(600_000));
  });

  it('is refused itself in a full volume, and nothing is kept', () => {
    const fs = make({ maxQuota: MIB });
    const fill = () => {
      for (let i = 0; ; i++) fs.writeFileSync(`/${i}`, Buffer.alloc(1000));
    };
    expect(fill).toThrow(QuotaExceededError);
    const { used } = quotaOf(fs);
    expect(() => snapshot(fs)).toThrow(
      expect.objectContaining({ code: 'ENOSPC', syscall: 'snapshot', name: 'QuotaExceededError' }),
    );
    expect(quotaOf(fs).used).toBe(used);
  });

  it('keeps to maxNodes: what is open counts', () => {
    const fs = make({ maxNodes: 3 });
    for (const name of ['a', 'b', 'c']) fs.writeFileSync(`/${name}`, name);
    using before = snapshot(fs);
    const fd = fs.openSync('/a', 'r');
    expect(() => restore(fs, before)).toThrow(NodeLimitExceededError);
    fs.closeSync(fd);
    restore(fs, before);
  });

  it('takes a MemoryFileSystem and its fs for the same volume', () => {
    const mfs = new MemoryFileSystem({ maxQuota: MIB });
    mfs.mkdir('/dir');
    const taken = snapshot(mfs);
    mfs.rmtree('/dir');
    restore(mfs.fs, taken);
    expect(mfs.exists('/dir')).toBe(true);
    taken.dispose();
    volumes.push(mfs.fs);
  });

  it('knows what it is given', () => {
    const fs = make();
    expect(() => snapshot({} as Fs)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
    expect(() => restore(fs, {} as Snapshot)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }));
    const taken = snapshot(fs);
    taken.dispose();
    taken.dispose();
    expect(taken.disposed).toBe(true);
    for (const use of [
      () => restore(fs, taken),
      () => taken.toBytes(),
      () => [...taken.entries()],
      () => clone(taken),
    ]) {
      expect(use).toThrow(expect.objectContaining({ name: 'SnapshotError', code: 'ERR_SNAPSHOT_DISPOSED' }));
    }
  });

  it('says what is in it', () => {
    const fs = populated();
    using taken = snapshot(fs);
    fs.rmSync('/src', { recursive: true });
    const entries = [...taken.entries()];
    expect(entries.map(({ path, type, size }) => `${type} ${path} ${size}`)).toEqual([
      'directory /src 0',
      'directory /src/deep 0',
      'file /src/a.txt 5',
      'file /src/large 300000',
      'file /src/hard 5',
      'symlink /src/link 5',
      'directory /src/deep/er 0',
      'file /src/deep/ünïcode-and-long-enough.txt 5000',
    ]);
    expect(taken.nodes).toBe(7);
    const [, , file, large, , link] = entries;
    expect(file).toMatchObject({ mode: 0o644, mtimeMs: 2250 });
    expect(String(file?.content())).toBe('hello');
    expect(String(link?.content())).toBe('a.txt');
    expect(large?.content()).toEqual(Buffer.alloc(300_000, 'l'));
    expect(large).toMatchObject({ uid: 12, gid: 34 });
  });

  it('iterators that are left open side by side read one tree: each made tables of its own', () => {
    const fs = populated();
    using taken = snapshot(fs);
    const walks = [taken.entries(), taken.entries(), taken.entries()];
    const paths = [...taken.entries()].map(({ path }) => path);
    for (const path of paths) for (const walk of walks) expect(walk.next().value?.path).toBe(path);
    for (const walk of walks) expect(walk.next().done).toBe(true);
    expect(treeOf(taken)).toBe(treeOf(taken));
  });
});

describe('what is open at a restore', () => {
  it('keeps its file, which has no name any more', () => {
    const fs = make();
    fs.writeFileSync('/log', 'before');
    using taken = snapshot(fs);
    const fd = fs.openSync('/log', 'a+');
    const made = fs.openSync('/made-later', 'w+');
    fs.writeSync(fd, ' and after');
    restore(fs, taken);
    fs.writeSync(fd, ', still');
    fs.writeSync(made, 'unseen');
    expect(fs.readFileSync('/log', 'utf8')).toBe('before');
    const bytes = Buffer.alloc(50);
    expect(bytes.toString('utf8', 0, fs.readSync(fd, bytes, 0, 50, 0))).toBe('before and after, still');
    expect(fs.fstatSync(fd).nlink).toBe(0);
    expect(fs.existsSync('/made-later')).toBe(false);
    fs.closeSync(fd);
    fs.closeSync(made);
  });

  it('a directory being read ends', () => {
    const fs = make();
    for (const name of ['a', 'b', 'c']) fs.writeFileSync(`/${name}`, '');
    using taken = snapshot(fs);
    const dir = fs.opendirSync('/', { bufferSize: 1 });
    dir.readSync();
    restore(fs, taken);
    expect([dir.readSync(), dir.readSync()].filter((entry) => entry !== null).length).toBeLessThan(2);
    dir.closeSync();
  });

  it('watchers hear what is different', () => {
    const fs = make();
    fs.mkdirSync('/dir/sub', { recursive: true });
    for (const name of ['same', 'gone', 'changed']) fs.writeFileSync(`/dir/${name}`, name);
    using taken = snapshot(fs);
    fs.unlinkSync('/dir/gone');
    fs.writeFileSync('/dir/changed', 'otherwise');
    fs.writeFileSync('/dir/sub/new', '');
    fs.mkdirSync('/later');
    const engine = snapshotEngine(fs);
    const events: string[] = [];
    const watches = [
      engine.watch('/dir', true, ({ kind, name, self }) => events.push(`${kind} ${name} ${self}`)),
      engine.watch('/later', false, ({ kind, name, self }) => events.push(`${kind} ${name} ${self}`)),
    ];
    restore(fs, taken);
    expect(events.sort()).toEqual([
      'change changed false',
      'rename gone false',
      'rename later true',
      'rename later true',
      'rename sub/new false',
    ]);
    events.length = 0;
    fs.writeFileSync('/dir/sub/again', '');
    expect(events).toContain('rename sub/again false');
    for (const watch of watches) watch.close();
  });
});

describe('clone', () => {
  it('is independent and has its own quota', () => {
    const fs = populated();
    const copy = clone(fs, { maxQuota: 4 * MIB });
    volumes.push(copy);
    expect(seen(copy)).toEqual(seen(fs));
    copy.rmSync('/src', { recursive: true });
    expect(fs.existsSync('/src/a.txt')).toBe(true);
    expect(quotaOf(copy).limit).toBe(4 * MIB);
    expect(quotaOf(copy).used).toBe(0);
  });

  it('has the limits of its source when none are given', () => {
    const fs = make({ maxQuota: 3 * MIB, maxNodes: 17 });
    const quota = quotaOf(clone(fs));
    expect([quota.limit, quota.usage().maxNodes]).toEqual([3 * MIB, 17]);
  });

  it('works in a full volume, and is refused where it does not fit', () => {
    const fs = make({ maxQuota: MIB });
    expect(() => {
      for (let i = 0; ; i++) fs.writeFileSync(`/${i}`, Buffer.alloc(1000));
    }).toThrow(QuotaExceededError);
    const copy = clone(fs);
    volumes.push(copy);
    expect(seen(copy)).toEqual(seen(fs));
    expect(() => clone(fs, { maxQuota: MIB / 2 })).toThrow(
      expect.objectContaining({ code: 'ENOSPC', syscall: 'clone' }),
    );
  });

  it('is made of a snapshot, too', () => {
    const fs = populated();
    const before = seen(fs);
    using taken = snapshot(fs);
    fs.rmSync('/src', { recursive: true });
    expect(seen(clone(taken))).toEqual(before);
    expect(seen(clone(fromBytes(taken.toBytes())))).toEqual(before);
  });
});

describe('bytes', () => {
  it('go to a worker and come back', async () => {
    const fs = populated();
    using taken = snapshot(fs);
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads');
       parentPort.once('message', (bytes) => parentPort.postMessage(bytes, [bytes.buffer]));`,
      { eval: true },
    );
    const bytes = taken.toBytes();
    const back = await new Promise<Uint8Array>((resolve) => {
      worker.once('message', resolve);
      worker.postMessage(bytes, [bytes.buffer as ArrayBuffer]);
    });
    await worker.terminate();
    const other = make();
    other.writeFileSync('/old', '');
    restore(other, fromBytes(back));
    expect(seen(other)).toEqual(seen(fs));
  });

  it('are the same for the same tree, wherever it is', () => {
    const fs = populated({ clock: () => 1_700_000_000_000 });
    using taken = snapshot(fs);
    const bytes = taken.toBytes();
    const copy = clone(fs);
    using second = snapshot(copy);
    expect(second.toBytes()).toEqual(bytes);
    const read = fromBytes(bytes);
    bytes.fill(0);
    expect(read.toBytes()).toEqual(second.toBytes());
    expect(read.nodes).toBe(taken.nodes);
    expect(read.charge).toBe(0);
  });

  it('do not fit: the volume stays as it was', () => {
    const fs = populated();
    const bytes = snapshot(fs).toBytes();
    const small = make({ maxQuota: 340_000 });
    small.writeFileSync('/kept', 'x'.repeat(50_000));
    const before = seen(small);
    expect(() => restore(small, fromBytes(bytes))).toThrow(
      expect.objectContaining({ code: 'ENOSPC', syscall: 'restore' }),
    );
    expect(seen(small)).toEqual(before);
  });

  it('of a hole take nothing', () => {
    const fs = make();
    fs.writeFileSync('/hole', '');
    fs.truncateSync('/hole', 1e12);
    const bytes = snapshot(fs).toBytes();
    expect(bytes.length).toBeLessThan(200);
    expect(clone(fromBytes(bytes)).statSync('/hole')).toMatchObject({ size: 1e12, blocks: 0 });
  });

  it('of a later version are refused as such', () => {
    const bytes = snapshot(make()).toBytes();
    bytes[7] = 2;
    expect(() => fromBytes(bytes)).toThrow(SnapshotError);
    expect(() => fromBytes(bytes)).toThrow(expect.objectContaining({ code: 'ERR_SNAPSHOT_VERSION' }));
  });
});

/** The engine's own watch: it tells at once. */
function snapshotEngine(fs: Fs) {
  const engine = engineOf(fs);
  if (engine === undefined) throw new Error('no engine');
  return engine;
}
