/** Times, modes and owners, and what permission checks make of them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createVolume, type Engine, O_CREAT, O_RDONLY, O_RDWR, O_WRONLY } from '../../src/core/index.js';
import { faultOf } from '../helpers/errno-name.js';
import { expectClean } from '../helpers/snapshot.js';

let engine: Engine;
let now: number;

interface Times {
  atime: number;
  mtime: number;
  ctime: number;
  birthtime: number;
}

/** Milliseconds; fractions are nanoseconds. */
const timesOf = (path: string): Times => {
  const out = new Float64Array(18);
  expect(engine.lstat(path, out)).toBe(0);
  const time = (at: number): number => out[at] * 1000 + out[at + 1] / 1e6;
  return { atime: time(10), mtime: time(12), ctime: time(14), birthtime: time(16) };
};
const statOf = (path: string) => {
  const out = new Float64Array(18);
  expect(engine.lstat(path, out)).toBe(0);
  return { mode: out[1] & 0o7777, nlink: out[2], uid: out[3], gid: out[4], blocks: out[9] };
};
const put = (path: string, size = 1): void => engine.writeFile(path, new Uint8Array(size), O_WRONLY | O_CREAT, 0o644);

beforeEach(() => {
  now = 1_700_000_000_000;
  engine = createVolume({ clock: () => now });
});
afterEach(() => expectClean(engine));

describe('times', () => {
  it('are exact to the millisecond of the clock', () => {
    now = 1_700_000_000_123;
    put('/f');
    expect(timesOf('/f')).toEqual({ atime: now, mtime: now, ctime: now, birthtime: now });
  });

  it('keep nanoseconds', () => {
    put('/f');
    engine.utimes('/f', 1, 123_456_789, 2, 999_999_999);
    const out = new Float64Array(18);
    engine.stat('/f', out);
    expect([...out.subarray(10, 14)]).toEqual([1, 123_456_789, 2, 999_999_999]);
  });

  it.each([
    [0, 0],
    [-1, 500_000_000],
    [-(2 ** 31), 0],
    [2 ** 31, 1],
    [2 ** 32, 2],
    [4_102_444_800, 3],
    [2 ** 34 - 2 ** 31 - 1, 0],
  ])('%i s and %i ns are kept as they are', (seconds, nanoseconds) => {
    put('/f');
    engine.utimes('/f', seconds, nanoseconds, seconds, nanoseconds);
    const out = new Float64Array(18);
    engine.stat('/f', out);
    expect([...out.subarray(10, 14)]).toEqual([seconds, nanoseconds, seconds, nanoseconds]);
  });

  it('outside of what ext4 holds are clamped', () => {
    put('/f');
    engine.utimes('/f', -(2 ** 40), 5, 2 ** 40, 5);
    const out = new Float64Array(18);
    engine.stat('/f', out);
    expect([...out.subarray(10, 14)]).toEqual([-(2 ** 31), 0, 2 ** 34 - 2 ** 31 - 1, 0]);
  });

  it('a clock before the epoch works', () => {
    now = -1;
    put('/f');
    expect(timesOf('/f').mtime).toBe(-1);
  });

  it('relatime: a read moves the access time when it was not newer than the change, or a day old', () => {
    const read = (): void => {
      engine.readFile('/f', O_RDONLY, (size) => new Uint8Array(size));
    };
    const start = now;
    put('/f');
    now += 1000;
    read();
    expect(timesOf('/f').atime).toBe(start + 1000);
    now += 1000;
    read();
    expect(timesOf('/f').atime).toBe(start + 1000);
    now += 86_400_000;
    read();
    expect(timesOf('/f').atime).toBe(now);
    engine.utimes('/f', 4_000_000_000, 1, 4_000_000_000, 0);
    now += 1000;
    read();
    expect(timesOf('/f').atime).toBeCloseTo(4_000_000_000_000, -1);
  });

  it('utimes through links and on links', () => {
    put('/f');
    engine.symlink('f', '/l');
    engine.utimes('/l', 1, 0, 2, 0);
    expect(timesOf('/f').mtime).toBe(2000);
    expect(timesOf('/l').mtime).toBe(now);
    engine.lutimes('/l', 3, 0, 4, 0);
    expect(timesOf('/l').mtime).toBe(4000);
    expect(timesOf('/f').mtime).toBe(2000);
    const fd = engine.open('/f', O_RDONLY, 0);
    engine.futimes(fd, 5, 0, 6, 0);
    expect(timesOf('/f')).toMatchObject({ atime: 5000, mtime: 6000, ctime: now });
    expect(faultOf(() => engine.utimes('/missing', 1, 0, 1, 0))).toBe('ENOENT');
  });

  it('a change in a directory moves the times of the directory, not of its parents', () => {
    engine.mkdir('/d', 0o755);
    engine.mkdir('/d/e', 0o755);
    const before = timesOf('/d');
    now += 1000;
    put('/d/e/f');
    expect(timesOf('/d/e')).toMatchObject({ mtime: now, ctime: now });
    expect(timesOf('/d')).toEqual(before);
  });
});

describe('st_blocks', () => {
  it('counts the 4 KiB blocks that hold data', () => {
    put('/empty', 0);
    put('/one', 1);
    put('/exact', 4096);
    put('/more', 4097);
    put('/pages', 200_000);
    const blocks = ['/empty', '/one', '/exact', '/more', '/pages'].map((path) => statOf(path).blocks);
    expect(blocks).toEqual([0, 8, 8, 16, Math.ceil(200_000 / 4096) * 8]);
    engine.symlink('short', '/s');
    engine.symlink('x'.repeat(100), '/t');
    expect([statOf('/s').blocks, statOf('/t').blocks]).toEqual([0, 8]);
  });

  it('is what it would be counted anew, whatever was written, cut and preallocated (seed 7)', () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const fd = engine.open('/f', O_RDWR | O_CREAT, 0o644);
    for (let i = 0; i < 600; i++) {
      const at = random(1_000_000);
      const kind = random(10);
      if (kind < 6) engine.write(fd, new Uint8Array(1 + random(100_000)), 0, 1, at);
      else if (kind < 8) engine.ftruncate(fd, at);
      else if (kind === 8) engine.allocate(fd, at);
      else engine.write(fd, new Uint8Array(200_000), 0, 200_000, at);
      const { blocks } = statOf('/f');
      // A copy has the same chunks, and a page table that was never asked.
      engine.copyFile('/f', '/copy', 0);
      expect(blocks, `after ${i} calls`).toBe(statOf('/copy').blocks);
      expect(statOf('/f').blocks).toBe(blocks);
      engine.unlink('/copy');
    }
    engine.close(fd);
  });
});

describe('modes and owners', () => {
  it('chmod sets the permission bits and keeps the type', () => {
    put('/f');
    engine.chmod('/f', 0o100_4755);
    expect(statOf('/f').mode).toBe(0o4755);
    engine.symlink('f', '/l');
    engine.chmod('/l', 0o600);
    expect(statOf('/f').mode).toBe(0o600);
    expect(statOf('/l').mode).toBe(0o777);
  });

  it('chown sets both ids, -1 keeps one, and set-id bits go', () => {
    put('/f');
    engine.chmod('/f', 0o6755);
    engine.chown('/f', 12, -1);
    expect(statOf('/f')).toMatchObject({ uid: 12, gid: 0, mode: 0o755 });
    engine.chown('/f', -1, 34);
    expect(statOf('/f')).toMatchObject({ uid: 12, gid: 34 });
    engine.chown('/f', 0xffffffff, 0xffffffff);
    expect(statOf('/f')).toMatchObject({ uid: 12, gid: 34 });
    engine.symlink('f', '/l');
    engine.lchown('/l', 5, 6);
    expect(statOf('/l')).toMatchObject({ uid: 5, gid: 6 });
    expect(statOf('/f')).toMatchObject({ uid: 12, gid: 34 });
  });

  it('new files belong to the volume’s user, or to the group of a set-group-id directory', () => {
    engine = createVolume({ uid: 1000, gid: 1000, groups: [50] });
    engine.mkdir('/d', 0o755);
    engine.chown('/d', -1, 50);
    engine.chmod('/d', 0o2755);
    put('/d/f');
    engine.mkdir('/d/e', 0o755);
    expect(statOf('/d/f')).toMatchObject({ uid: 1000, gid: 50 });
    expect(statOf('/d/e')).toMatchObject({ gid: 50, mode: 0o2755 });
  });

  it('links count: a directory has two and one for each subdirectory', () => {
    engine.mkdir('/d', 0o755);
    engine.mkdir('/d/a', 0o755);
    engine.mkdir('/d/b', 0o755);
    put('/d/f');
    expect(statOf('/d').nlink).toBe(4);
    engine.rename('/d/a', '/a');
    expect(statOf('/d').nlink).toBe(3);
    expect(statOf('/').nlink).toBe(4);
    engine.rename('/a', '/d/b');
    expect(statOf('/d').nlink).toBe(3);
    engine.removeTree('/d');
    expect(statOf('/').nlink).toBe(2);
  });

  it('a file has at most 65,000 names', () => {
    put('/f');
    for (let i = 1; i < 65_000; i++) engine.link('/f', `/${i}`);
    expect(statOf('/f').nlink).toBe(65_000);
    expect(faultOf(() => engine.link('/f', '/one-more'))).toBe('EMLINK');
  }, 20_000);
});

describe('as a user who is not root', () => {
  beforeEach(() => {
    engine = createVolume({ uid: 1000, gid: 1000, umask: () => 0o022 });
  });

  it('the own bits decide, even against the owner', () => {
    put('/f');
    engine.chmod('/f', 0o077);
    expect(faultOf(() => engine.open('/f', O_RDONLY, 0))).toBe('EACCES');
    expect(faultOf(() => engine.truncate('/f', 0))).toBe('EACCES');
    engine.chmod('/f', 0o400);
    engine.close(engine.open('/f', O_RDONLY, 0));
    expect(faultOf(() => engine.open('/f', O_RDWR, 0))).toBe('EACCES');
  });

  it('a directory needs x to pass, w and x to change, r to list', () => {
    engine.mkdir('/d', 0o755);
    put('/d/f');
    const out = new Float64Array(18);
    engine.chmod('/d', 0o600);
    expect(engine.stat('/d/f', out)).toBe(-13);
    expect(engine.readdir('/d')).toEqual(['f']);
    engine.chmod('/d', 0o500);
    expect(engine.stat('/d/f', out)).toBe(0);
    expect(faultOf(() => engine.unlink('/d/f'))).toBe('EACCES');
    expect(faultOf(() => put('/d/g'))).toBe('EACCES');
    expect(faultOf(() => engine.rename('/d/f', '/g'))).toBe('EACCES');
    engine.chmod('/d', 0o300);
    expect(faultOf(() => engine.readdir('/d'))).toBe('EACCES');
    expect(faultOf(() => engine.opendir('/d'))).toBe('EACCES');
    engine.unlink('/d/f');
  });

  it('giving files away is for root', () => {
    put('/f');
    expect(faultOf(() => engine.chown('/f', 0, -1))).toBe('EPERM');
    expect(faultOf(() => engine.chown('/f', -1, 0))).toBe('EPERM');
    engine.chown('/f', 1000, 1000);
  });

  it('in a sticky directory only owners remove or rename', () => {
    const become = (uid: number): unknown => Object.assign(engine, { uid, gid: uid, privileged: uid === 0 });
    engine.mkdir('/tmp', 0o777);
    engine.chmod('/tmp', 0o1777);
    put('/tmp/mine');
    become(2000);
    put('/tmp/theirs');
    engine.mkdir('/tmp/d', 0o777);
    expect(faultOf(() => engine.unlink('/tmp/mine'))).toBe('EPERM');
    expect(faultOf(() => engine.rename('/tmp/mine', '/tmp/d/x'))).toBe('EPERM');
    expect(faultOf(() => engine.rename('/tmp/theirs', '/tmp/mine'))).toBe('EPERM');
    expect(faultOf(() => engine.removeTree('/tmp'))).toBe('EPERM');
    engine.unlink('/tmp/theirs');
    become(1000); // owns the directory
    engine.rmdir('/tmp/d');
    become(0);
    engine.unlink('/tmp/mine');
  });

  it("of someone else's, only plain files that may be read and written get another name", () => {
    const become = (uid: number): unknown => Object.assign(engine, { uid, gid: uid, privileged: uid === 0 });
    for (const [name, mode] of Object.entries({
      open: 0o666,
      shut: 0o644,
      setuid: 0o4666,
      setgid: 0o2676,
      locks: 0o2666,
    })) {
      put(`/${name}`);
      engine.chmod(`/${name}`, mode);
    }
    engine.mkdir('/d', 0o777);
    engine.chmod('/d', 0o777);
    engine.symlink('open', '/l');
    become(2000);
    expect(faultOf(() => engine.link('/open', '/d/open'))).toBe('ok');
    expect(faultOf(() => engine.link('/locks', '/d/locks'))).toBe('ok');
    for (const name of ['shut', 'setuid', 'setgid', 'l', 'd']) {
      expect(faultOf(() => engine.link(`/${name}`, '/d/x'))).toBe('EPERM');
    }
    become(0);
    expect(faultOf(() => engine.link('/shut', '/d/x'))).toBe('ok');
    expect(engine.readdir('/d').sort()).toEqual(['locks', 'open', 'x']);
  });

  it('removing a tree is refused whole when a part of it may not be removed', () => {
    engine.mkdirp('/t/a/b', 0o755);
    put('/t/a/b/f');
    put('/t/z');
    engine.chmod('/t/a/b', 0o500);
    expect(faultOf(() => engine.removeTree('/t'))).toBe('EACCES');
    expect(engine.readdir('/t')).toEqual(['a', 'z']);
    expect(engine.readdir('/t/a/b')).toEqual(['f']);
  });
});
