/** Going through trees: walk, and glob against a plain reference. */
import { describe, expect, it } from 'vitest';
import type { MemoryFileSystem } from '../../src/mfs/index.js';
import { createPrng, seeds } from '../helpers/prng.js';
import { codeOf, createMfs, put } from './helpers.js';

function filled(): MemoryFileSystem {
  const mfs = createMfs();
  for (const path of [
    '/a.txt',
    '/b.md',
    '/.hidden',
    '/src/main.ts',
    '/src/lib/util.ts',
    '/src/lib/util.test.ts',
    '/src/[x].ts',
    '/ü/日本.txt',
  ]) {
    mfs.importTree({ [path]: Buffer.from(path) });
  }
  mfs.mkdir('/empty');
  return mfs;
}

describe('walk', () => {
  it('goes from the top down, in order', () => {
    expect([...filled().walk()]).toEqual([
      ['/', ['empty', 'src', 'ü'], ['.hidden', 'a.txt', 'b.md']],
      ['/empty', [], []],
      ['/src', ['lib'], ['[x].ts', 'main.ts']],
      ['/src/lib', [], ['util.test.ts', 'util.ts']],
      ['/ü', [], ['日本.txt']],
    ]);
    expect([...filled().walk('src\\lib')]).toEqual([['/src/lib', [], ['util.test.ts', 'util.ts']]]);
  });

  it('is an error at once for what is no directory', () => {
    const mfs = filled();
    expect(codeOf(() => mfs.walk('/no'))).toBe('ENOENT');
    expect(codeOf(() => mfs.walk('/a.txt'))).toBe('ENOTDIR');
    expect(codeOf(() => mfs.walk('/..'))).toBe('ERR_INVALID_ARG_VALUE');
  });

  it('skips what vanishes, and shows what comes in time', () => {
    const mfs = filled();
    const seen: string[] = [];
    for (const [path] of mfs.walk()) {
      seen.push(path);
      if (path !== '/') continue;
      mfs.rmtree('/src');
      mfs.mkdir('/ü/new');
    }
    expect(seen).toEqual(['/', '/empty', '/ü', '/ü/new']);
  });

  it('lists links to directories and does not enter them', () => {
    const mfs = createMfs();
    mfs.mkdir('/d');
    mfs.engine.symlink('/', '/d/loop');
    mfs.engine.symlink('/nowhere', '/d/dangling');
    expect([...mfs.walk()]).toEqual([
      ['/', ['d'], []],
      ['/d', ['loop'], ['dangling']],
    ]);
  });

  it('goes as deep as a path can be long', () => {
    const mfs = createMfs();
    mfs.mkdir('/d'.repeat(2040));
    expect([...mfs.walk()]).toHaveLength(2041);
    expect(mfs.glob('/**')).toHaveLength(2040);
    mfs.rmtree('/d');
  });
});

describe('a tree deeper than a path can be long, which only a rename can make', () => {
  it('is never left out in silence', () => {
    const mfs = createMfs();
    mfs.mkdir('/d'.repeat(2000));
    mfs.mkdir('/e'.repeat(2000));
    put(mfs, `${'/e'.repeat(2000)}/f`, 'deep');
    mfs.rename('/e', `${'/d'.repeat(2000)}/e`);
    for (const call of [() => [...mfs.walk()], () => mfs.exportTree(), () => mfs.glob('/**')]) {
      expect(codeOf(call)).toBe('ENAMETOOLONG');
    }
    mfs.copyTree('/d', '/copy');
    expect(mfs.stats()).toMatchObject({ fileCount: 2, dirCount: 8001 });
    mfs.rmtree('/d');
    mfs.rmtree('/copy');
    expect(mfs.stats()).toMatchObject({ fileCount: 0, dirCount: 1 });
  });
});

describe('glob', () => {
  it.each<[string, string[]]>([
    ['/*.txt', ['/a.txt']],
    ['*.txt', ['/a.txt']],
    ['/*', ['/.hidden', '/a.txt', '/b.md', '/empty', '/src', '/ü']],
    ['/src/*.ts', ['/src/[x].ts', '/src/main.ts']],
    ['\\src\\*.ts', ['/src/[x].ts', '/src/main.ts']],
    ['/**/*.ts', ['/src/[x].ts', '/src/lib/util.test.ts', '/src/lib/util.ts', '/src/main.ts']],
    ['/src/**', ['/src/[x].ts', '/src/lib', '/src/lib/util.test.ts', '/src/lib/util.ts', '/src/main.ts']],
    ['/**/lib/**', ['/src/lib/util.test.ts', '/src/lib/util.ts']],
    ['/**/**/util.ts', ['/src/lib/util.ts']],
    ['/src/**/main.ts', ['/src/main.ts']],
    ['/?.??', ['/b.md']],
    ['/?', ['/ü']],
    ['/ü/??.txt', ['/ü/日本.txt']],
    ['/[ab].*', ['/a.txt', '/b.md']],
    ['/[!a].*', ['/b.md']],
    ['/[a-c]*', ['/a.txt', '/b.md']],
    ['/src/[[]x].ts', ['/src/[x].ts']],
    ['/src/[[]*', ['/src/[x].ts']],
    ['/src/[]]x', []],
    ['/[a', []],
    ['/src', ['/src']],
    ['/src/', ['/src']],
    ['/./src/../a.txt', ['/a.txt']],
    ['/', []],
    ['', []],
    ['/no/**', []],
    ['/a.txt/*', []],
  ])('%s', (pattern, paths) => {
    expect(filled().glob(pattern)).toEqual(paths);
  });

  it('refuses to climb', () => {
    expect(codeOf(() => filled().glob('/../*'))).toBe('ERR_INVALID_ARG_VALUE');
    expect(codeOf(() => filled().glob(1 as never))).toBe('ERR_INVALID_ARG_TYPE');
  });

  it('follows a link that is named, not one under **', () => {
    const mfs = createMfs();
    mfs.mkdir('/d');
    put(mfs, '/d/f', '');
    mfs.engine.symlink('/d', '/link');
    mfs.engine.symlink('/d', '/d/loop');
    expect(mfs.glob('/l*/f')).toEqual(['/link/f']);
    expect(mfs.glob('/**/f')).toEqual(['/d/f']);
  });

  it('a pattern of many stars takes no time', () => {
    const mfs = createMfs();
    put(mfs, `/${'a'.repeat(250)}`, '');
    const started = performance.now();
    expect(mfs.glob(`/${'*a'.repeat(60)}*b`)).toEqual([]);
    expect(performance.now() - started).toBeLessThan(200);
  });

  it.each(seeds(7))('agrees with a regular expression on random patterns (seed %i)', (seed) => {
    const random = createPrng(seed);
    const mfs = createMfs();
    const paths = new Set<string>();
    const name = (): string => Array.from({ length: random.between(1, 3) }, () => random.pick([...'ab-]'])).join('');
    for (let i = 0; i < 60; i++) {
      const parts = Array.from({ length: random.between(1, 4) }, name);
      if (codeOf(() => mfs.mkdir(`/${parts.join('/')}`, { existOk: true })) !== 'ok') continue;
      for (const index of parts.keys()) paths.add(`/${parts.slice(0, index + 1).join('/')}`);
    }
    const piece = (): string => random.pick(['*', '?', 'a', 'b', '-', '[ab]', '[!a]', '[a-b]', '[]-]', '[!]]']);
    for (let i = 0; i < 500; i++) {
      const components = Array.from({ length: random.between(1, 4) }, () =>
        random.chance(0.3) ? '**' : Array.from({ length: random.between(1, 3) }, piece).join(''),
      ).map((component) => (component !== '**' && /^\*+$/.test(component) ? '*' : component));
      const expected = [...paths].filter((path) => asRegExp(components).test(path)).sort();
      expect(mfs.glob(`/${components.join('/')}`), components.join('/')).toEqual(expected);
    }
  });
});

/** The same pattern, written as a regular expression by another route. */
function asRegExp(components: readonly string[]): RegExp {
  const source = components.map((component, index) => {
    if (component === '**') return index === components.length - 1 ? '(?:/[^/]+)+' : '(?:/[^/]+)*';
    return `/${component.replace(
      /\[(!?)(.[^\]]*)\]|[*?.-]/g,
      (match, not: string | undefined, set: string | undefined) => {
        if (set !== undefined) return `[${not ? '^/' : ''}${set.replace(/\]/g, '\\]').replace(/-$/, '\\-')}]`;
        return { '*': '[^/]*', '?': '[^/]' }[match] ?? `\\${match}`;
      },
    )}`;
  });
  return new RegExp(`^${source.join('')}$`);
}
