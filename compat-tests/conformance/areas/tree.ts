/** Compat tests, conformance: directories, links, renaming, removing, copying and matching of trees. */
import nodeFs from 'node:fs';
import type { Area, Case, Tools } from '../suite.js';

const fixture = ({ fs, p }: Tools): void => {
  fs.mkdirSync(p('dir/sub/deep'), { recursive: true });
  fs.writeFileSync(p('dir/a.txt'), 'a');
  fs.writeFileSync(p('dir/sub/b.js'), 'b');
  fs.writeFileSync(p('dir/sub/deep/c.txt'), 'c');
  fs.mkdirSync(p('empty'));
  fs.writeFileSync(p('file'), 'file');
  fs.symlinkSync('dir', p('dirlink'));
  fs.symlinkSync('file', p('link'));
  fs.symlinkSync('missing', p('dangling'));
  fs.symlinkSync('loop2', p('loop'));
  fs.symlinkSync('loop', p('loop2'));
  fs.symlinkSync('../a.txt', p('dir/sub/up'));
};

const three = (t: Tools, name: string, ...args: unknown[]): (() => unknown)[] => [
  () => t.loose()[`${name}Sync`](...args),
  () => t.cb((k) => t.loose()[name](...args, k)),
  () => t.loose(t.fs.promises)[name](...args),
];

const listing = ({ fs, dir }: Tools): unknown => (fs.readdirSync(dir, { recursive: true }) as string[]).sort();
const NAMES = [
  'dir',
  'dir/',
  'empty',
  'file',
  'file/',
  'link',
  'dirlink',
  'dirlink/',
  'dangling',
  'loop',
  'loop/',
  'missing',
  'missing/x',
  'file/x',
  'dir/.',
  'dir/..',
  'dirlink/../file',
  'dir/sub/up',
  'dir/sub/up/',
  '',
];
const at = (t: Tools, name: string): string => (name === '' ? '' : `${t.dir}/${name}`);

/** Names whose directory rmSync of Node 24 and later empties before it refuses the name; ours refuses at once (docs/differences.md). */
const emptiesFirst = (name: string): boolean =>
  Number.parseInt(process.versions.node, 10) >= 24 && ['dirlink/', 'dir/.'].includes(name);

/** Each outcome on a fresh fixture, with the tree after it. */
const fresh = async (t: Tools, calls: (() => unknown)[]): Promise<unknown> => {
  const outcomes: unknown[] = [];
  for (const call of calls) {
    t.fs.rmSync(t.dir, { recursive: true, force: true });
    t.fs.mkdirSync(t.dir, { recursive: true });
    fixture(t);
    outcomes.push(await t.attempt(call), await t.attempt(() => listing(t)));
  }
  return outcomes;
};

const glob: Case = async (t) => {
  fixture(t);
  const patterns = [
    '*',
    '**',
    '**/*',
    'dir/*',
    'dir/**/*.txt',
    '{file,link}',
    '[a-f]*',
    '?ile',
    '**/deep',
    './dir/*',
    'dir/../file',
    '*/',
    '!(dir)',
    '@(file|link)',
    '+(d|i|r)',
    'nothing',
    '',
    '.',
    '..',
    'dir/sub/../*',
    '**/',
    'dir//a.txt',
    'FILE',
    '{dir,empty}/**',
    '*.{txt,js}',
    '**/*.{txt,js}',
  ];
  const { globSync } = t.loose();
  return t.all(
    ...patterns.map((pattern) => () => (globSync(pattern, { cwd: t.dir }) as string[]).sort()),
    () => (globSync(['file', 'dir/*'], { cwd: t.dir }) as string[]).sort(),
    () => globSync(1),
    () => globSync('*', { cwd: 1 }),
    () => globSync(1, { cwd: 1 }),
    () => globSync('*', { cwd: 1, exclude: 1 }),
    () => globSync('*', { cwd: t.dir, exclude: 1 }),
    () => (globSync('**', { cwd: t.dir, exclude: (name: string) => name === 'sub' }) as string[]).sort(),
  );
};

const area: Area = {
  'mkdir: names': (t) =>
    fresh(
      t,
      [...NAMES, 'new', 'new/', 'new/deep', 'new/./x', 'empty/../y', 'n'.repeat(256)].flatMap((name) => [
        ...three(t, 'mkdir', at(t, name)),
        ...three(t, 'mkdir', at(t, name), { recursive: true }),
      ]),
    ),
  'mkdir: modes': (t) => {
    const modes = [
      0,
      0o777,
      0o700,
      '755',
      '0o755',
      0o1777,
      0o7777,
      null,
      undefined,
      'x',
      -1,
      1.5,
      2 ** 32,
      {},
      { mode: 0o711 },
      { mode: '700', recursive: true },
      { recursive: 1 },
      { mode: 'x' },
      true,
    ];
    return t.all(...modes.flatMap((mode, i) => three(t, 'mkdir', t.p(`m${i}`), mode)), () =>
      t.fs.readdirSync(t.dir).map((name) => [name, t.fs.statSync(t.p(name)).mode]),
    );
  },
  rmdir: (t) =>
    fresh(
      t,
      NAMES.flatMap((name) => three(t, 'rmdir', at(t, name))),
    ),
  'rm: forms': (t) =>
    fresh(
      t,
      NAMES.filter((name) => !name.includes('..')).flatMap((name) =>
        [undefined, { force: true }, { recursive: true }, { recursive: true, force: true }].flatMap((options) =>
          three(t, 'rm', at(t, name), options).filter((_, i) => !(i === 0 && options?.recursive && emptiesFirst(name))),
        ),
      ),
    ),
  'rm: options': (t) =>
    fresh(
      t,
      [
        null,
        'x',
        1,
        { recursive: 1 },
        { force: 'x' },
        { maxRetries: -1 },
        { maxRetries: 'x' },
        { retryDelay: 1.5 },
      ].flatMap((options) => three(t, 'rm', t.p('dir'), options)),
    ),
  readdir: (t) => {
    fixture(t);
    const options = [
      undefined,
      null,
      'utf8',
      'buffer',
      'hex',
      'nope',
      { encoding: 'buffer' },
      { withFileTypes: true },
      { withFileTypes: true, encoding: 'buffer' },
      { recursive: true },
      { recursive: true, withFileTypes: true },
      { recursive: 1 },
      { withFileTypes: 1 },
      1,
    ];
    return t.all(
      ...NAMES.flatMap((name) => three(t, 'readdir', at(t, name))),
      ...options.flatMap((option) => three(t, 'readdir', t.p('dir'), option)),
    );
  },
  'readdir: names of any bytes': (t) => {
    for (const name of ['é', '日本', 'a b', '\u{1F600}', '.hidden', 'Z', 'z', '10', '9', '__proto__', 'constructor'])
      t.fs.writeFileSync(t.p(name), name);
    t.fs.writeFileSync(Buffer.concat([Buffer.from(`${t.dir}/`), Buffer.from([0xff, 0x41])]), 'not utf8');
    return t.all(
      () => t.fs.readdirSync(t.dir),
      () => t.fs.readdirSync(t.dir, 'buffer'),
      () => t.fs.readdirSync(t.dir, { withFileTypes: true }),
      () => t.fs.readdirSync(t.dir, 'latin1'),
      () => t.fs.readFileSync(t.p('__proto__'), 'utf8'),
      () => t.fs.existsSync(t.p('toString')),
    );
  },
  opendir: async (t) => {
    fixture(t);
    const { opendirSync } = t.loose();
    const dir = t.fs.opendirSync(t.p('dir'));
    const names: string[] = [];
    for (let entry = dir.readSync(); entry; entry = dir.readSync()) names.push(entry.name);
    dir.closeSync();
    const closed = await t.all(
      () => dir.readSync(),
      () => dir.closeSync(),
      () => dir.read(),
      () => dir.close(),
      () => t.cb((k) => dir.read(k)),
      () => t.cb((k) => dir.close(k)),
    );
    const found: string[] = [];
    for await (const entry of await t.fs.promises.opendir(t.p('dir'), { recursive: true }))
      found.push(`${entry.parentPath}/${entry.name}`);
    return [
      names.sort(),
      dir.path,
      closed,
      found.sort(),
      await t.all(
        ...NAMES.flatMap((name) =>
          three(t, 'opendir', at(t, name)).map((call) => async () => {
            const outcome = (await t.attempt(call)) as {
              path?: string;
              resolved?: { close?: () => Promise<void> };
              closeSync?: () => void;
            };
            outcome.closeSync?.();
            await outcome.resolved?.close?.();
            return outcome;
          }),
        ),
        () => opendirSync(t.dir, { bufferSize: 0 }),
        () => opendirSync(t.dir, { encoding: 'nope' }),
        () => opendirSync(1),
      ),
    ];
  },
  mkdtemp: async (t) => {
    const { mkdtempSync } = t.loose();
    const made = t.fs.mkdtempSync(t.p('t-'));
    const shape = [made.startsWith(t.p('t-')), made.length, t.fs.statSync(made).mode];
    const asBuffer = t.fs.mkdtempSync(t.p('b-'), 'buffer');
    return [
      shape,
      Buffer.isBuffer(asBuffer),
      await t.all(
        () => mkdtempSync(1),
        () => mkdtempSync(null),
        () => mkdtempSync('a\0'),
        () => t.attempt(() => mkdtempSync(t.p('x'), 'nope') !== ''),
      ),
      (await t.attempt(() => t.fs.mkdtempSync('/missing-dir/x'))) !== undefined,
    ];
  },
  'rename: pairs': (t) => {
    const names = [
      'dir',
      'empty',
      'file',
      'link',
      'dirlink',
      'dangling',
      'missing',
      'dir/sub',
      'dir/new',
      'file/x',
      'dir/',
      'file/',
      'new/',
    ];
    return fresh(
      t,
      names.flatMap((from) => names.map((to) => () => t.fs.renameSync(at(t, from), at(t, to)))),
    );
  },
  'rename: hard links, forms': (t) =>
    fresh(t, [
      () => {
        t.fs.linkSync(t.p('file'), t.p('twin'));
        t.fs.renameSync(t.p('file'), t.p('twin'));
        return [t.fs.statSync(t.p('file')).nlink];
      },
      ...three(t, 'rename', t.p('file'), t.p('moved')),
      ...three(t, 'rename', t.p('none'), t.p('moved')),
      ...three(t, 'rename', 1, t.p('x')),
      ...three(t, 'rename', t.p('file'), null),
    ]),
  'link and nlink': (t) =>
    fresh(t, [
      ...NAMES.flatMap((name) => three(t, 'link', at(t, name), t.p('hard'))),
      ...NAMES.map((name) => () => t.fs.linkSync(t.p('file'), at(t, name))),
      () => {
        t.fs.linkSync(t.p('link'), t.p('hardlink'));
        return [t.fs.lstatSync(t.p('hardlink')).isSymbolicLink(), t.fs.lstatSync(t.p('link')).nlink];
      },
    ]),
  'symlink, readlink': (t) =>
    fresh(t, [
      ...NAMES.map((name) => () => t.fs.symlinkSync('target', at(t, name))),
      ...NAMES.flatMap((name) => three(t, 'readlink', at(t, name))),
      ...three(t, 'symlink', '', t.p('s')),
      ...three(t, 'symlink', 'a', t.p('s'), 'dir'),
      ...three(t, 'symlink', 'a', t.p('s'), 'nope'),
      ...three(t, 'symlink', 'a', t.p('s'), 1),
      ...three(t, 'symlink', 1, t.p('s')),
      ...three(t, 'readlink', t.p('link'), 'buffer'),
      ...three(t, 'readlink', t.p('link'), { encoding: 'hex' }),
      ...three(t, 'readlink', t.p('link'), 'nope'),
      () => t.fs.symlinkSync('x'.repeat(4096), t.p('s')),
      () => {
        t.fs.symlinkSync('x'.repeat(4095), t.p('s'));
        return [t.fs.readlinkSync(t.p('s')).length, t.fs.lstatSync(t.p('s')).size, t.fs.lstatSync(t.p('s')).mode];
      },
    ]),
  realpath: (t) => {
    fixture(t);
    const { realpathSync, realpath } = t.loose();
    const native = (value: unknown) => value as { native: (...args: unknown[]) => unknown };
    return t.all(
      ...NAMES.flatMap((name) => [
        ...three(t, 'realpath', at(t, name)),
        () => native(realpathSync).native(at(t, name)),
        () => t.cb((k) => native(realpath).native(at(t, name), k)),
      ]),
      () => realpathSync(t.p('link'), 'buffer'),
      () => native(realpathSync).native(t.p('link'), 'buffer'),
      () => realpathSync(t.p('link'), 'nope'),
      () => realpathSync(1),
      () => realpathSync('/'),
    );
  },
  'stat and lstat': (t) => {
    fixture(t);
    return t.all(
      ...NAMES.flatMap((name) => [...three(t, 'stat', at(t, name)), ...three(t, 'lstat', at(t, name))]),
      ...three(t, 'stat', t.p('file'), { bigint: true }),
      () => t.fs.statSync(t.p('none'), { throwIfNoEntry: false }),
      () => t.fs.lstatSync(t.p('file/x'), { throwIfNoEntry: false }),
      () => t.fs.statSync(t.p('loop'), { throwIfNoEntry: false }),
      ...three(t, 'stat', t.p('file'), 'x'),
      ...three(t, 'stat', t.p('file'), null),
    );
  },
  'cp: pairs': (t) =>
    fresh(
      t,
      ['dir', 'file', 'link', 'dirlink', 'dangling', 'missing'].flatMap((from) =>
        ['new', 'empty', 'file', 'link', 'dirlink', 'dir/sub', 'dir', 'a/b/new'].flatMap((to) => [
          () => t.fs.cpSync(at(t, from), at(t, to), { recursive: true }),
          () => t.fs.promises.cp(at(t, from), at(t, to), { recursive: true }),
        ]),
      ),
    ),
  'cp: options': (t) =>
    fresh(
      t,
      [
        {},
        { recursive: true, force: false },
        { recursive: true, force: false, errorOnExist: true },
        { recursive: true, dereference: true },
        { recursive: true, verbatimSymlinks: true },
        { recursive: true, verbatimSymlinks: true, dereference: true },
        { recursive: true, filter: (name: string) => !name.endsWith('b.js') },
        { filter: 1 },
        { mode: 1, recursive: true },
        { mode: -1 },
        { preserveTimestamps: true, recursive: true },
        'x',
        1,
      ].flatMap((options) => [
        ...three(t, 'cp', t.p('dir'), t.p('new'), options),
        ...three(t, 'cp', t.p('file'), t.p('link'), options),
      ]),
    ),
  ...('globSync' in nodeFs ? { glob } : {}),
};

export default area;
