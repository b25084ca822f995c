/** Whole trees in one call: import, copy, removal, move, and directories made with their parents. */
import { beforeEach, describe, expect, it } from 'vitest';
import {
  createVolume,
  type Engine,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  type TreeEntry,
} from '../../src/core/index.js';
import { faultOf } from '../helpers/errno-name.js';
import { createPrng, effort, seeds } from '../helpers/prng.js';
import { expectClean, snapshot } from '../helpers/snapshot.js';

let engine: Engine;
let now: number;
const bytes = (text: string): Uint8Array => Buffer.from(text);
const content = (path: string): string =>
  Buffer.from(engine.readFile(path, O_RDONLY, (size) => new Uint8Array(size))).toString();
const put = (path: string, text: string): void => engine.writeFile(path, bytes(text), O_WRONLY | O_CREAT, 0o644);
const stat = (path: string): Float64Array => {
  const out = new Float64Array(18);
  expect(engine.lstat(path, out), path).toBe(0);
  return out;
};
/** Paths with their kind and content, for a look at a whole tree. */
const tree = (): string[] =>
  snapshot(engine).nodes.map(({ path, type, content: text }) =>
    type === 'symlink' ? `${path} -> ${text}` : type === 'directory' ? `${path}/` : path,
  );

beforeEach(() => {
  now = 1_700_000_000_000;
  engine = createVolume({ clock: () => now });
});

describe('importTree', () => {
  it('makes files, directories and links with their parents', () => {
    engine.importTree([
      { path: '/a/b/c', type: 'file', data: bytes('c') },
      { path: '/a/empty', type: 'directory' },
      { path: '/a/l', type: 'symlink', data: bytes('b/c') },
      { path: '/a/nothing', type: 'file' },
    ]);
    expect(tree()).toEqual(['//', '/a/', '/a/b/', '/a/b/c', '/a/empty/', '/a/l -> b/c', '/a/nothing']);
    expect(content('/a/l')).toBe('c');
    expectClean(engine);
  });

  it('honours mode and mtime, and starts generations at 0', () => {
    engine.importTree([
      { path: '/f', type: 'file', data: bytes('x'), mode: 0o600, mtimeMs: 1_234_567_891.5 },
      { path: '/d', type: 'directory', mode: 0o700, mtimeMs: 5000 },
      { path: '/d/in', type: 'file' },
      { path: '/plain', type: 'file' },
    ]);
    expect(stat('/f')[1] & 0o7777).toBe(0o600);
    expect([stat('/f')[12], stat('/f')[13]]).toEqual([1_234_567, 891_500_000]);
    expect(stat('/d')[1] & 0o7777).toBe(0o700);
    expect(stat('/plain')[1] & 0o7777).toBe(0o644);
    expect(engine.generation(engine.lookup('/f'))).toBe(0);
  });

  it('overwrites files in place and keeps other names of them', () => {
    put('/f', 'old content');
    engine.link('/f', '/hard');
    const ino = engine.lookup('/f');
    const fd = engine.open('/f', O_RDWR, 0);
    engine.importTree([{ path: '/f', type: 'file', data: bytes('new') }]);
    expect(engine.lookup('/f')).toBe(ino);
    expect(content('/hard')).toBe('new');
    const target = new Uint8Array(9);
    expect(engine.read(fd, target, 0, 9, 0)).toBe(3);
    expectClean(engine);
  });

  it('keeps nothing of the data it was given', () => {
    const data = new Uint8Array(100_000).fill(1);
    engine.importTree([{ path: '/f', type: 'file', data }]);
    data.fill(2);
    expect(engine.readFile('/f', O_RDONLY, (size) => new Uint8Array(size)).every((byte) => byte === 1)).toBe(true);
  });

  it('takes the last of two entries for one path', () => {
    engine.importTree([
      { path: '/f', type: 'file', data: bytes('first') },
      { path: '/x/../f', type: 'file', data: bytes('second') },
    ]);
    expect(content('/f')).toBe('second');
    expectClean(engine);
  });

  it('sees two spellings of one place through a link', () => {
    engine.mkdir('/d', 0o755);
    engine.symlink('d', '/l');
    faultOf(() =>
      engine.importTree([
        { path: '/l/x', type: 'file', data: bytes('1') },
        { path: '/d/x', type: 'file', data: bytes('22') },
      ]),
    );
    expect(engine.readdir('/d').length).toBeLessThanOrEqual(1);
    expectClean(engine);
  });

  it.each<[string, TreeEntry, string]>([
    ['a file over a directory', { path: '/d', type: 'file' }, 'EISDIR'],
    ['a directory over a file', { path: '/f', type: 'directory' }, 'EEXIST'],
    ['a file below a file', { path: '/f/x/y', type: 'file' }, 'ENOTDIR'],
    ['a link over a file', { path: '/f', type: 'symlink', data: bytes('t') }, 'EEXIST'],
    ['a link without a target', { path: '/n', type: 'symlink' }, 'ENOENT'],
    [
      'a link with too long a target',
      { path: '/n', type: 'symlink', data: new Uint8Array(4096).fill(97) },
      'ENAMETOOLONG',
    ],
    ['too long a name', { path: `/${'n'.repeat(256)}`, type: 'file' }, 'ENAMETOOLONG'],
    ['a file over a dangling link', { path: '/dangling', type: 'file' }, 'EEXIST'],
  ])('refuses %s, and makes none of the others', (_, entry, expected) => {
    engine.mkdir('/d', 0o755);
    put('/f', 'f');
    engine.symlink('nowhere', '/dangling');
    snapshot(engine);
    const before = snapshot(engine);
    const good: TreeEntry = { path: '/good/one', type: 'file', data: bytes('x') };
    expect(faultOf(() => engine.importTree([good, entry]))).toBe(expected);
    expect(faultOf(() => engine.importTree([entry, good]))).toBe(expected);
    expect(snapshot(engine)).toEqual(before);
    expectClean(engine);
  });

  it('refuses a list that contradicts itself', () => {
    const file: TreeEntry = { path: '/a', type: 'file' };
    const below: TreeEntry = { path: '/a/b', type: 'file' };
    for (const list of [
      [file, below],
      [below, file],
    ]) {
      expect(faultOf(() => engine.importTree(list))).not.toBe('ok');
      expect(engine.readdir('/')).toEqual([]);
    }
    expectClean(engine);
  });

  it('changes nothing when the list itself throws', () => {
    function* entries(): Iterable<TreeEntry> {
      yield { path: '/a', type: 'file', data: bytes('a') };
      throw new Error('the source failed');
    }
    expect(() => engine.importTree(entries())).toThrow('the source failed');
    expect(engine.readdir('/')).toEqual([]);
    expectClean(engine);
  });

  it('the root may be in the list, as a directory', () => {
    engine.importTree([
      { path: '/', type: 'directory', mode: 0o700 },
      { path: '/a', type: 'file' },
    ]);
    expect(tree()).toEqual(['//', '/a']);
    expect(stat('/')[1] & 0o7777).toBe(0o700);
    expect(faultOf(() => engine.importTree([{ path: '/', type: 'file' }]))).toBe('EISDIR');
    expect(faultOf(() => engine.importTree([{ path: `/${'a/'.repeat(2048)}`, type: 'directory' }]))).toBe(
      'ENAMETOOLONG',
    );
    expectClean(engine);
  });

  it('an empty list is no change', () => {
    const before = engine.changes;
    engine.importTree([]);
    expect(engine.changes).toBe(before);
  });

  it('as a user: asks for the right to write', () => {
    engine = createVolume({ uid: 1000, gid: 1000 });
    engine.mkdir('/d', 0o755);
    put('/d/f', 'f');
    engine.chmod('/d', 0o500);
    expect(faultOf(() => engine.importTree([{ path: '/d/new', type: 'file' }]))).toBe('EACCES');
    engine.importTree([{ path: '/d/f', type: 'file', data: bytes('g') }]);
    expect(content('/d/f')).toBe('g');
    engine.chmod('/d/f', 0o400);
    expect(faultOf(() => engine.importTree([{ path: '/d/f', type: 'file' }]))).toBe('EACCES');
    expectClean(engine);
  });
});

describe.each(seeds(77))('importTree against doing it by hand (seed %i)', (seed) => {
  it('gives the same tree, or none of it', () => {
    for (let round = 0; round < 300 * effort; round++) {
      const rng = createPrng(seed * 100_000 + round);
      const name = (): string => rng.pick(['a', 'b', 'c', 'a-long-name-that-needs-a-block']);
      const path = (): string => Array.from({ length: rng.between(1, 3) }, () => `/${name()}`).join('');
      const entry = (): TreeEntry => {
        const type = rng.pick(['file', 'file', 'directory', 'symlink'] as const);
        return {
          path: path(),
          type,
          data: new Uint8Array(1 + rng.int(20_000)).fill(97).subarray(0, type === 'symlink' ? 9 : 20_000),
        };
      };
      engine = createVolume({ clock: () => now });
      for (let i = rng.int(6); i > 0; i--) faultOf(() => engine.importTree([entry()]));
      snapshot(engine);
      const before = snapshot(engine);
      const entries = Array.from({ length: rng.between(1, 5) }, entry);
      const outcome = faultOf(() => engine.importTree(entries));
      expectClean(engine);
      if (outcome !== 'ok') {
        expect(snapshot(engine), `seed ${rng.seed}`).toEqual(before);
        continue;
      }
      for (const { path: at, type, data } of entries) {
        if (type === 'directory') expect(stat(at)[1] & 0o170000, at).toBe(0o040000);
        const last = entries.findLast((other) => other.path === at);
        if (type === 'file' && last?.data === data) expect(content(at).length).toBe(data?.length);
      }
    }
  });
});

describe('copyTree', () => {
  beforeEach(() => {
    engine.mkdir('/t', 0o750);
    put('/t/f', 'file');
    engine.chmod('/t/f', 0o640);
    engine.link('/t/f', '/t/hard');
    engine.symlink('f', '/t/l');
    engine.mkdir('/t/sub', 0o700);
    engine.writeFile('/t/sub/big', new Uint8Array(200_000).fill(7), O_WRONLY | O_CREAT, 0o644);
  });

  it('copies everything, links as links, modes kept', () => {
    engine.copyTree('/t', '/u');
    const below = (top: string): string[] => tree().filter((line) => line.startsWith(top));
    expect(below('/u').map((line) => line.replace('/u', '/t'))).toEqual(below('/t'));
    expect(stat('/u')[1] & 0o7777).toBe(0o750);
    expect(stat('/u/f')[1] & 0o7777).toBe(0o640);
    expect(stat('/u/f')[2]).toBe(1);
    expectClean(engine);
  });

  it('the copies are independent', () => {
    engine.copyTree('/t', '/u');
    engine.writeFile('/u/sub/big', bytes('x'), O_WRONLY, 0);
    engine.truncate('/t/f', 1);
    expect(stat('/t/sub/big')[8]).toBe(200_000);
    expect(engine.readFile('/t/sub/big', O_RDONLY, (size) => new Uint8Array(size))[0]).toBe(7);
    expect(content('/u/f')).toBe('file');
    engine.removeTree('/t');
    expect(content('/u/hard')).toBe('file');
    expectClean(engine);
  });

  it('refuses a place that is taken, missing, or inside itself', () => {
    expect(faultOf(() => engine.copyTree('/t', '/t'))).toBe('EEXIST');
    expect(faultOf(() => engine.copyTree('/t', '/t/sub'))).toBe('EEXIST');
    expect(faultOf(() => engine.copyTree('/t', '/t/sub/new'))).toBe('EINVAL');
    expect(faultOf(() => engine.copyTree('/t', '/missing/new'))).toBe('ENOENT');
    expect(faultOf(() => engine.copyTree('/missing', '/new'))).toBe('ENOENT');
    expect(faultOf(() => engine.copyTree('/t/f', '/new/'))).not.toBe('ok');
    expectClean(engine);
  });

  it('copies a link, not what it points to', () => {
    engine.symlink('t', '/to-t');
    engine.copyTree('/to-t', '/copy');
    expect(engine.readlink('/copy')).toBe('t');
  });
});

describe('removeTree', () => {
  it('removes what it is told and nothing else', () => {
    engine.mkdirp('/t/a/b/c', 0o755);
    put('/t/a/f', 'f');
    put('/keep', 'k');
    engine.symlink('/keep', '/t/l');
    engine.link('/keep', '/t/hard');
    engine.removeTree('/t');
    expect(tree()).toEqual(['//', '/keep']);
    expect(stat('/keep')[2]).toBe(1);
    expectClean(engine);
  });

  it('removes a file, and knows its limits', () => {
    put('/f', 'f');
    engine.mkdir('/d', 0o755);
    expect(faultOf(() => engine.removeTree('/f/'))).toBe('ENOTDIR');
    engine.removeTree('/f');
    expect(faultOf(() => engine.removeTree('/f'))).toBe('ENOENT');
    expect(faultOf(() => engine.removeTree('/'))).toBe('EBUSY');
    expect(faultOf(() => engine.removeTree('/d/.'))).toBe('EINVAL');
    expect(faultOf(() => engine.removeTree('/d/..'))).toBe('EINVAL');
    expectClean(engine);
  });

  it.each(['at once', 'name by name, for a watcher', 'name by name, for a directory stream'])('%s', (way) => {
    put('/keep', 'k');
    const before = engine.quota.used;
    // Files before, between and after the directories, with names that need a block of their own among them.
    for (const directory of ['/t', '/t/a', '/t/a/b', '/t/c']) {
      engine.mkdir(directory, 0o755);
      for (let i = 0; i < 300; i++) put(`${directory}/${i % 7 === 0 ? 'long name '.repeat(5) : ''}${i}`, `${i}`);
    }
    engine.symlink('/keep', '/t/a/link');
    engine.link('/keep', '/t/a/b/hard');
    const fd = engine.open('/t/c/1', O_RDONLY, 0);
    const stream = engine.opendir(way.endsWith('stream') ? '/t/a' : '/');
    stream.next();
    if (!way.endsWith('stream')) stream.close();
    const watch = way.endsWith('watcher') ? engine.watch('/t', true, () => {}) : undefined;
    now += 5000;
    engine.removeTree('/t');
    expect(tree()).toEqual(['//', '/keep']);
    // One name less, and changed at the time of the removal.
    expect([stat('/keep')[2], stat('/keep')[14]]).toEqual([1, now / 1000]);
    expect(engine.read(fd, new Uint8Array(9), 0, 9, 0)).toBe(1);
    if (way.endsWith('stream')) {
      expect(stream.next()).toBe(false);
      stream.close();
    }
    watch?.close();
    engine.close(fd);
    expect(engine.quota.used).toBe(before);
    expectClean(engine);
  });

  it.each([10, 1000])('finds all names that stay, %s beside 500 that go', (others) => {
    engine.mkdir('/stays', 0o755);
    for (let i = 0; i < others; i++) put(`/stays/${i}`, `${i}`);
    engine.mkdirp('/t/a/b', 0o755);
    for (let i = 0; i < 500; i++) put(`/t/a${i % 2 === 0 ? '' : '/b'}/${i}`, 'x');
    engine.removeTree('/t');
    for (let i = 0; i < others; i++) expect(content(`/stays/${i}`)).toBe(`${i}`);
    expect(engine.readdir('/stays')).toHaveLength(others);
    expectClean(engine);
  });

  it('leaves open directories, which are empty then', () => {
    const before = engine.quota.used;
    engine.mkdirp('/t/a/b', 0o755);
    put('/t/a/f', 'f');
    const fd = engine.open('/t/a', O_RDONLY, 0);
    now += 5000;
    engine.removeTree('/t');
    const out = new Float64Array(18);
    expect(engine.fstat(fd, out)).toBe(0);
    // No link is left, and it changed at the time of the removal.
    expect([out[2], out[12], out[14]]).toEqual([0, now / 1000, now / 1000]);
    expectClean(engine);
    engine.close(fd);
    expect(engine.quota.used).toBe(before);
    expectClean(engine);
  });

  it('leaves open files usable', () => {
    engine.mkdir('/d', 0o755);
    put('/d/f', 'still here');
    const fd = engine.open('/d/f', O_RDONLY, 0);
    engine.removeTree('/d');
    const target = new Uint8Array(10);
    engine.read(fd, target, 0, 10, 0);
    expect(Buffer.from(target).toString()).toBe('still here');
    engine.close(fd);
    expect(engine.usage().used).toBe(0);
  });
});

describe('move', () => {
  it('renames, making the parents that are missing', () => {
    put('/f', 'f');
    engine.move('/f', '/a/b/c');
    expect(content('/a/b/c')).toBe('f');
    engine.move('/a/b/c', '/f');
    engine.move('/a', '/z');
    expect(tree()).toEqual(['//', '/f', '/z/', '/z/b/']);
    expectClean(engine);
  });

  it('leaves no parent behind when it is refused', () => {
    put('/f', 'f');
    engine.mkdir('/d', 0o755);
    snapshot(engine);
    const before = snapshot(engine);
    expect(faultOf(() => engine.move('/missing', '/x/y'))).toBe('ENOENT');
    expect(faultOf(() => engine.move('/d', '/d/x/y'))).toBe('EINVAL');
    expect(faultOf(() => engine.move('/f', '/f/x'))).toBe('ENOTDIR');
    expect(faultOf(() => engine.move('/f', '/d'))).toBe('EISDIR');
    expect(faultOf(() => engine.move('/f', `/x/${'n'.repeat(256)}`))).toBe('ENAMETOOLONG');
    expect(snapshot(engine)).toEqual(before);
    expectClean(engine);
  });
});

describe('mkdirp', () => {
  it('says the first directory it made', () => {
    expect(engine.mkdirp('/a/b/c', 0o755)).toBe('/a');
    expect(engine.mkdirp('/a/b/c', 0o755)).toBeUndefined();
    expect(engine.mkdirp('/a/b/d/e', 0o755)).toBe('/a/b/d');
    expect(engine.mkdirp('/', 0o755)).toBeUndefined();
    expectClean(engine);
  });

  it('stops at what is no directory', () => {
    put('/f', 'f');
    expect(faultOf(() => engine.mkdirp('/f', 0o755))).toBe('EEXIST');
    expect(faultOf(() => engine.mkdirp('/f/a', 0o755))).toBe('ENOTDIR');
    expect(faultOf(() => engine.mkdirp('/f/a/b', 0o755))).toBe('ENOTDIR');
    engine.symlink('nowhere', '/dangling');
    expect(faultOf(() => engine.mkdirp('/dangling/x', 0o755))).toBe('ENOENT');
    expect(faultOf(() => engine.mkdirp('', 0o755))).toBe('ENOENT');
  });
});

describe('mkdtemp', () => {
  it('appends six characters of its own choosing', () => {
    const made = new Set(Array.from({ length: 50 }, () => engine.mkdtemp('/tmp-')));
    expect(made.size).toBe(50);
    for (const path of made) {
      expect(path).toMatch(/^\/tmp-[A-Za-z0-9]{6}$/);
      expect(stat(path)[1]).toBe(0o040700);
    }
  });

  it('tries again when the name is taken, and gives up at last', () => {
    const names = ['taken1', 'taken1', 'free11'];
    engine = createVolume({ randomName: () => names.shift() ?? 'free11' });
    expect(engine.mkdtemp('/x')).toBe('/xtaken1');
    expect(engine.mkdtemp('/x')).toBe('/xfree11');
    expect(faultOf(() => engine.mkdtemp('/x'))).toBe('EEXIST');
    expect(faultOf(() => engine.mkdtemp('/missing/x'))).toBe('ENOENT');
  });
});
