/**
 * What must not happen, made to happen: the process gives no memory although
 * the quota would, and structures are damaged so that the audit has something
 * to find. Then the two public errors of a refusal.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createVolume,
  type Engine,
  NodeLimitExceededError,
  O_CREAT,
  O_RDWR,
  O_WRONLY,
  QuotaExceededError,
  QuotaFault,
} from '../../src/core/index.js';
import { CONTENT, GENERATION, LINKS, OPENS, OWN_ENTRY, ROOT } from '../../src/core/inode.js';
import { Volume } from '../../src/core/volume.js';
import { faultOf } from '../helpers/errno-name.js';
import { expectClean, snapshot } from '../helpers/snapshot.js';

const KIB = 1024;
let engine: Engine & Volume;

beforeEach(() => {
  let time = 1_700_000_000_000;
  const made = createVolume({ clock: () => time++ });
  if (!(made instanceof Volume)) return expect.fail('an engine is a volume');
  engine = made;
  engine.mkdir('/d', 0o755);
  engine.writeFile('/f', new Uint8Array(200 * KIB).fill(1), O_WRONLY | O_CREAT, 0o644);
  engine.writeFile('/small', new Uint8Array(100).fill(1), O_WRONLY | O_CREAT, 0o644);
  engine.symlink('f', '/l');
  engine.copyFile('/f', '/shared', 0);
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe('when the process gives no memory', () => {
  /** The chunk number `nth` (from 0) cannot be allocated. */
  const failAt = (nth: number): void => {
    const { chunks } = engine;
    const take = chunks.take.bind(chunks);
    let count = 0;
    vi.spyOn(chunks, 'take').mockImplementation((bytes) => {
      if (count++ === nth) throw new RangeError('Array buffer allocation failed');
      return take(bytes);
    });
  };

  const CALLS: [string, () => unknown][] = [
    ['an append', () => engine.writeFile('/f', new Uint8Array(300 * KIB), O_RDWR, 0)],
    ['a small append', () => engine.writeFile('/small', new Uint8Array(400), O_RDWR, 0)],
    ['a new file', () => engine.writeFile('/new', new Uint8Array(300 * KIB), O_WRONLY | O_CREAT, 0o644)],
    ['a write to a shared page', () => engine.writeFile('/shared', new Uint8Array(200 * KIB), O_RDWR, 0)],
    ['an import', () => engine.importTree([{ path: '/i/j', type: 'file', data: new Uint8Array(200 * KIB) }])],
  ];

  it.each(CALLS)('%s is ENOMEM and changes nothing', (_, call) => {
    snapshot(engine);
    const before = snapshot(engine);
    for (const nth of [0, 1]) {
      failAt(nth);
      const outcome = faultOf(call);
      vi.restoreAllMocks();
      if (outcome === 'ok') break; // the call takes fewer chunks
      expect(outcome).toBe('ENOMEM');
      expect(snapshot(engine)).toEqual(before);
      expectClean(engine);
    }
    expect(engine.readFile('/f', 0, (size) => new Uint8Array(size)).length).toBeGreaterThanOrEqual(200 * KIB);
  });
});

describe('the audit', () => {
  const problems = (): string => engine.audit().problems.join('\n');

  it('finds nothing in a sound volume', () => {
    expect(engine.audit()).toMatchObject({ ok: true, problems: [], used: engine.usage().used });
    expect(engine.audit().recomputed).toBe(engine.usage().used);
  });

  it.each<[string, () => void, RegExp]>([
    ['a bank that took too much', () => engine.bank.reserve(1), /bank says/],
    ['a bank that gave too much', () => engine.bank.release(1), /bank says/],
    ['use over the limit', () => engine.bank.setLimit(10), /over the limit/],
    ['a wrong link count', () => engine.inodes.set(engine.lookup('/f'), LINKS, 2), /links/],
    ['a wrong link count of a directory', () => engine.inodes.set(engine.lookup('/d'), LINKS, 3), /links/],
    ['a wrong open count', () => engine.inodes.set(engine.lookup('/f'), OPENS, 1), /open count/],
    ['a lost content', () => engine.inodes.set(engine.lookup('/small'), CONTENT, 0), /block/],
    ['an inode nobody names', () => void engine.inodes.create(0o100644, 0, 0), /neither name nor holder/],
    ['a name that is there twice', () => void engine.directories.add(ROOT, 'f', 0, 1, engine.lookup('/f')), /index/],
    ['a directory that forgot its name', () => engine.inodes.set(engine.lookup('/d'), OWN_ENTRY, 0), /its entry/],
    ['an entry table that miscounts', () => engine.directories.live--, /live entries/],
    ['a table that miscounts', () => engine.inodes.live++, /live inodes/],
    ['a buffer nobody owns', () => void engine.chunks.take(20 * KIB), /chunk table/],
    ['a link longer than its block', () => engine.inodes.setSize(linkInode(), 5000), /longer than its block/],
  ])('finds %s', (_, damage, expected) => {
    damage();
    expect(engine.audit().ok).toBe(false);
    expect(problems()).toMatch(expected);
  });

  const linkInode = (): number => {
    const out = new Float64Array(18);
    engine.lstat('/l', out);
    return out[7];
  };

  it('is not disturbed by what is no damage', () => {
    engine.inodes.set(engine.lookup('/f'), GENERATION, 77);
    expectClean(engine);
  });
});

describe('the errors of a refusal', () => {
  it('carry errno, code, syscall and paths in Node’s order, then the numbers', () => {
    const refusal = new QuotaFault('bytes', 100, 7, 1000, 'write');
    const error = new QuotaExceededError('ENOSPC: no space left on device, copyfile', refusal, {
      syscall: 'copyfile',
      path: '/a',
      dest: '/b',
    });
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('QuotaExceededError');
    const keys = ['errno', 'code', 'syscall', 'path', 'dest', 'requested', 'available', 'limit', 'resource'];
    expect(Object.keys(error)).toEqual(keys);
    expect(error).toMatchObject({ errno: -28, code: 'ENOSPC', requested: 100, available: 7, limit: 1000 });
    expect(refusal.syscall).toBe('write');
  });

  it('leave out what is not known', () => {
    const error = new QuotaExceededError('message', new QuotaFault('bytes', 1, 0, 1));
    expect(Object.keys(error)).toEqual(['errno', 'code', 'requested', 'available', 'limit', 'resource']);
  });

  it('running out of nodes is running out of quota', () => {
    const error = new NodeLimitExceededError('message', new QuotaFault('nodes', 1, 0, 5));
    expect(error).toBeInstanceOf(QuotaExceededError);
    expect(error.name).toBe('NodeLimitExceededError');
    expect(error).toMatchObject({ code: 'ENOSPC', resource: 'nodes', limit: 5 });
  });
});
