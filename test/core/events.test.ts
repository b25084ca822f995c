/**
 * Change events, call by call, in the terms in which libuv reports inotify:
 * what a watch on the directory and a watch on the object itself hear. The
 * table was taken from real watches on Linux.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { createVolume, type Engine, O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from '../../src/core/index.js';
import { faultOf } from '../helpers/errno-name.js';
import { expectClean } from '../helpers/snapshot.js';

let engine: Engine;
let heard: string[];

/** Notes what a watch hears: 'label: kind name', with '(self)' for the watched object. */
const listen = (label: string, path: string, recursive = false) =>
  engine.watch(path, recursive, ({ kind, name, self }) =>
    heard.push(`${label}: ${kind} ${name}${self ? ' (self)' : ''}`),
  );

const put = (path: string, size = 1, flags = O_WRONLY | O_CREAT): void =>
  engine.writeFile(path, new Uint8Array(size), flags, 0o644);

/** What is heard while `body` runs. */
const during = (body: () => void): string[] => {
  heard = [];
  body();
  return heard;
};

beforeEach(() => {
  engine = createVolume();
  heard = [];
  engine.mkdir('/d', 0o755);
  engine.mkdir('/d/sub', 0o755);
  put('/d/f');
  listen('D', '/d');
  listen('F', '/d/f');
  listen('S', '/d/sub');
});

describe('contents', () => {
  it('a write tells the directory and the file', () => {
    const fd = engine.open('/d/f', O_RDWR, 0);
    expect(during(() => engine.write(fd, new Uint8Array(3), 0, 3, 0)).sort()).toEqual([
      'D: change f',
      'F: change f (self)',
    ]);
    expect(during(() => engine.writev(fd, [new Uint8Array(3)], -1)).sort()).toEqual([
      'D: change f',
      'F: change f (self)',
    ]);
  });

  it('writing nothing, reading and syncing tell nobody', () => {
    const fd = engine.open('/d/f', O_RDWR, 0);
    const target = new Uint8Array(4);
    const quiet = (): void => {
      engine.write(fd, target, 0, 0, 0);
      engine.writev(fd, [], -1);
      engine.read(fd, target, 0, 4, 0);
      engine.readv(fd, [target], 0);
      engine.seek(fd, 0, 0);
      engine.fsync(fd);
      engine.allocate(fd, 0);
      engine.readFile('/d/f', O_RDONLY, (size) => new Uint8Array(size));
      engine.readdir('/d');
      engine.access('/d/f', 4);
      engine.close(fd);
    };
    expect(during(quiet)).toEqual([]);
  });

  it('truncation tells, even to the same size', () => {
    const fd = engine.open('/d/f', O_RDWR, 0);
    const expected = ['D: change f', 'F: change f (self)'];
    expect(during(() => engine.ftruncate(fd, 1)).sort()).toEqual(expected);
    expect(during(() => engine.truncate('/d/f', 0)).sort()).toEqual(expected);
    expect(during(() => engine.close(engine.open('/d/f', O_WRONLY | O_TRUNC, 0))).sort()).toEqual(expected);
  });

  it('follows the file when it is renamed, and falls silent for the directory when it is unlinked', () => {
    const fd = engine.open('/d/f', O_RDWR, 0);
    engine.rename('/d/f', '/d/g');
    expect(during(() => engine.write(fd, new Uint8Array(1), 0, 1, 0))).toContain('D: change g');
    engine.unlink('/d/g');
    expect(during(() => engine.write(fd, new Uint8Array(1), 0, 1, 0))).not.toContain('D: change g');
  });

  it('a write through a descriptor whose name is long gone tells no stranger', () => {
    for (let i = 0; i < 600; i++) engine.mkdir(`/d/${i}`, 0o755);
    const fd = engine.open('/d/last', O_RDWR | O_CREAT, 0o644);
    for (let i = 0; i < 600; i++) engine.rmdir(`/d/${i}`);
    engine.unlink('/d/last');
    expect(during(() => engine.write(fd, new Uint8Array(1), 0, 1, 0))).toEqual([]);
    put('/d/new');
    expect(during(() => engine.write(fd, new Uint8Array(1), 0, 1, 0))).toEqual([]);
    engine.close(fd);
  });
});

describe('attributes', () => {
  it('of a file: change', () => {
    const expected = ['D: change f', 'F: change f (self)'];
    const fd = engine.open('/d/f', O_RDWR, 0);
    expect(during(() => engine.chmod('/d/f', 0o600)).sort()).toEqual(expected);
    expect(during(() => engine.fchmod(fd, 0o600)).sort()).toEqual(expected);
    expect(during(() => engine.chown('/d/f', 1, 1)).sort()).toEqual(expected);
    expect(during(() => engine.fchown(fd, 1, 1)).sort()).toEqual(expected);
    expect(during(() => engine.utimes('/d/f', 1, 0, 1, 0)).sort()).toEqual(expected);
    expect(during(() => engine.futimes(fd, 1, 0, 1, 0)).sort()).toEqual(expected);
  });

  it('of a link: change, without following it', () => {
    engine.symlink('f', '/d/l');
    expect(during(() => engine.lchown('/d/l', 1, 1))).toEqual(['D: change l']);
    expect(during(() => engine.lutimes('/d/l', 1, 0, 1, 0))).toEqual(['D: change l']);
  });

  it('of a directory: rename, as libuv reads IN_ISDIR', () => {
    expect(during(() => engine.chmod('/d/sub', 0o700)).sort()).toEqual(['D: rename sub', 'S: rename sub (self)']);
  });
});

describe('names', () => {
  it('a new name tells its directory', () => {
    expect(during(() => engine.close(engine.open('/d/n1', O_WRONLY | O_CREAT, 0o644)))).toEqual(['D: rename n1']);
    expect(during(() => engine.mkdir('/d/n2', 0o755))).toEqual(['D: rename n2']);
    expect(during(() => engine.symlink('f', '/d/n3'))).toEqual(['D: rename n3']);
    expect(during(() => engine.mkdirp('/d/n4/n5', 0o755))).toEqual(['D: rename n4']);
    expect(during(() => put('/d/n6', 5))[0]).toBe('D: rename n6');
    expect(during(() => engine.copyFile('/d/f', '/d/n7', 0))[0]).toBe('D: rename n7');
    expect(during(() => engine.copyTree('/d/sub', '/d/n8'))).toEqual(['D: rename n8']);
  });

  it('a hard link tells its directory and the inode', () => {
    expect(during(() => engine.link('/d/f', '/d/hard')).sort()).toEqual(['D: rename hard', 'F: change f (self)']);
    expect(during(() => engine.unlink('/d/hard')).sort()).toEqual(['D: rename hard', 'F: change f (self)']);
  });

  it('unlink tells the inode that it lost a link, the directory, and the inode that it is gone', () => {
    expect(during(() => engine.unlink('/d/f'))).toEqual([
      'F: change f (self)',
      'D: rename f',
      'F: rename f (self)',
      'F: rename f (self)',
    ]);
  });

  it('an open file is gone at its last close only', () => {
    const first = engine.open('/d/f', O_RDONLY, 0);
    const second = engine.open('/d/f', O_RDONLY, 0);
    expect(during(() => engine.unlink('/d/f'))).toEqual(['F: change f (self)', 'D: rename f']);
    expect(during(() => engine.close(first))).toEqual([]);
    expect(during(() => engine.close(second))).toEqual(['F: rename f (self)', 'F: rename f (self)']);
  });

  it('rmdir tells the directory itself and its parent', () => {
    const sound = during(() => engine.rmdir('/d/sub'));
    expect(sound.filter((line) => line === 'D: rename sub')).toHaveLength(1);
    expect(sound.filter((line) => line === 'S: rename sub (self)')).toHaveLength(2);
  });

  it('rename tells both directories and the moved object', () => {
    engine.mkdir('/e', 0o755);
    listen('E', '/e');
    expect(during(() => engine.rename('/d/f', '/e/g'))).toEqual(['D: rename f', 'E: rename g', 'F: rename f (self)']);
    expect(during(() => engine.rename('/e/g', '/e/g'))).toEqual([]);
  });

  it('rename over a file ends the file that was there', () => {
    put('/d/other');
    listen('O', '/d/other');
    const sound = during(() => engine.rename('/d/f', '/d/other'));
    expect(sound.filter((line) => line.startsWith('O:'))).toEqual([
      'O: change other (self)',
      'O: rename other (self)',
      'O: rename other (self)',
    ]);
    expect(sound.filter((line) => line.startsWith('D:'))).toEqual(['D: rename f', 'D: rename other']);
  });

  it('a refused call tells nobody', () => {
    const refused = (): void => {
      faultOf(() => engine.mkdir('/d/f', 0o755));
      faultOf(() => engine.rmdir('/d/f'));
      faultOf(() => engine.unlink('/d/sub'));
      faultOf(() => engine.rename('/d/f', '/d/sub'));
      faultOf(() => engine.link('/d/sub', '/d/hard'));
      faultOf(() => engine.writeFile('/d/sub', new Uint8Array(1), O_WRONLY, 0));
      faultOf(() => engine.copyTree('/d/f', '/d/sub'));
      faultOf(() => engine.importTree([{ path: '/d/f/x', type: 'file' }]));
    };
    expect(during(refused)).toEqual([]);
  });
});

describe('watches', () => {
  it('are charged while open, and closing twice is no harm', () => {
    const { used } = engine.usage();
    const watch = engine.watch('/d', false, () => {});
    expect(watch.ino).toBe(engine.lookup('/d'));
    expect(engine.usage().used).toBeGreaterThan(used);
    watch.close();
    watch.close();
    expect(engine.usage().used).toBe(used);
    expectClean(engine);
  });

  it('hear nothing after they are closed, nor does closing one deafen another', () => {
    const first = listen('1', '/d');
    listen('2', '/d');
    first.close();
    expect(during(() => engine.mkdir('/d/n', 0o755)).sort()).toEqual(['2: rename n', 'D: rename n']);
  });

  it('may be closed by their own listener', () => {
    const watch = engine.watch('/d', false, () => watch.close());
    engine.mkdir('/d/n1', 0o755);
    engine.mkdir('/d/n2', 0o755);
    expectClean(engine);
  });

  it('are dead once the inode is gone, and stay charged until closed', () => {
    const { used } = engine.usage();
    put('/d/g');
    const watch = listen('G', '/d/g');
    engine.unlink('/d/g');
    put('/d/g');
    expect(during(() => engine.chmod('/d/g', 0o600))).toEqual(['D: change g']);
    watch.close();
    engine.unlink('/d/g');
    expect(engine.usage().used).toBe(used);
    expectClean(engine);
  });

  it('name the watched object by its own name, however the path was spelled', () => {
    listen('X', '/d/../d/sub//');
    expect(during(() => engine.chmod('/d/sub', 0o700))).toContain('X: rename sub (self)');
  });

  it('want something to watch', () => {
    expect(faultOf(() => engine.watch('/missing', false, () => {}))).toBe('ENOENT');
    engine.symlink('f', '/d/l');
    const through = engine.watch('/d/l', false, () => {});
    expect(through.ino).toBe(engine.lookup('/d/f'));
  });
});

describe('recursive watches', () => {
  it('hear everything below, by its path', () => {
    listen('R', '/', true);
    expect(during(() => engine.mkdir('/d/sub/deep', 0o755))).toContain('R: rename d/sub/deep');
    expect(during(() => put('/d/sub/deep/f'))).toContain('R: rename d/sub/deep/f');
    expect(during(() => engine.chmod('/d/sub/deep/f', 0o600))).toContain('R: change d/sub/deep/f');
    expect(during(() => engine.rename('/d/sub/deep', '/moved'))).toEqual(
      expect.arrayContaining(['R: rename d/sub/deep', 'R: rename moved']),
    );
    expect(during(() => put('/moved/g'))).toContain('R: rename moved/g');
    const removed = during(() => engine.removeTree('/moved'));
    expect(removed).toEqual(expect.arrayContaining(['R: rename moved/f', 'R: rename moved/g', 'R: rename moved']));
    expect(removed.at(-1)).toBe('R: rename moved');
  });

  it('hear their own directory as a plain watch does', () => {
    listen('R', '/d', true);
    expect(during(() => engine.mkdir('/d/n', 0o755)).sort()).toEqual(['D: rename n', 'R: rename n']);
  });

  it('hear nothing from outside', () => {
    listen('R', '/d/sub', true);
    expect(during(() => engine.mkdir('/d/n', 0o755))).toEqual(['D: rename n']);
    expect(during(() => put('/top'))).toEqual([]);
  });

  it('a watched tree that was removed is left in peace', () => {
    const watch = listen('R', '/d', true);
    engine.removeTree('/d');
    expect(during(() => put('/top'))).toEqual([]);
    watch.close();
    expect(during(() => put('/top2'))).toEqual([]);
    expectClean(engine);
  });
});

it('the import tells of what it made and of what it replaced', () => {
  const sound = during(() =>
    engine.importTree([
      { path: '/d/f', type: 'file', data: new Uint8Array(9) },
      { path: '/d/made/x', type: 'file', data: new Uint8Array(9) },
    ]),
  );
  expect(sound).toEqual(expect.arrayContaining(['F: change f (self)', 'D: change f', 'D: rename made']));
});

it('`changes` counts what happened and nothing else', () => {
  const counts = (body: () => unknown): boolean => {
    const before = engine.changes;
    body();
    return engine.changes > before;
  };
  const fd = engine.open('/d/f', O_RDWR, 0);
  expect(counts(() => engine.write(fd, new Uint8Array(1), 0, 1, 0))).toBe(true);
  expect(counts(() => engine.fchmod(fd, 0o600))).toBe(true);
  expect(counts(() => engine.futimes(fd, 1, 0, 1, 0))).toBe(true);
  expect(counts(() => engine.mkdir('/n', 0o755))).toBe(true);
  expect(counts(() => engine.rename('/n', '/m'))).toBe(true);
  expect(counts(() => engine.rmdir('/m'))).toBe(true);
  expect(counts(() => engine.link('/d/f', '/hard'))).toBe(true);
  expect(counts(() => engine.unlink('/hard'))).toBe(true);
  expect(counts(() => engine.readdir('/'))).toBe(false);
  expect(counts(() => engine.open('/d/f', O_RDONLY, 0))).toBe(false);
  expect(counts(() => engine.write(fd, new Uint8Array(1), 0, 0, 0))).toBe(false);
  expect(counts(() => faultOf(() => engine.mkdir('/d', 0o755)))).toBe(false);
});
