/**
 * From a path to an inode, as path_resolution(7) says. The model tests find the
 * odd combinations; here each rule stands by itself.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { createVolume, type Engine, O_CREAT, O_NOFOLLOW, O_RDONLY, O_WRONLY } from '../../src/core/index.js';
import { errnoName, faultOf } from '../helpers/errno-name.js';
import { expectClean } from '../helpers/snapshot.js';

let engine: Engine;
const touch = (path: string): void => engine.writeFile(path, new Uint8Array(0), O_WRONLY | O_CREAT, 0o644);
/** Where a path leads, or why it does not. */
const resolve = (path: string): string => {
  const ino = engine.lookup(path);
  return ino < 0 ? errnoName(ino) : engine.realpath(path);
};
const NAME_MAX = 'n'.repeat(255);

beforeEach(() => {
  engine = createVolume();
  engine.mkdir('/a', 0o755);
  engine.mkdir('/a/b', 0o755);
  touch('/a/b/f');
});

describe('plain paths', () => {
  it.each([
    ['/', '/'],
    ['//', '/'],
    ['/.', '/'],
    ['/..', '/'],
    ['/../../a', '/a'],
    ['/a/', '/a'],
    ['//a///b//', '/a/b'],
    ['/a/./b/../b/f', '/a/b/f'],
    ['/a/b/..', '/a'],
    ['/a/b/../..', '/'],
    ['/a/b/f/', 'ENOTDIR'],
    ['/a/b/f/.', 'ENOTDIR'],
    ['/a/b/f/..', 'ENOTDIR'],
    ['/a/b/f/x', 'ENOTDIR'],
    ['/x', 'ENOENT'],
    ['/x/..', 'ENOENT'],
    ['/a/x/b', 'ENOENT'],
    ['', 'ENOENT'],
    ['/...', 'ENOENT'],
    ['/.a', 'ENOENT'],
    ['/a.', 'ENOENT'],
  ])('%j is %j', (path, expected) => {
    expect(resolve(path)).toBe(expected);
  });

  it('tells names apart by every byte', () => {
    const names = ['e\xcc\x81', '\xc3\xa9', 'E', 'e', '\xff', '\xfe', ' ', '\\', '\x01'];
    for (const name of names) engine.mkdir(`/a/${name}`, 0o755);
    expect(engine.readdir('/a').sort()).toEqual([...names, 'b'].sort());
    for (const name of names) expect(resolve(`/a/${name}`)).toBe(`/a/${name}`);
  });
});

describe('limits', () => {
  it('a name has at most 255 bytes', () => {
    engine.mkdir(`/${NAME_MAX}`, 0o755);
    expect(resolve(`/${NAME_MAX}`)).toBe(`/${NAME_MAX}`);
    expect(resolve(`/${NAME_MAX}x`)).toBe('ENAMETOOLONG');
    expect(resolve(`/${NAME_MAX}x/y`)).toBe('ENAMETOOLONG');
    expect(resolve(`/missing/${NAME_MAX}x`)).toBe('ENOENT');
    expect(faultOf(() => engine.mkdir(`/${NAME_MAX}x`, 0o755))).toBe('ENAMETOOLONG');
    expect(faultOf(() => engine.rename('/a', `/${NAME_MAX}x`))).toBe('ENAMETOOLONG');
    expect(faultOf(() => engine.symlink('t', `/${NAME_MAX}x`))).toBe('ENAMETOOLONG');
    expect(faultOf(() => engine.open(`/${NAME_MAX}x`, O_WRONLY | O_CREAT, 0o644))).toBe('ENAMETOOLONG');
  });

  it('a path has at most 4095 bytes and its zero', () => {
    const padded = (length: number): string =>
      '/.'
        .repeat((length - 3) / 2)
        .concat('//a')
        .slice(-length);
    expect(resolve(padded(4095))).toBe('/a');
    expect(padded(4095)).toHaveLength(4095);
    expect(resolve(`/${padded(4095)}`)).toBe('ENAMETOOLONG');
    expect(faultOf(() => engine.mkdir(`/${'x/'.repeat(2048)}`, 0o755))).toBe('ENAMETOOLONG');
  });

  it('directories may nest deeper than any path', () => {
    engine.mkdir('/top', 0o755);
    for (let i = 0; i < 3000; i++) {
      engine.mkdir('/outer', 0o755);
      engine.rename('/top', '/outer/top');
      engine.rename('/outer', '/top');
    }
    expectClean(engine);
    engine.copyTree('/top', '/copy');
    expectClean(engine);
    engine.removeTree('/top');
    engine.removeTree('/copy');
    expect(engine.readdir('/')).toEqual(['a']);
    expectClean(engine);
  });
});

describe('symbolic links', () => {
  it('are followed from the directory they are in', () => {
    engine.symlink('../a/b', '/a/up');
    engine.symlink('b/f', '/a/down');
    engine.symlink('/a/b', '/absolute');
    engine.symlink('.', '/a/dot');
    expect(resolve('/a/up/f')).toBe('/a/b/f');
    expect(resolve('/a/down')).toBe('/a/b/f');
    expect(resolve('/absolute/../b')).toBe('/a/b');
    expect(resolve('/a/dot/dot/dot/b')).toBe('/a/b');
    expect(resolve('/a/down/x')).toBe('ENOTDIR');
  });

  it("take '..' from where they lead, not from where they are", () => {
    engine.mkdir('/far', 0o755);
    engine.mkdir('/far/away', 0o755);
    engine.symlink('/far/away', '/a/link');
    expect(resolve('/a/link/..')).toBe('/far');
  });

  it('a chain of 40 is followed, 41 are ELOOP', () => {
    touch('/l0');
    for (let i = 1; i <= 41; i++) engine.symlink(`l${i - 1}`, `/l${i}`);
    expect(resolve('/l40')).toBe('/l0');
    expect(resolve('/l41')).toBe('ELOOP');
    expect(engine.lstat('/l41', new Float64Array(18))).toBe(0);
  });

  it('counts all links of a path, not only a chain', () => {
    engine.symlink('.', '/a/s');
    expect(resolve(`/a${'/s'.repeat(40)}/b`)).toBe('/a/b');
    expect(resolve(`/a${'/s'.repeat(41)}/b`)).toBe('ELOOP');
  });

  it('a loop is ELOOP, a dangling link ENOENT', () => {
    engine.symlink('y', '/x');
    engine.symlink('x', '/y');
    engine.symlink('nowhere', '/dangling');
    expect(resolve('/x')).toBe('ELOOP');
    expect(resolve('/x/z')).toBe('ELOOP');
    expect(resolve('/dangling')).toBe('ENOENT');
    expect(faultOf(() => engine.realpath('/x'))).toBe('ELOOP');
    expect(faultOf(() => engine.open('/x', O_WRONLY | O_CREAT, 0o644))).toBe('ELOOP');
  });

  it('a trailing slash follows, O_NOFOLLOW does not', () => {
    engine.symlink('a', '/link');
    const out = new Float64Array(18);
    engine.lstat('/link', out);
    expect(out[1] & 0o170000).toBe(0o120000);
    engine.lstat('/link/', out);
    expect(out[1] & 0o170000).toBe(0o040000);
    expect(faultOf(() => engine.open('/link', O_RDONLY | O_NOFOLLOW, 0))).toBe('ELOOP');
    engine.symlink('a/b/f', '/file');
    expect(engine.lstat('/file/', out)).toBeLessThan(0);
    expect(faultOf(() => engine.readlink('/link/'))).toBe('EINVAL');
  });

  it('creating through a dangling link makes its target', () => {
    engine.symlink('a/new', '/link');
    touch('/link');
    expect(resolve('/link')).toBe('/a/new');
    engine.symlink('missing/new', '/bad');
    expect(faultOf(() => touch('/bad'))).toBe('ENOENT');
  });

  it('removing through a link never touches what it points to', () => {
    engine.symlink('a', '/link');
    expect(faultOf(() => engine.rmdir('/link'))).toBe('ENOTDIR');
    expect(faultOf(() => engine.rmdir('/link/'))).toBe('ENOTDIR');
    expect(faultOf(() => engine.unlink('/link/'))).toBe('ENOTDIR');
    expect(faultOf(() => engine.removeTree('/link/'))).toBe('ENOTDIR');
    engine.removeTree('/link');
    expect(resolve('/link')).toBe('ENOENT');
    expect(resolve('/a/b/f')).toBe('/a/b/f');
    engine.symlink('/a/b', '/a/inside');
    engine.mkdir('/tree', 0o755);
    engine.symlink('/a', '/tree/out');
    engine.removeTree('/tree');
    expect(resolve('/a/b/f')).toBe('/a/b/f');
    engine.unlink('/a/inside');
    expect(resolve('/a/b/f')).toBe('/a/b/f');
    expectClean(engine);
  });

  it('targets of every length are kept', () => {
    for (const length of [1, 7, 8, 16, 17, 59, 60, 64, 65, 255, 256, 1023, 4095]) {
      const target = 'abcdefg/'.repeat(512).slice(0, length);
      engine.symlink(target, `/t${length}`);
      expect(engine.readlink(`/t${length}`)).toBe(target);
    }
    expect(faultOf(() => engine.symlink('t'.repeat(4096), '/t'))).toBe('ENAMETOOLONG');
    expect(faultOf(() => engine.symlink('', '/t'))).toBe('ENOENT');
    expectClean(engine);
  });
});

describe('access and lookup', () => {
  it('lookup gives the inode number that stat gives', () => {
    const out = new Float64Array(18);
    engine.stat('/a/b/f', out);
    expect(engine.lookup('/a/b/f')).toBe(out[7]);
    const fd = engine.open('/a/b/f', O_RDONLY, 0);
    expect(engine.inodeOf(fd)).toBe(out[7]);
    expect(engine.ownsFd(fd)).toBe(true);
    engine.close(fd);
    expect(engine.ownsFd(fd)).toBe(false);
    expect(faultOf(() => engine.inodeOf(fd))).toBe('EBADF');
  });

  it('root may read and write anything, but execute only what someone may', () => {
    engine.chmod('/a/b/f', 0o000);
    expect(engine.access('/a/b/f', 6)).toBe(0);
    expect(errnoName(engine.access('/a/b/f', 1))).toBe('EACCES');
    engine.chmod('/a/b', 0o000);
    expect(engine.access('/a/b', 7)).toBe(0);
    engine.chmod('/a/b/f', 0o001);
    expect(engine.access('/a/b/f', 1)).toBe(0);
    expect(errnoName(engine.access('/missing', 0))).toBe('ENOENT');
  });
});
