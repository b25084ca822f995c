/** Helper of the facade tests: a tree with something of everything, and what is copied in it. */
import type { Fs } from './side-by-side.js';

export type CopyOptions = Record<string, unknown>;
export type CopyCase = readonly [source: string, destination: string, options?: CopyOptions];

export function plantAll(fs: Fs): void {
  const make = (tree: Record<string, unknown>, at: string): void => {
    for (const [name, content] of Object.entries(tree)) {
      const full = `${at}${name}`;
      if (typeof content !== 'string') {
        fs.mkdirSync(full);
        make(content as Record<string, unknown>, `${full}/`);
      } else if (content.startsWith('>')) fs.symlinkSync(content.slice(1), full);
      else fs.writeFileSync(full, content);
    }
  };
  make(
    {
      src: { a: 'aaa', sub: { b: 'bb', deep: {} }, rel: '>a', reldir: '>sub', dang: '>nowhere' },
      nice: { a: 'aaa', sub: { b: 'bb', deep: { c: 'c' } }, rel: '>a', reldir: '>sub' },
      f: 'ff',
      g: 'gggg',
      dst: { sub: {}, a: 'old', only: 'o' },
      lf: '>f',
      ls: '>src',
      ld: '>nope',
      lg: '>g',
      emp: {},
      rs: { l: '>../src' },
      rd: { l: '>../src/sub' },
      ls1: { x: '>../f' },
      ls2: { x: 'X' },
      ro: { f: '1' },
      A: { x: '1' },
      B: { x: {} },
      A2: { x: {} },
      B2: { x: '1' },
      A3: { x: '>../f' },
      B3: { x: {} },
      B4: { x: '>../g' },
      A6: { d: '>../src/sub', e: '>../f' },
      A8: { x: '>../f' },
      B8: { x: '>dangling' },
      A9: { l: '>../viaL/f', m: '>../nodir/../z' },
      viaL: '>.',
      B10: { x: '>dang' },
      A11: { x: { y: '1' } },
      B11: { x: '>../emp2' },
      emp2: {},
      B12: { x: '>../f' },
      A13: { d: { f: '1' }, l: '>d' },
      sp: '>emp2',
      via: '>fresh/../src/sub',
      viaf: '>fresh/../f',
      long: { deep: { l: `>${'y'.repeat(4095)}` } },
    },
    '',
  );
  fs.linkSync('g', 'g2');
  fs.linkSync('dst/a', 'dsta');
  fs.chmodSync('src/sub/b', 0o741);
  fs.chmodSync('f', 0o640);
  fs.chmodSync('ro/f', 0o444);
  fs.utimesSync('src/a', 1000, 2000.123456);
  fs.utimesSync('f', 1000.5, 2000.75);
  fs.utimesSync('src/sub', 1500, 2500);
  fs.chmodSync('src/sub', 0o751);
  fs.utimesSync('src', 1600, 2600);
  fs.chmodSync('src', 0o711);
  fs.utimesSync('A13/d', 1111, 2222);
}

export const R = { recursive: true };
export const cases: CopyCase[] = [
  ['f', 'new'],
  ['f', 'g'],
  ['f', 'g', { force: false }],
  ['f', 'g', { force: false, errorOnExist: true }],
  ['f', 'f'],
  ['lf', 'f'],
  ['f', 'lf'],
  ['f', 'lg'],
  ['lf', 'new'],
  ['lf', 'new', { verbatimSymlinks: true }],
  ['lf', 'new', { dereference: true }],
  ['lf', 'g'],
  ['lf', 'lg'],
  ['ld', 'new'],
  ['ld', 'new', { dereference: true }],
  ['missing', 'new'],
  ['missing/x', 'new'],
  ['f/x', 'new'],
  ['f', 'g/x'],
  ['f', 'a/b/c/new'],
  ['src', 'new'],
  ['src', 'new', R],
  ['src', 'dst'],
  ['src', 'dst', R],
  ['src', 'dst', { ...R, force: false }],
  ['src', 'dst', { ...R, errorOnExist: true }],
  ['src', 'f', R],
  ['f', 'dst'],
  ['f', 'dst', R],
  ['src', 'src', R],
  ['src', 'src/x', R],
  ['src', 'src/sub/x', R],
  ['src', 'ls', R],
  ['ls', 'new', R],
  ['ls', 'new'],
  ['ls', 'dst', R],
  ['nice', 'new', { ...R, dereference: true }],
  ['src', 'new', { ...R, verbatimSymlinks: true }],
  ['src', 'new', { ...R, preserveTimestamps: true }],
  ['f', 'new', { preserveTimestamps: true }],
  ['f', 'g', { preserveTimestamps: true }],
  ['f', 'new', { mode: 1 }],
  ['f', 'g', { mode: 1 }],
  ['f', 'g', { mode: 1, force: false }],
  ['src', 'a/b/new', R],
  ['emp', 'new', R],
  ['emp', 'new'],
  ['emp', 'dst', R],
  ['src', 'emp', R],
  ['rs', 'rd', R],
  ['rd', 'rs', R],
  ['rs', 'rs2', R],
  ['ls1', 'ls2', R],
  ['ls1', 'ls2', { ...R, force: false }],
  ['ls2', 'ls1', R],
  ['ls2', 'ls1', { ...R, force: false, errorOnExist: true }],
  ['ls1', 'ls1x', { ...R, dereference: true }],
  ['ro', 'new', { ...R, preserveTimestamps: true }],
  ['ro/f', 'new', { preserveTimestamps: true }],
  ['ro/f', 'g'],
  ['src/sub', '.', R],
  ['src', '.', R],
  ['./src', './new', R],
  ['src', 'new', { ...R, filter: 'even' }],
  ['src', 'dst', { ...R, filter: 'even' }],
  ['src', 'new', { ...R, filter: 'none' }],
  ['src', 'new', { ...R, filter: 'all' }],
  ['src', 'dst', { ...R, filter: 'all' }],
  ['src', 'new', { ...R, filter: 'all', preserveTimestamps: true }],
  ['rs', 'rd', { ...R, filter: 'all' }],
  ['src', 'dst', { ...R, filter: 'all', force: false }],
  ['', 'new'],
  ['f', ''],
  ['f', 'dst/'],
  ['f', 'dst/only/'],
  ['g', 'g2'],
  ['src/rel', 'src/rel'],
  ['src/rel', 'new2'],
  ['src/reldir', 'new2', R],
  ['src/reldir', 'new2'],
  ['A', 'B', R],
  ['A3', 'B3', R],
  ['A3', 'B4', R],
  ['A3', 'B4', { ...R, verbatimSymlinks: true }],
  ['A3', 'B2', { ...R, verbatimSymlinks: true }],
  ['A6', 'new', { ...R, dereference: true }],
  ['A3', 'B2', { ...R, dereference: true }],
  ['A3', 'B2', { ...R, dereference: true, force: false }],
  ['A8', 'B8', R],
  ['A9', 'new', R],
  ['viaL/A9', 'new', R],
  ['A', 'B10', R],
  ['A11', 'B11', R],
  ['A', 'B12', R],
  ['A', 'B', { ...R, force: false }],
  ['A3', 'B2', R],
  ['A13', 'new', { ...R, preserveTimestamps: true, verbatimSymlinks: true }],
  ['A8', 'B8', { ...R, verbatimSymlinks: true }],
  ['sp', 'sp2'],
  ['sp', 'f'],
  ['sp/', 'sp2', R],
  ['src', 'f/new', R],
  ['f', 'g/x/y'],
  ['src', 'g/x', R],
  ['f', 'f/x', R],
  ['f', 'f//x', R],
  ['f', 'g//x', R],
  ['f', 'g/x', { dereference: true }],
  ['src', 'g/x', { ...R, dereference: true }],
  ['src', 'g/x/y', { ...R, dereference: true }],
  ['emp', 'missing/../new', R],
  ['f', 'missing/../new'],
  ['emp', 'missing/deep/../../new', R],
  ['emp', 'ld/t', R],
  ['f', 'ld/t'],
  ['lf', 'ld/t'],
  ['emp', 'g/../emp', R],
  ['viaL', 'v2', R],
  ['f', 'g', { mode: 4, force: false }],
  ['A', 'B', { ...R, filter: 'all' }],
  ['A', 'A13', { ...R, filter: 'all' }],
  ['A2', 'B2', { ...R, filter: 'all' }],
  ['A11', 'B2', { ...R, filter: 'all' }],
  ['A11', 'B2', { ...R, filter: 'all', dereference: true }],
  ['A11', 'B', { ...R, filter: 'all' }],
  ['A', 'A11', { ...R, filter: 'all' }],
  ['A3', 'B3', { ...R, filter: 'all' }],
  ['A', 'missing/../f', { ...R, filter: 'all' }],
  ['A', 'missing/./deep/../../emp', { ...R, filter: 'all' }],
  ['long', 'new', { ...R, verbatimSymlinks: true }],
  // Links that lead somewhere once the copy has made the parents of its destination.
  ['via', 'fresh/x', { ...R, dereference: true }],
  ['via', 'fresh/x', { ...R, dereference: true, preserveTimestamps: true }],
  ['via', 'fresh/x', { ...R, dereference: true, filter: 'all' }],
  ['via', 'fresh/deep/x', R],
  ['viaf', 'fresh/x', { dereference: true }],
  ['viaf', 'fresh/../g', { dereference: true }],
];

/** Native Node aborts the whole process on these. */
export const onlyLater: CopyCase[] = [
  ['f', 'ld'],
  ['src', 'ls/x', R],
  ['.', 'new', R],
  ['A2', 'B2', R],
];
const filters: Record<string, (source: string) => boolean> = {
  all: () => true,
  none: () => false,
  even: (source) => !source.endsWith('a'),
};

/** Runs the filter by its name, and records what it was asked. */
export function withFilter(options: CopyOptions | undefined, asked: string[]): CopyOptions | undefined {
  if (options?.filter === undefined) return options;
  const filter = filters[options.filter as string];
  return {
    ...options,
    filter: (source: string, destination: string) => {
      asked.push(`${source} > ${destination}`);
      return filter(source);
    },
  };
}
