/**
 * The engine over a lower file system, which here is another volume: lookups,
 * completing, copy-up, and what is refused when n more bytes are all there is.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import {
  createVolume,
  EACCES,
  EIO,
  ENXIO,
  type Engine,
  EROFS,
  Fault,
  type LowerOptions,
  type LowerSource,
  O_APPEND,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  QuotaFault,
  S_IFIFO,
  STAT_LENGTH,
  type VolumeOptions,
} from '../../src/core/index.js';
import { Volume } from '../../src/core/volume.js';

const KIB = 1024;
const MIB = KIB * KIB;

/** What was asked of the lower file system. */
let calls: string[];
let disk: Engine;
/** Makes the next read below fail. */
let broken: number;
/** Links whose target cannot be read. */
let unreadable: Set<string>;
let pipes: Set<string>;
let opened: number;

const failing = <T>(work: () => T): T | number => {
  try {
    return work();
  } catch (error) {
    if (error instanceof Fault) return -error.errno;
    throw error;
  }
};

const source: LowerSource = {
  lstat: (path, out) => {
    calls.push(`lstat ${path}`);
    const error = disk.lstat(path, out);
    if (error === 0 && pipes.has(path)) out[1] = S_IFIFO | 0o644;
    return error;
  },
  list: (path, types) => {
    calls.push(`list ${path}`);
    return failing(() => disk.readdir(path, types));
  },
  readlink: (path) => (unreadable.has(path) ? -EACCES : failing(() => disk.readlink(path))),
  open: (path) => {
    calls.push(`open ${path}`);
    const handle = failing(() => disk.open(path, O_RDONLY, 0));
    if (handle >= 0) opened++;
    return handle;
  },
  fstat: (handle, out) => disk.fstat(handle, out),
  read: (handle, target, offset, length, position) => {
    if (broken > 0 && --broken === 0) return -EIO;
    return disk.read(handle, target, offset, length, position);
  },
  close: (handle) => {
    opened--;
    disk.close(handle);
  },
};

/** The fault of a call, or undefined. */
const thrown = (work: () => unknown): Fault | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
};

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (engine: Engine, path: string): string =>
  new TextDecoder().decode(engine.readFile(path, 0, (size) => new Uint8Array(size)));
const put = (engine: Engine, path: string, data: string | Uint8Array): void =>
  engine.writeFile(path, typeof data === 'string' ? bytes(data) : data, O_WRONLY | O_CREAT | O_TRUNC, 0o644);
const stat = (engine: Engine, path: string): Float64Array => {
  const out = new Float64Array(STAT_LENGTH);
  expect(engine.lstat(path, out), `lstat ${path}`).toBe(0);
  return out;
};
const missing = (engine: Engine, path: string): boolean => engine.lstat(path, new Float64Array(STAT_LENGTH)) === -2;
const changed = (engine: Engine): string[] =>
  engine.lowerChanges().map(({ kind, path, what }) => [kind, path, ...what].join(' '));

const over = (options: VolumeOptions = {}, lower: Partial<LowerOptions> = {}): Engine & Volume => {
  const engine = createVolume({ ...options, lower: { source, roots: ['/r'], ...lower } });
  if (!(engine instanceof Volume)) return expect.fail('an engine is a volume');
  return engine;
};
const expectSound = (engine: Engine): void => expect(engine.audit().problems).toEqual([]);

beforeEach(() => {
  let time = 1_600_000_000_000;
  calls = [];
  broken = 0;
  opened = 0;
  unreadable = new Set();
  pipes = new Set();
  disk = createVolume({ clock: () => time++ });
  disk.mkdir('/r', 0o755);
  disk.mkdir('/r/d', 0o755);
  disk.mkdir('/r/d/deep', 0o755);
  disk.mkdir('/other', 0o755);
  put(disk, '/other/secret', 'x');
  put(disk, '/r/f', 'hello');
  put(disk, '/r/d/g', 'gg');
  put(disk, '/r/d/deep/h', 'hhh');
  put(disk, '/r/big', new Uint8Array(200 * KIB).fill(7));
  disk.link('/r/f', '/r/d/f2');
  disk.symlink('d/g', '/r/l');
  put(disk, '/r/pipe', '');
});

describe('looking', () => {
  it('shows names, attributes and contents of the root, and nothing outside it', () => {
    const engine = over();
    expect(engine.readdir('/r')).toEqual(['big', 'd', 'f', 'l', 'pipe']);
    expect(text(engine, '/r/l')).toBe('gg');
    expect([...stat(engine, '/r/f')].slice(1, 18)).toEqual([...stat(disk, '/r/f')].slice(1, 18));
    expect(engine.readdir('/')).toEqual(['r']);
    expect(missing(engine, '/other/secret')).toBe(true);
    expect(engine.realpath('/r/l')).toBe('/r/d/g');
    expect(opened).toBe(0);
    expectSound(engine);
  });

  it('asks once for what is there, and each time for what is not', () => {
    const engine = over();
    for (let i = 0; i < 3; i++) {
      stat(engine, '/r/d/g');
      expect(missing(engine, '/r/d/no')).toBe(true);
    }
    expect(calls.filter((call) => call === 'lstat /r/d/g')).toHaveLength(1);
    expect(calls.filter((call) => call === 'lstat /r/d/no')).toHaveLength(3);
    expectSound(engine);
  });

  it('knows both names of a hard link as one inode, in either order', () => {
    const engine = over();
    expect(stat(engine, '/r/d/f2')[2]).toBe(2);
    expect(engine.lookup('/r/d/f2')).toBe(engine.lookup('/r/f'));
    engine.writeFile('/r/f', bytes('changed'), O_WRONLY | O_TRUNC, 0);
    expect(text(engine, '/r/d/f2')).toBe('changed');
    engine.unlink('/r/f');
    expect(stat(engine, '/r/d/f2')[2]).toBe(1);
    expectSound(engine);
  });

  it('opens more files than the part for lookups knows, as long as data leaves room', () => {
    for (let i = 0; i < 500; i++) put(disk, `/r/d/file-with-a-long-name-${i}`, 'x');
    const engine = over({ maxQuota: 4 * MIB }, { lookups: 128 * KIB });
    const open = (i: number): number => engine.open(`/r/d/file-with-a-long-name-${i}`, O_RDONLY, 0);
    const held = Array.from({ length: 500 }, (_, i) => open(i));
    expect(engine.lower?.cached).toBeGreaterThan(128 * KIB);
    expect(stat(engine, '/r/f')[8]).toBeGreaterThan(0);
    for (const fd of held) engine.close(fd);
    stat(engine, '/r/f');
    expect(engine.lower?.cached).toBeLessThan(128 * KIB);
    expectSound(engine);
  });

  it('forgets the oldest when the part for lookups is half full', () => {
    for (let i = 0; i < 2000; i++) put(disk, `/r/d/file-with-a-long-name-${i}`, 'x');
    const engine = over({ maxQuota: 4 * MIB });
    const held = engine.open('/r/f', O_RDONLY, 0);
    for (let i = 0; i < 2000; i++) stat(engine, `/r/d/file-with-a-long-name-${i}`);
    const { lower } = engine;
    expect(lower?.cached).toBeLessThanOrEqual((lower?.share ?? 0) / 2 + 2 * KIB);
    expect(lower?.records.size).toBeLessThan(600);
    const known = engine.inodeOf(held);
    expect(engine.lookup('/r/f')).toBe(known);
    engine.close(held);
    expectSound(engine);
  });

  it('reads and lists in a full volume', () => {
    const engine = over({ maxQuota: 600 * KIB });
    put(engine, '/r/new', 'n');
    engine.billHandle(engine.quota.available);
    expect(engine.quota.available).toBe(0);
    for (let i = 0; i < 300; i++) {
      expect(text(engine, '/r/d/deep/h')).toBe('hhh');
      expect(engine.readdir('/r/d')).toEqual(['deep', 'f2', 'g']);
      const stream = engine.opendir('/r/d/deep');
      expect([stream.next(), stream.name, stream.next()]).toEqual([true, 'h', false]);
      stream.close();
    }
    expect(thrown(() => put(engine, '/r/d/more', 'x'))).toBeInstanceOf(QuotaFault);
    expectSound(engine);
  });

  it('streams a directory as it is at the first read, and then as it was', () => {
    const engine = over();
    const names = (stream: ReturnType<Engine['opendir']>): string[] => {
      const found: string[] = [];
      while (stream.next()) found.push(stream.name);
      stream.close();
      return found.sort();
    };
    const early = engine.opendir('/r/d');
    put(engine, '/r/d/new', 'n');
    expect(names(early)).toEqual(['deep', 'f2', 'g', 'new']);
    const late = engine.opendir('/r/d/deep');
    expect(late.next()).toBe(true);
    engine.unlink('/r/d/deep/h');
    expect(names(late)).toEqual([]);
    expectSound(engine);
  });

  it('divides a new limit anew', () => {
    const engine = over({ maxQuota: MIB });
    const [share] = [engine.lower?.share];
    engine.resize(64 * MIB);
    expect([share, engine.lower?.share]).toEqual([128 * KIB, 4 * MIB]);
    expect(engine.quota.available).toBeLessThan(60 * MIB);
    engine.resize(MIB);
    expect(engine.lower?.share).toBe(share);
    expectSound(engine);
  });

  it('says what is wrong below: a link that cannot be read, a file that cannot be opened', () => {
    unreadable.add('/r/l');
    pipes.add('/r/pipe');
    const engine = over();
    expect(engine.lstat('/r/l', new Float64Array(STAT_LENGTH))).toBe(0);
    expect(engine.stat('/r/l', new Float64Array(STAT_LENGTH))).toBe(-EACCES);
    expect(thrown(() => engine.readlink('/r/l'))?.errno).toBe(EACCES);
    expect(thrown(() => engine.open('/r/pipe', O_RDONLY, 0))?.errno).toBe(ENXIO);
    expect(thrown(() => engine.writeFile('/r/pipe', bytes('x'), O_WRONLY, 0))?.errno).toBe(ENXIO);
    const types: number[] = [];
    engine.rename('/r/pipe', '/r/d/pipe');
    expect(engine.readdir('/r/d', types)).toEqual(['deep', 'f2', 'g', 'pipe']);
    expect(types).toEqual([2, 1, 1, 4]);
    engine.unlink('/r/d/pipe');
    expectSound(engine);
  });
});

describe('changing', () => {
  it('keeps dev, ino, nlink and open descriptors through a copy-up', () => {
    const engine = over();
    const reader = engine.open('/r/f', O_RDONLY, 0);
    const before = stat(engine, '/r/f');
    const writer = engine.open('/r/f', O_RDWR | O_APPEND, 0);
    expect(engine.audit().used).toBe(engine.audit().recomputed);
    engine.write(writer, bytes(' you'), 0, 4, -1);
    const after = stat(engine, '/r/f');
    expect([0, 2, 7, 16, 17].map((field) => after[field])).toEqual([0, 2, 7, 16, 17].map((field) => before[field]));
    const target = new Uint8Array(20);
    expect(engine.read(reader, target, 0, 20, 0)).toBe(9);
    engine.unlink('/r/f');
    engine.rename('/r/d/f2', '/r/again');
    expect(text(engine, '/r/again')).toBe('hello you');
    engine.close(reader);
    engine.close(writer);
    expect(opened).toBe(0);
    expect(text(disk, '/r/f')).toBe('hello');
    expectSound(engine);
  });

  it('copies no content for chmod, utimes, rename, link, unlink and truncation to nothing', () => {
    const engine = over({ maxQuota: 400 * KIB });
    engine.chmod('/r/big', 0o600);
    engine.utimes('/r/big', 1, 0, 2, 0);
    engine.link('/r/big', '/r/big2');
    engine.rename('/r/big', '/r/d/big3');
    expect(calls.filter((call) => call.startsWith('open'))).toEqual([]);
    engine.truncate('/r/big2', 0);
    expect(calls.filter((call) => call.startsWith('open'))).toEqual([]);
    expect(stat(engine, '/r/d/big3')[8]).toBe(0);
    expectSound(engine);
  });

  it('shows what is below a renamed directory that was never looked at', () => {
    const engine = over();
    engine.rename('/r/d', '/r/moved');
    expect(missing(engine, '/r/d')).toBe(true);
    expect(text(engine, '/r/moved/deep/h')).toBe('hhh');
    put(engine, '/r/moved/deep/new', 'n');
    expect(engine.readdir('/r/moved/deep')).toEqual(['h', 'new']);
    expect(engine.readdir('/r')).toEqual(['big', 'f', 'l', 'moved', 'pipe']);
    expectSound(engine);
  });

  it('removes a tree without looking at every name, but for hard links', () => {
    const engine = over();
    engine.removeTree('/r/d');
    expect(missing(engine, '/r/d')).toBe(true);
    expect(stat(engine, '/r/f')[2]).toBe(1);
    engine.mkdir('/r/d', 0o755);
    expect(engine.readdir('/r/d')).toEqual([]);
    expect(disk.readdir('/r/d')).toEqual(['deep', 'f2', 'g']);
    expectSound(engine);
  });

  it('refuses rmdir of a directory that has names only below', () => {
    const engine = over();
    expect(thrown(() => engine.rmdir('/r/d'))?.errno).toBe(39);
    engine.mkdir('/r/e', 0o755);
    expect(thrown(() => engine.rename('/r/e', '/r/d'))?.errno).toBe(39);
    expectSound(engine);
  });

  it('counts only what is new against maxNodes', () => {
    const engine = over({ maxNodes: 2 });
    put(engine, '/r/one', '1');
    put(engine, '/r/d/two', '2');
    expect(thrown(() => put(engine, '/r/d/three', '3'))).toMatchObject({ resource: 'nodes' });
    expectSound(engine);
  });

  it('changes nothing when reading fails in the middle of a copy', () => {
    const engine = over();
    const fd = engine.open('/r/big', O_RDWR, 0);
    const used = engine.quota.used;
    broken = 2;
    expect(thrown(() => engine.write(fd, bytes('x'), 0, 1, 0))?.errno).toBe(EIO);
    expect(engine.quota.used).toBe(used);
    broken = 2;
    expect(thrown(() => engine.copyFile('/r/big', '/r/copy', 0))?.errno).toBe(EIO);
    expect(missing(engine, '/r/copy')).toBe(true);
    engine.write(fd, bytes('x'), 0, 1, 0);
    expect(text(engine, '/r/big').length).toBe(200 * KIB);
    engine.close(fd);
    expectSound(engine);
  });

  it('is refused everywhere with EROFS when it is read-only', () => {
    const engine = over({ readOnly: true });
    const acts: (() => unknown)[] = [
      () => put(engine, '/r/new', 'x'),
      () => put(engine, '/r/f', 'x'),
      () => engine.mkdir('/r/m', 0o755),
      () => engine.unlink('/r/f'),
      () => engine.rename('/r/f', '/r/z'),
      () => engine.chmod('/r/f', 0o600),
      () => engine.utimes('/r/f', 1, 0, 1, 0),
      () => engine.chown('/r/f', 1, 1),
      () => engine.truncate('/r/f', 1),
      () => engine.removeTree('/r/d'),
      () => engine.symlink('x', '/r/s'),
      () => engine.link('/r/f', '/r/f3'),
      () => engine.open('/r/f', O_RDWR, 0),
      () => engine.copyFile('/r/f', '/r/d/g', 0),
    ];
    for (const act of acts) expect(thrown(act)?.errno, String(act)).toBe(EROFS);
    expect(engine.access('/r/f', 2)).toBe(-EROFS);
    expect(text(engine, '/r/f')).toBe('hello');
    expect(thrown(() => engine.mkdir('/r/d', 0o755))?.errno).toBe(17);
    expectSound(engine);
  });
});

describe('what differs', () => {
  it('lists what was added, changed and deleted, and nothing for what was only read', () => {
    const engine = over();
    text(engine, '/r/d/deep/h');
    engine.readdir('/r/d');
    expect(changed(engine)).toEqual([]);
    put(engine, '/r/new', 'n');
    engine.chmod('/r/d/g', 0o600);
    engine.unlink('/r/l');
    engine.mkdir('/r/d/deep/e', 0o755);
    put(engine, '/r/big', new Uint8Array(200 * KIB).fill(7));
    expect(changed(engine)).toEqual(
      ['changed /r/big mtime', 'changed /r/d/g mode', 'added /r/d/deep/e', 'deleted /r/l', 'added /r/new'].sort(
        (a, b) => ((a.split(' ')[1] ?? '') < (b.split(' ')[1] ?? '') ? -1 : 1),
      ),
    );
    expectSound(engine);
  });

  it('shows a change under the name of a hard link that was never looked at', () => {
    const engine = over();
    put(engine, '/r/f', 'other');
    expect(changed(engine)).toEqual(['changed /r/d/f2 content mtime', 'changed /r/f content mtime']);
    expectSound(engine);
  });

  it('calls a file in the place of a directory a change of type', () => {
    const engine = over();
    engine.removeTree('/r/d');
    put(engine, '/r/d', 'file');
    expect(changed(engine)).toEqual([
      'changed /r/d type mode mtime',
      'deleted /r/d/deep',
      'deleted /r/d/deep/h',
      'deleted /r/d/f2',
      'deleted /r/d/g',
    ]);
    expectSound(engine);
  });

  it('is dropped with its quota; what is open stays readable', () => {
    const engine = over();
    const start = engine.quota.used;
    const fd = engine.open('/r/f', O_RDONLY, 0);
    put(engine, '/r/d/new', 'n');
    engine.rename('/r/d', '/r/z');
    engine.removeTree('/r/z');
    engine.unlink('/r/f');
    engine.dropChanges();
    expect(changed(engine)).toEqual([]);
    expect(engine.readdir('/r/d')).toEqual(['deep', 'f2', 'g']);
    const target = new Uint8Array(5);
    expect(engine.read(fd, target, 0, 5, 0)).toBe(5);
    expectSound(engine);
    engine.close(fd);
    engine.dropChanges();
    expect(engine.quota.used).toBe(start);
    expectSound(engine);
  });

  it('cannot be dropped where nothing is below', () => {
    expect(disk.lowerChanges()).toEqual([]);
    expect(thrown(() => disk.dropChanges())?.errno).toBe(22);
  });
});

describe('refused for want of n bytes', () => {
  const ACTS: [string, (engine: Engine) => unknown][] = [
    ['a write', (engine) => engine.writeFile('/r/big', bytes('x'), O_WRONLY | O_APPEND, 0)],
    ['an overwrite', (engine) => put(engine, '/r/big', new Uint8Array(100 * KIB))],
    ['a truncation', (engine) => engine.truncate('/r/big', 50 * KIB)],
    ['a new file', (engine) => put(engine, '/r/d/new', 'x')],
    ['a new link', (engine) => engine.symlink('somewhere/else/than/here', '/r/d/a-name-that-is-not-short')],
    ['a hard link', (engine) => engine.link('/r/f', '/r/d/f3')],
    ['mkdir -p', (engine) => engine.mkdirp('/r/d/deep/x/y/z', 0o755)],
    ['unlink', (engine) => engine.unlink('/r/d/g')],
    ['rename', (engine) => engine.rename('/r/d/g', '/r/d/deep/g-under-a-longer-name')],
    ['chmod', (engine) => engine.chmod('/r/d/deep/h', 0o600)],
    ['copyFile', (engine) => engine.copyFile('/r/big', '/r/d/copy', 0)],
    ['removeTree', (engine) => engine.removeTree('/r/d')],
    ['import', (engine) => engine.importTree([{ path: '/r/d/i/j', type: 'file', data: bytes('j') }])],
  ];

  it.each(ACTS)('%s changes nothing, and what it asks for is enough', (_name, act) => {
    const engine = over({ maxQuota: 8 * MIB }, { lookups: 64 * KIB });
    /** Everything is looked at, so that the act itself looks nothing up. */
    const look = (): string => {
      for (const path of ['/r/big', '/r/d/g', '/r/d/deep/h', '/r/f', '/r/d/f2']) stat(engine, path);
      return JSON.stringify([changed(engine), engine.readdir('/r'), engine.readdir('/r/d'), engine.quota.used]);
    };
    const shown = look();
    const limit = engine.quota.limit;
    let low = 0;
    let high = 400 * KIB;
    /** True when the act fits into `free` bytes; it is tried on the state that `look` shows. */
    const fits = (free: number): boolean => {
      const blocker = engine.quota.available - free;
      engine.billHandle(blocker);
      const refusal = thrown(() => act(engine));
      engine.unbillHandle(blocker);
      if (refusal === undefined) return true;
      expect(refusal).toBeInstanceOf(QuotaFault);
      expect(look()).toBe(shown);
      expectSound(engine);
      return false;
    };
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (!fits(middle)) low = middle;
      else {
        high = middle;
        engine.dropChanges();
        expect(look()).toBe(shown);
      }
    }
    expect(fits(high)).toBe(true);
    expect(engine.quota.limit).toBe(limit);
    expectSound(engine);
  });
});
