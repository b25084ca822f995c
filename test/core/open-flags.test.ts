/** What each open flag does, the rarer ones of Linux among them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createVolume,
  type Engine,
  Fault,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOATIME,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
} from '../../src/core/index.js';
import { errnoName, faultOf } from '../helpers/errno-name.js';
import { expectClean } from '../helpers/snapshot.js';
import { bytes, textCalls } from './text-calls.js';

let engine: Engine;
const { content, put, read, write } = textCalls(() => engine);

beforeEach(() => {
  engine = createVolume();
  engine.mkdir('/d', 0o755);
  put('/f', 'hello');
});
afterEach(() => expectClean(engine));

describe('flags', () => {
  it('O_CREAT makes what is missing, O_EXCL insists on it', () => {
    engine.close(engine.open('/new', O_WRONLY | O_CREAT | O_EXCL, 0o666));
    expect(faultOf(() => engine.open('/new', O_WRONLY | O_CREAT | O_EXCL, 0o666))).toBe('EEXIST');
    expect(faultOf(() => engine.open('/missing', O_RDWR, 0))).toBe('ENOENT');
    engine.symlink('nowhere', '/dangling');
    expect(faultOf(() => engine.open('/dangling', O_WRONLY | O_CREAT | O_EXCL, 0o666))).toBe('EEXIST');
  });

  it('the umask is asked at each creation', () => {
    let umask = 0o077;
    engine = createVolume({ umask: () => umask });
    const modeOf = (path: string): number => {
      const out = new Float64Array(18);
      engine.lstat(path, out);
      return out[1] & 0o7777;
    };
    put('/private', '');
    engine.mkdir('/private-d', 0o777);
    umask = 0;
    engine.close(engine.open('/open', O_WRONLY | O_CREAT, 0o777));
    engine.mkdir('/open-d', 0o1777);
    expect(['/private', '/private-d', '/open', '/open-d'].map(modeOf)).toEqual([0o600, 0o700, 0o777, 0o1777]);
  });

  it('O_TRUNC empties what was there, also with O_RDONLY as Linux does', () => {
    engine.close(engine.open('/f', O_RDONLY | O_TRUNC, 0));
    expect(content('/f')).toBe('');
  });

  it('O_NOATIME leaves the access time', () => {
    let now = 1_000_000;
    engine = createVolume({ clock: () => now });
    put('/f', 'x');
    now += 5000;
    const atime = (): number => {
      const out = new Float64Array(18);
      engine.stat('/f', out);
      return out[10];
    };
    read(engine.open('/f', O_RDONLY | O_NOATIME, 0), 1);
    expect(atime()).toBe(1000);
    read(engine.open('/f', O_RDONLY, 0), 1);
    expect(atime()).toBe(1005);
  });
});

describe('access time of a descriptor that is read', () => {
  const moved = (read: (fd: number) => unknown): boolean => {
    const fd = engine.open('/f', O_RDONLY, 0);
    engine.futimes(fd, 1000, 0, 2000, 0);
    read(fd);
    const out = new Float64Array(18);
    engine.fstat(fd, out);
    engine.close(fd);
    return out[10] !== 1000;
  };
  const four = new Uint8Array(4);

  it.each([0, 100, 17_592_186_040_319])('moves at %i, be there bytes or not', (at) => {
    expect(moved((fd) => engine.read(fd, four, 0, 4, at))).toBe(true);
    expect(moved((fd) => engine.readv(fd, [four, four], at))).toBe(true);
  });

  it.each([17_592_186_040_320, 2 ** 53, 2 ** 62])('stays at %i, which no file reaches', (at) => {
    expect(moved((fd) => engine.read(fd, four, 0, 4, at))).toBe(false);
    expect(moved((fd) => engine.readv(fd, [four, four], at))).toBe(false);
  });

  it('stays when no byte is asked for', () => {
    const none = new Uint8Array(0);
    expect(moved((fd) => engine.read(fd, four, 0, 0, 0))).toBe(false);
    expect(moved((fd) => engine.readv(fd, [none], 0))).toBe(false);
    expect(moved((fd) => engine.readv(fd, [none, none], 0))).toBe(false);
  });
});

it('a read of a directory where no offset is: EINVAL, as of a file', () => {
  const fd = engine.open('/d', O_RDONLY, 0);
  const four = new Uint8Array(4);
  expect(faultOf(() => engine.read(fd, four, 0, 4, 2 ** 63))).toBe('EINVAL');
  expect(faultOf(() => engine.readv(fd, [four, four], 2 ** 63))).toBe('EINVAL');
  expect(faultOf(() => engine.read(fd, four, 0, 4, 2 ** 62))).toBe('EISDIR');
  engine.close(fd);
});

describe('O_PATH', () => {
  it('names a place: it may be asked and closed, nothing else', () => {
    const fd = engine.open('/f', O_PATH, 0);
    const out = new Float64Array(18);
    expect(engine.fstat(fd, out)).toBe(0);
    expect(out[8]).toBe(5);
    const target = new Uint8Array(1);
    const calls: (() => unknown)[] = [
      () => engine.read(fd, target, 0, 1, 0),
      () => engine.write(fd, target, 0, 1, 0),
      () => engine.readv(fd, [target], 0),
      () => engine.writev(fd, [target], 0),
      () => engine.seek(fd, 0, 0),
      () => engine.ftruncate(fd, 0),
      () => engine.allocate(fd, 1),
      () => engine.fchmod(fd, 0),
      () => engine.fchown(fd, 0, 0),
      () => engine.futimes(fd, 0, 0, 0, 0),
      () => engine.fsync(fd),
    ];
    expect(calls.map(faultOf)).toEqual(calls.map(() => 'EBADF'));
    engine.close(fd);
    expect(content('/f')).toBe('hello');
  });

  it('opens a link itself with O_NOFOLLOW, and creates and truncates nothing', () => {
    engine.symlink('f', '/l');
    const out = new Float64Array(18);
    engine.fstat(engine.open('/l', O_PATH | O_NOFOLLOW, 0), out);
    expect(out[1] & 0o170000).toBe(0o120000);
    expect(faultOf(() => engine.open('/missing', O_PATH | O_CREAT, 0o644))).toBe('ENOENT');
    engine.close(engine.open('/f', O_PATH | O_RDWR | O_TRUNC, 0));
    expect(content('/f')).toBe('hello');
    expect(faultOf(() => engine.open('/f', O_PATH | O_DIRECTORY, 0))).toBe('ENOTDIR');
  });

  it('access mode 3 asks for both rights and gives neither', () => {
    const fd = engine.open('/f', 3, 0);
    expect(faultOf(() => read(fd, 1))).toBe('EBADF');
    expect(faultOf(() => write(fd, 'x'))).toBe('EBADF');
    expect(faultOf(() => engine.ftruncate(fd, 0))).toBe('EINVAL');
    expect(faultOf(() => engine.open('/d', 3, 0))).toBe('EISDIR');
  });
});

describe('whole files', () => {
  it('name the system call that failed', () => {
    const syscallOf = (body: () => unknown): string => {
      try {
        body();
      } catch (error) {
        if (error instanceof Fault) return `${errnoName(error.errno)} ${error.syscall}`;
        throw error;
      }
      return 'ok';
    };
    const readWith = (path: string, flags: number): string =>
      syscallOf(() => engine.readFile(path, flags, (size) => new Uint8Array(size)));
    const decodeWith = (path: string, flags: number): string =>
      syscallOf(() => engine.decodeFile(path, flags, () => ''));
    for (const attempt of [readWith, decodeWith]) {
      expect(attempt('/missing', O_RDONLY)).toBe('ENOENT open');
      expect(attempt('/d', O_RDONLY)).toBe('EISDIR read');
      expect(attempt('/f', O_WRONLY)).toBe('EBADF read');
      expect(attempt('/d', O_RDWR)).toBe('EISDIR open');
    }
    expect(syscallOf(() => engine.writeFile('/d', bytes('x'), O_WRONLY | O_CREAT, 0o644))).toBe('EISDIR open');
    expect(syscallOf(() => engine.writeFile('/f', bytes('x'), O_RDONLY, 0))).toBe('EBADF write');
    const full = createVolume({ maxQuota: 4096 });
    const big = new Uint8Array(10_000);
    expect(syscallOf(() => full.writeFile('/f', big, O_WRONLY | O_CREAT, 0o644))).toBe('ENOSPC write');
    expect(syscallOf(() => full.writeFile(`/${'n'.repeat(250)}`, big, O_WRONLY | O_CREAT, 0o644))).toBe('ENOSPC write');
  });

  it('decodeFile hands over the bytes and gives what is made of them', () => {
    const text = (from: Uint8Array, start: number, end: number): string =>
      Buffer.from(from.subarray(start, end)).toString();
    expect(engine.decodeFile('/f', O_RDONLY, text)).toBe('hello');
    put('/empty', '');
    expect(engine.decodeFile('/empty', O_RDONLY, text)).toBe('');
    put('/long', 'x'.repeat(200_000));
    expect(engine.decodeFile('/long', O_RDONLY, text)).toBe('x'.repeat(200_000));
    engine.truncate('/f', 8);
    expect(engine.decodeFile('/f', O_RDONLY, text)).toBe('hello\0\0\0');
  });
});
