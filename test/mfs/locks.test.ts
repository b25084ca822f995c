/** Many readers or one writer, in order of arrival, and no memory for those who are gone. */
import { describe, expect, it } from 'vitest';
import { FileLocks, type LockKind } from '../../src/mfs/locks.js';
import { codeOf, codeOfAsync, createAsyncMfs, createMfs, get, put } from './helpers.js';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('synchronous handles', () => {
  it('many may read', () => {
    const mfs = createMfs();
    put(mfs, '/a', 'x');
    const handles = Array.from({ length: 5 }, () => mfs.open('/a', 'rb'));
    expect(handles.map((handle) => handle.read().toString())).toEqual(['x', 'x', 'x', 'x', 'x']);
    for (const handle of handles) handle.close();
  });

  it.each(['wb', 'ab', 'r+b'] as const)('%s excludes everyone, and is excluded', (mode) => {
    const mfs = createMfs();
    put(mfs, '/a', 'x');
    {
      using _writer = mfs.open('/a', mode);
      for (const other of ['rb', 'wb', 'ab', 'r+b'] as const) expect(codeOf(() => mfs.open('/a', other))).toBe('EBUSY');
    }
    {
      using reader = mfs.open('/a', 'rb');
      expect(codeOf(() => mfs.open('/a', mode))).toBe('EBUSY');
      expect(reader.read().toString()).toBe(mode === 'wb' ? '' : 'x');
    }
    mfs.open('/a', mode).close();
  });

  it('a refused wb has not emptied the file', () => {
    const mfs = createMfs();
    put(mfs, '/a', 'precious');
    using _reader = mfs.open('/a', 'rb');
    expect(() => mfs.open('/a', 'wb', { lockTimeout: 5 })).toThrow("EBUSY: the file is open elsewhere, open '/a'");
    expect(get(mfs, '/a')).toBe('precious');
  });

  it('xb of a file that exists is EEXIST, open or not', () => {
    const mfs = createMfs();
    put(mfs, '/a', 'x');
    using _reader = mfs.open('/a', 'rb');
    expect(codeOf(() => mfs.open('/a', 'xb'))).toBe('EEXIST');
  });

  it('a failed open leaves no lock behind', () => {
    const mfs = createMfs({ maxQuota: 100_000 });
    put(mfs, '/a', 'x');
    expect(codeOf(() => mfs.open('/a', 'r+b', { preallocate: 1_000_000 }))).toBe('ENOSPC');
    expect(codeOf(() => mfs.open('/b', 'xb', { preallocate: 1_000_000 }))).toBe('ENOSPC');
    mfs.remove('/a');
    expect(mfs.listdir('/')).toEqual([]);
  });

  it('locks a file under all its names', () => {
    const mfs = createMfs();
    put(mfs, '/a', 'x');
    mfs.engine.link('/a', '/hard');
    mfs.engine.symlink('/a', '/soft');
    using _writer = mfs.open('/hard', 'r+b');
    for (const path of ['/a', '/soft', '/hard']) expect(codeOf(() => mfs.open(path))).toBe('EBUSY');
    expect(codeOf(() => mfs.remove('/a'))).toBe('EBUSY');
    // The link itself is another inode: removing it touches nothing that is open.
    mfs.remove('/soft');
    expect(mfs.listdir('/')).toEqual(['a', 'hard']);
  });

  it.each(['remove', 'rename', 'move', 'rmtree', 'importTree'] as const)('%s of what is open is EBUSY', (call) => {
    const mfs = createMfs();
    mfs.importTree({ '/d/e/f': Buffer.from('1'), '/d/g': Buffer.from('2') });
    const attempts = {
      remove: [() => mfs.remove('/d/e/f')],
      rename: [() => mfs.rename('/d/e/f', '/x'), () => mfs.rename('/d', '/x')],
      move: [() => mfs.move('/d/e/f', '/x/y'), () => mfs.move('/d/e', '/x/y')],
      rmtree: [() => mfs.rmtree('/d'), () => mfs.rmtree('/d/e')],
      importTree: [() => mfs.importTree({ '/d/e/f': Buffer.from('3'), '/new': Buffer.from('4') })],
    };
    for (const mode of ['rb', 'r+b'] as const) {
      const file = mfs.open('/d/e/f', mode);
      for (const attempt of attempts[call]) expect(codeOf(attempt)).toBe('EBUSY');
      file.close();
    }
    expect(mfs.exportTree()).toEqual({ '/d/e/f': Buffer.from('1'), '/d/g': Buffer.from('2') });
    for (const attempt of attempts[call].slice(0, 1)) expect(codeOf(attempt)).toBe('ok');
  });

  it('reading whole files meets a writer, not a reader', () => {
    const mfs = createMfs();
    mfs.importTree({ '/d/f': Buffer.from('1') });
    const reads = [
      () => mfs.copy('/d/f', '/x'),
      () => mfs.copyTree('/d', '/y'),
      () => mfs.exportAsBuffer('/d/f'),
      () => mfs.exportTree(),
    ];
    const writer = mfs.open('/d/f', 'r+b');
    expect(reads.map(codeOf)).toEqual(['EBUSY', 'EBUSY', 'EBUSY', 'EBUSY']);
    expect(mfs.listdir('/')).toEqual(['d']);
    writer.close();
    using _reader = mfs.open('/d/f');
    expect(reads.map(codeOf)).toEqual(['ok', 'ok', 'ok', 'ok']);
  });

  it('node:fs takes no locks: what it unlinks stays readable through the handle', () => {
    const mfs = createMfs();
    put(mfs, '/a', 'old');
    using reader = mfs.open('/a');
    mfs.engine.unlink('/a');
    put(mfs, '/a', 'new');
    expect(reader.read().toString()).toBe('old');
    expect(get(mfs, '/a')).toBe('new');
  });
});

describe('asynchronous handles', () => {
  it('wait, and are served first come, first served', async () => {
    const mfs = createAsyncMfs();
    await mfs.importTree({ '/a': Buffer.from('') });
    const order: string[] = [];
    const first = await mfs.open('/a', 'r+b');
    const use = async (name: string, mode: 'rb' | 'ab'): Promise<void> => {
      await using _file = await mfs.open('/a', mode);
      order.push(`${name}+`);
      await sleep(2);
      order.push(`${name}-`);
    };
    const all = [use('r1', 'rb'), use('r2', 'rb'), use('w1', 'ab'), use('r3', 'rb'), use('w2', 'ab')];
    await sleep(5);
    expect(order).toEqual([]);
    await first.close();
    await Promise.all(all);
    // Readers that stand together read together; r3 does not overtake w1.
    expect(order).toEqual(['r1+', 'r2+', 'r1-', 'r2-', 'w1+', 'w1-', 'r3+', 'r3-', 'w2+', 'w2-']);
  });

  it('a writer is not starved by readers that keep coming, synchronous ones neither', async () => {
    const mfs = createAsyncMfs();
    await mfs.importTree({ '/a': Buffer.from('') });
    const reader = await mfs.open('/a', 'rb');
    const writing = mfs.open('/a', 'ab');
    expect(codeOf(() => mfs.sync.open('/a', 'rb'))).toBe('EBUSY');
    const late = mfs.open('/a', 'rb');
    await reader.close();
    const writer = await writing;
    expect(await Promise.race([late.then(() => 'read'), sleep(5).then(() => 'waiting')])).toBe('waiting');
    await writer.close();
    await (await late).close();
  });

  it('give up after lockTimeout seconds, and stand in nobody’s way then', async () => {
    const mfs = createAsyncMfs({ defaultLockTimeout: 0.02 });
    await mfs.importTree({ '/a': Buffer.from('') });
    const reader = await mfs.open('/a', 'rb');
    const started = performance.now();
    expect(await codeOfAsync(mfs.open('/a', 'wb'))).toBe('EBUSY');
    expect(performance.now() - started).toBeGreaterThan(15);
    expect(await codeOfAsync(mfs.open('/a', 'wb', { lockTimeout: 0 }))).toBe('EBUSY');
    const writing = codeOfAsync(mfs.open('/a', 'wb', { lockTimeout: 0.01 }));
    const reading = mfs.open('/a', 'rb', { lockTimeout: null });
    expect(await writing).toBe('EBUSY');
    // Only the writer in front of it kept this reader waiting.
    await (await reading).close();
    await reader.close();
    await mfs.remove('/a');
  });

  it('a file that vanished while they waited is ENOENT, or made anew', async () => {
    const mfs = createAsyncMfs();
    await mfs.importTree({ '/a': Buffer.from('old') });
    const holder = await mfs.open('/a', 'r+b');
    const reading = codeOfAsync(mfs.open('/a', 'rb'));
    const appending = mfs.open('/a', 'ab');
    mfs.sync.engine.unlink('/a');
    await holder.close();
    expect(await reading).toBe('ENOENT');
    const appender = await appending;
    await appender.write(Buffer.from('new'));
    await appender.close();
    expect(get(mfs.sync, '/a')).toBe('new');
  });

  it('a file replaced while they waited is the one they get, and they wait for it too', async () => {
    const mfs = createAsyncMfs();
    await mfs.importTree({ '/a': Buffer.from('old'), '/b': Buffer.from('other') });
    const first = await mfs.open('/a', 'r+b');
    const second = await mfs.open('/b', 'r+b');
    let got = '';
    const reading = mfs.open('/a', 'rb').then(async (file) => {
      got = (await file.read()).toString();
      await file.close();
    });
    mfs.sync.engine.rename('/b', '/a');
    await first.close();
    await sleep(5);
    expect(got).toBe('');
    await second.close();
    await reading;
    expect(got).toBe('other');
  });

  it('ten thousand that all fail at once need no deep stack', async () => {
    const mfs = createAsyncMfs();
    await mfs.importTree({ '/a': Buffer.from('') });
    const holder = await mfs.open('/a', 'r+b');
    const waiting = Array.from({ length: 10_000 }, () => codeOfAsync(mfs.open('/a', 'rb')));
    mfs.sync.engine.unlink('/a');
    await holder.close();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['ENOENT']));
  });

  it('are billed while they wait, and refused when the volume cannot pay', async () => {
    const mfs = createAsyncMfs({ maxQuota: 300_000 });
    await mfs.importTree({ '/a': Buffer.from('') });
    const holder = await mfs.open('/a', 'r+b');
    const before = mfs.sync.stats().usedBytes;
    const waiting = Array.from({ length: 1000 }, () => codeOfAsync(mfs.open('/a', 'rb').then((file) => file.close())));
    expect(mfs.sync.stats().usedBytes - before).toBeGreaterThan(100_000);
    await holder.close();
    const codes = await Promise.all(waiting);
    const refused = codes.filter((code) => code === 'ENOSPC').length;
    expect(refused).toBeGreaterThan(500);
    expect(codes.filter((code) => code === 'ok')).toHaveLength(1000 - refused);
    expect(mfs.sync.stats().usedBytes).toBeLessThan(before);
  });

  it('copies and exports wait for a writer', async () => {
    const mfs = createAsyncMfs();
    await mfs.importTree({ '/d/f': Buffer.from('') });
    const writer = await mfs.open('/d/f', 'wb');
    const all = [
      mfs.copy('/d/f', '/x'),
      mfs.copyTree('/d', '/y'),
      mfs.exportAsBuffer('/d/f'),
      mfs.exportTree('/d'),
    ] as const;
    await writer.write(Buffer.from('half'));
    await sleep(3);
    await writer.write(Buffer.from(' and half'));
    await writer.close();
    const [, , buffer, tree] = await Promise.all(all);
    expect([get(mfs.sync, '/x'), get(mfs.sync, '/y/f'), String(buffer), String(tree['/d/f'])]).toEqual(
      Array(4).fill('half and half'),
    );
  });

  it('removing and renaming what is open fails at once', async () => {
    const mfs = createAsyncMfs();
    await mfs.importTree({ '/a': Buffer.from('') });
    await using _file = await mfs.open('/a');
    expect(await codeOfAsync(mfs.remove('/a'))).toBe('EBUSY');
    expect(await codeOfAsync(mfs.rename('/a', '/b'))).toBe('EBUSY');
  });
});

describe('the table of locks', () => {
  it('keeps nothing of those who gave up, nor their timers', async () => {
    const locks = new FileLocks();
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    locks.acquire(1, 'write');
    let expired = 0;
    for (let i = 0; i < 5000; i++)
      locks.wait(
        1,
        'read',
        1,
        () => expect.fail('too early'),
        () => expired++,
      );
    await sleep(50);
    expect(expired).toBe(5000);
    // The test runner has timers too, which come and go while we sleep.
    const quiet = timers();
    expect(Math.abs(quiet - before)).toBeLessThan(50);
    let served = 0;
    for (let i = 0; i < 100; i++)
      locks.wait(
        1,
        'read',
        1_000_000,
        () => served++,
        () => expect.fail('too late'),
      );
    expect(timers()).toBe(quiet + 100);
    locks.release(1, 'write');
    expect([served, locks.idle, timers()]).toEqual([100, true, quiet]);
  });

  it('behaves as a plain model under random use, and is empty in the end', () => {
    const locks = new FileLocks();
    let state = 12345;
    const random = (below: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return state % below;
    };
    const holders = new Map<number, LockKind[]>();
    const lines = new Map<number, LockKind[]>();
    const served: string[] = [];
    const expected: string[] = [];
    const admits = (ino: number, kind: LockKind): boolean => {
      const held = holders.get(ino) ?? [];
      return held.length === 0 || (kind === 'read' && !held.includes('write'));
    };
    for (let step = 0; step < 20_000; step++) {
      const ino = random(3);
      const kind: LockKind = random(3) === 0 ? 'write' : 'read';
      const held = holders.get(ino) ?? [];
      const line = lines.get(ino) ?? [];
      holders.set(ino, held);
      lines.set(ino, line);
      if (random(2) === 0 && held.length > 0) {
        const index = random(held.length);
        const [gone] = held.splice(index, 1) as [LockKind];
        while (line.length > 0 && admits(ino, line[0] as LockKind)) {
          const next = line.shift() as LockKind;
          expected.push(`${ino}${next}`);
          held.push(next);
        }
        locks.release(ino, gone);
      } else if (admits(ino, kind) && line.length === 0) {
        locks.acquire(ino, kind);
        held.push(kind);
      } else {
        expect(() => locks.acquire(ino, kind)).toThrow();
        line.push(kind);
        const attempt = (): void => {
          locks.acquire(ino, kind, ino);
          served.push(`${ino}${kind}`);
        };
        locks.wait(ino, kind, Number.POSITIVE_INFINITY, attempt, () => expect.fail('no time limit'));
      }
      expect(served).toEqual(expected);
      served.length = expected.length = 0;
      expect(locks.isHeld(ino)).toBe(held.length > 0);
      expect(locks.isWritten(ino)).toBe(held.includes('write'));
    }
    for (const [ino, held] of holders) {
      const line = lines.get(ino) as LockKind[];
      while (held.length > 0) {
        locks.release(ino, held.shift() as LockKind);
        while (line.length > 0 && admits(ino, line[0] as LockKind)) held.push(line.shift() as LockKind);
      }
    }
    expect(locks.idle).toBe(true);
  });
});
