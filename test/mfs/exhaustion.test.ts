/**
 * Every call of the D-MemFS API that takes memory, run with room for exactly n
 * more bytes (and nodes), n growing until it succeeds: each refusal is a quota
 * error and leaves tree, contents, times, positions, locks and ledger as they were.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { NodeLimitExceededError, QuotaExceededError } from '../../src/core/index.js';
import {
  type MemoryFileHandle,
  MemoryFileSystem,
  type MemoryFileSystemOptions,
  TextHandle,
} from '../../src/mfs/index.js';
import { expectClean, snapshot, withRoom } from '../helpers/snapshot.js';
import { bytes, codeOf, settledSnapshot } from './helpers.js';

beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterAll(() => void vi.useRealTimers());

/** A volume with something in it, and one call to try on it. */
interface Subject {
  readonly mfs: MemoryFileSystem;
  readonly call: () => unknown;
  /** A handle that is open during the call. */
  readonly handle?: MemoryFileHandle;
}

function volume(options?: MemoryFileSystemOptions): MemoryFileSystem {
  const mfs = new MemoryFileSystem(options);
  mfs.importTree({
    '/file': bytes('precious'),
    '/big': Buffer.alloc(70_000, 1),
    '/tree/a': bytes('1'),
    '/tree/sub/b': Buffer.alloc(5000, 2),
    '/tree/sub/deeper/c': bytes(''),
  });
  mfs.mkdir('/tree/empty');
  mfs.engine.symlink('a', '/tree/link');
  return mfs;
}

const onVolume =
  (call: (mfs: MemoryFileSystem) => unknown) =>
  (options?: MemoryFileSystemOptions): Subject => {
    const mfs = volume(options);
    // A handle that the call opens would hold its lock into the next try.
    return {
      mfs,
      call: () => {
        const result = call(mfs);
        if (result instanceof Object && 'close' in result) (result as MemoryFileHandle).close();
      },
    };
  };

const onHandle =
  (mode: 'r+b' | 'ab', path: string, call: (handle: MemoryFileHandle) => unknown) =>
  (options?: MemoryFileSystemOptions): Subject => {
    const mfs = volume(options);
    const handle = mfs.open(path, mode);
    handle.seek(4);
    return { mfs, handle, call: () => call(handle) };
  };

const onText =
  (mode: 'r+b' | 'ab', encoding: string, text: string) =>
  (options?: MemoryFileSystemOptions): Subject => {
    const subject = onHandle(mode, '/file', () => {})(options);
    const handle = new TextHandle(subject.handle as MemoryFileHandle, { encoding });
    return { ...subject, call: () => handle.write(text) };
  };

const long = 'n'.repeat(200);

const cases: Record<string, (options?: MemoryFileSystemOptions) => Subject> = {
  "open 'wb' of a new file": onVolume((mfs) => mfs.open('/new', 'wb')),
  "open 'xb' with a long name": onVolume((mfs) => mfs.open(`/${long}`, 'xb')),
  "open 'ab' in a directory": onVolume((mfs) => mfs.open('/tree/sub/new', 'ab')),
  "open 'wb' with preallocate": onVolume((mfs) => mfs.open('/file', 'wb', { preallocate: 10_000 })),
  "open 'wb' of a big file with preallocate": onVolume((mfs) => mfs.open('/big', 'wb', { preallocate: 80_000 })),
  "open 'xb' with preallocate": onVolume((mfs) => mfs.open('/new', 'xb', { preallocate: 100_000 })),
  "open 'ab' with preallocate": onVolume((mfs) => mfs.open('/file', 'ab', { preallocate: 3000 })),
  "open 'r+b' with preallocate": onVolume((mfs) => mfs.open('/file', 'r+b', { preallocate: 70_000 })),
  mkdir: onVolume((mfs) => mfs.mkdir('/new')),
  'mkdir of many levels': onVolume((mfs) => mfs.mkdir(`/tree/x/${long}/y/z`)),
  'rename to a long name': onVolume((mfs) => mfs.rename('/file', `/tree/${long}`)),
  'rename of a directory': onVolume((mfs) => mfs.rename('/tree', `/${long}`)),
  'move into new directories': onVolume((mfs) => mfs.move('/tree/sub', `/x/${long}/y`)),
  copy: onVolume((mfs) => mfs.copy('/big', '/copy')),
  'copy of a small file': onVolume((mfs) => mfs.copy('/file', `/tree/${long}`)),
  copyTree: onVolume((mfs) => mfs.copyTree('/tree', `/${long}`)),
  'importTree of new files': onVolume((mfs) =>
    mfs.importTree({ '/i/a': bytes('x'), '/i/b/c': Buffer.alloc(9000), [`/${long}`]: bytes('') }),
  ),
  'importTree over files': onVolume((mfs) =>
    mfs.importTree({ '/file': Buffer.alloc(20_000), '/tree/a': Buffer.alloc(1000) }),
  ),
  'importTree over and beside': onVolume((mfs) =>
    mfs.importTree({ '/big': bytes('small'), '/n': Buffer.alloc(80_000) }),
  ),
  'write at the end': onHandle('ab', '/file', (handle) => handle.write(Buffer.alloc(3000, 5))),
  'write of a few bytes at the end': onHandle('ab', '/big', (handle) => handle.write(bytes('tail'))),
  'write over the end': onHandle('r+b', '/file', (handle) => handle.write(Buffer.alloc(80_000, 5))),
  'write far behind the end': onHandle('r+b', '/file', (handle) => {
    handle.seek(1_000_000);
    try {
      return handle.write(bytes('far'));
    } catch (error) {
      handle.seek(4);
      throw error;
    }
  }),
  'write over the end of a big file': onHandle('r+b', '/big', (handle) => handle.write(Buffer.alloc(100_000, 5))),
  reserve: onHandle('ab', '/file', (handle) => handle.reserve(20_000)),
  'text on a handle': onHandle('r+b', '/file', (handle) => new TextHandle(handle)),
  'TextHandle write of a long text': onText('r+b', 'utf-8', 'é'.repeat(70_000)),
  'TextHandle write': onText('ab', 'utf-16le', '日本語'.repeat(400)),
};

/** What must be the same after a refusal. */
function stateOf({ mfs, handle }: Subject): unknown {
  return {
    volume: snapshot(mfs.engine),
    changes: mfs.engine.changes,
    position: handle?.tell(),
    closed: handle?.closed,
  };
}

/** The least room with which the call succeeds: found on fresh volumes. */
function leastRoom(create: () => Subject): number {
  const succeeds = (room: number): boolean => {
    const { mfs, call, handle } = create();
    const code = withRoom(mfs.engine, room, () => codeOf(call));
    handle?.close();
    expect(['ok', 'ENOSPC']).toContain(code);
    return code === 'ok';
  };
  let [refused, accepted] = [-1, 64];
  while (!succeeds(accepted)) {
    expect(accepted).toBeLessThan(2 ** 30);
    refused = accepted;
    accepted *= 2;
  }
  while (accepted - refused > 1) {
    const middle = Math.floor((refused + accepted) / 2);
    if (succeeds(middle)) accepted = middle;
    else refused = middle;
  }
  return accepted;
}

/** Every small n, the neighbourhoods of multiples of 8, some in between, and the last ones below `least`. */
function roomsBelow(least: number): number[] {
  const rooms = new Set<number>();
  for (let n = 0; n < 40; n++) rooms.add(n);
  for (let n = 40; n < 400; n += 24) for (const near of [n - 1, n, n + 1]) rooms.add(near);
  for (let part = 1; part < 40; part++) rooms.add(Math.floor((least * part) / 40));
  for (let n = least - 16; n < least; n++) rooms.add(n);
  return [...rooms].filter((n) => n >= 0 && n < least).sort((a, b) => a - b);
}

describe.each(Object.keys(cases))('%s', (name) => {
  const create = cases[name] as (options?: MemoryFileSystemOptions) => Subject;

  it('is refused whole while the bytes do not suffice', () => {
    const least = leastRoom(create);
    const subject = create();
    const { engine } = subject.mfs;
    settledSnapshot(subject.mfs);
    const before = stateOf(subject);
    for (const room of roomsBelow(least)) {
      expect(() => withRoom(engine, room, subject.call), `room for ${room} of ${least}`).toThrow(QuotaExceededError);
      expect(stateOf(subject), `room for ${room} of ${least}`).toEqual(before);
      vi.setSystemTime(Date.now() + 1000);
    }
    expectClean(engine);
    withRoom(engine, least, subject.call);
    expectClean(engine);
    expect(stateOf(subject)).not.toEqual(before);
    subject.handle?.close();
    // Whatever was refused holds no lock: everything can be removed.
    for (const entry of subject.mfs.listdir('/')) {
      if (subject.mfs.isDir(`/${entry}`)) subject.mfs.rmtree(`/${entry}`);
      else subject.mfs.remove(`/${entry}`);
    }
    expectClean(engine);
  });

  it('is refused whole while the nodes do not suffice', () => {
    const nodes = 1 + volume().engine.usage().totalNodes;
    for (let spare = 0; ; spare++) {
      const subject = create({ maxNodes: nodes + spare });
      settledSnapshot(subject.mfs);
      const before = stateOf(subject);
      const code = codeOf(subject.call);
      if (code !== 'ok') {
        expect(subject.call).toThrow(NodeLimitExceededError);
        expect(stateOf(subject), `${spare} nodes to spare`).toEqual(before);
      }
      subject.handle?.close();
      expectClean(subject.mfs.engine);
      if (code === 'ok') break;
      expect(spare).toBeLessThan(20);
    }
  });

  it('is refused whole when the memory guard says no', () => {
    let available = 1e9;
    const subject = create({
      memoryGuard: 'per-write',
      memoryGuardAction: 'raise',
      memoryGuardInterval: 0,
      memoryProbe: () => available,
    });
    settledSnapshot(subject.mfs);
    const before = stateOf(subject);
    let refused = 0;
    for (available = 0; codeOf(subject.call) === 'ENOMEM'; available = available * 2 + 1) {
      expect(stateOf(subject), `${available} bytes available`).toEqual(before);
      vi.setSystemTime(Date.now() + 1000);
      refused++;
    }
    expect(stateOf(subject)).not.toEqual(before);
    subject.handle?.close();
    expectClean(subject.mfs.engine);
    if (/preallocate|copy|import|TextHandle/.test(name)) expect(refused).toBeGreaterThan(5);
  });
});

describe('in a full volume', () => {
  it('what takes no memory still works', () => {
    const mfs = volume();
    const file = mfs.open('/file', 'r+b');
    withRoom(mfs.engine, 0, () => {
      expect(file.write(bytes('PRECIOUS'))).toBe(8);
      file.seek(0);
      expect(String(file.read())).toBe('PRECIOUS');
      file.truncate(4);
      file.close();
      mfs.rename('/file', '/f');
      mfs.remove('/f');
      expect([...mfs.walk()].length).toBeGreaterThan(3);
      expect(Object.keys(mfs.exportTree()).length).toBe(5);
      mfs.rmtree('/tree');
      mfs.mkdir('/', { existOk: true });
    });
    expectClean(mfs.engine);
    expect(mfs.listdir('/')).toEqual(['big']);
  });
});
