/** Compat tests, conformance: open flags, positions, access modes of descriptors, read/write argument forms. */
import nodeFs from 'node:fs';
import type { Area, Tools } from '../suite.js';

const { constants } = nodeFs;
const FLAGS = [
  'r',
  'rs',
  'sr',
  'r+',
  'rs+',
  'sr+',
  'w',
  'wx',
  'xw',
  'w+',
  'wx+',
  'xw+',
  'a',
  'ax',
  'xa',
  'as',
  'sa',
  'a+',
  'ax+',
  'xa+',
  'as+',
  'sa+',
];
const NUMBERS: (keyof typeof constants)[] = [
  'O_RDONLY',
  'O_WRONLY',
  'O_RDWR',
  'O_CREAT',
  'O_EXCL',
  'O_TRUNC',
  'O_APPEND',
  'O_DIRECTORY',
  'O_NOFOLLOW',
  'O_SYNC',
];

const fixture = ({ fs, p }: Tools): void => {
  fs.writeFileSync(p('file'), '0123456789');
  fs.mkdirSync(p('dir'));
  fs.symlinkSync('file', p('link'));
  fs.symlinkSync('missing', p('dangling'));
  fs.symlinkSync('dir', p('dirlink'));
  fs.symlinkSync('loop', p('loop'));
};

const NAMES = [
  'file',
  'missing',
  'dir',
  'link',
  'dangling',
  'dirlink',
  'loop',
  'file/',
  'missing/',
  'dir/',
  'file/x',
  'dir/x',
  '',
];

/** Opens, tries to read and to write, tells what is in the file afterwards. */
const tryOpen = async (t: Tools, name: string, flag: string | number): Promise<unknown> => {
  const { fs, p, attempt } = t;
  const opened = await attempt(() => fs.openSync(name === '' ? '' : p('') + name, flag, 0o640));
  if (typeof opened !== 'number') return [name, flag, opened];
  const read = await attempt(() => fs.readSync(opened, Buffer.alloc(4), 0, 4, null));
  const write = await attempt(() => fs.writeSync(opened, 'ab'));
  const mode = fs.fstatSync(opened).mode;
  fs.closeSync(opened);
  return [name, flag, read, write, mode, await attempt(() => fs.readFileSync(p('file'), 'latin1'))];
};

const flagTable =
  (flags: readonly (string | number)[]) =>
  async (t: Tools): Promise<unknown> => {
    const outcomes: unknown[] = [];
    for (const flag of flags) {
      for (const name of NAMES) {
        fixture(t);
        outcomes.push(
          await tryOpen(
            t,
            name.startsWith('/') ? name.slice(1) : `${name === '' ? '' : '/'}${name}`.replace('//', '/'),
            flag,
          ),
        );
        t.fs.rmSync(t.dir, { recursive: true });
        t.fs.mkdirSync(t.dir);
      }
    }
    return outcomes;
  };

const combinations = (): number[] => {
  const values: number[] = [];
  for (let bits = 0; bits < 1 << NUMBERS.length; bits += 7) {
    let flag = 0;
    NUMBERS.forEach((name, i) => {
      if (bits & (1 << i)) flag |= constants[name] as number;
    });
    if ((flag & 3) !== 3) values.push(flag);
  }
  return values;
};

const withFile =
  (run: (t: Tools, fd: number) => unknown, flag = 'r+') =>
  async (t: Tools): Promise<unknown> => {
    t.fs.writeFileSync(t.p('f'), 'hello world');
    const fd = t.fs.openSync(t.p('f'), flag);
    try {
      return [await run(t, fd), t.fs.readFileSync(t.p('f'))];
    } finally {
      t.fs.closeSync(fd);
    }
  };

const area: Area = {
  'open: flag strings': flagTable(FLAGS),
  'open: numbers': flagTable(combinations()),
  'open: no flag, null, undefined and bad ones': (t) => {
    fixture(t);
    const { open, openSync } = t.loose();
    const bad = [undefined, null, '', 'z', 'rw', 'R', 1.5, -1, 2 ** 32, {}, [], true, 3n];
    return t.all(
      ...bad.flatMap((flag) => [
        () => t.attempt(() => t.fs.closeSync(openSync(t.p('file'), flag) as number)),
        () => t.cb((k) => open(t.p('missing'), flag, k)),
      ]),
    );
  },
  'open: modes with the umask': (t) =>
    t.all(
      ...[0, 0o777, 0o666, '644', '0600', 0o7777, undefined, null, 'x', -1, 2 ** 32, 1.5].map((mode, i) => () => {
        t.fs.closeSync(t.loose().openSync(t.p(`m${i}`), 'w', mode) as number);
        return t.fs.statSync(t.p(`m${i}`)).mode;
      }),
    ),
  'read: offset, length, position forms': withFile((t, fd) => {
    const b = (): Buffer => Buffer.alloc(5, '.');
    const { readSync } = t.loose();
    const keep =
      (...args: unknown[]) =>
      () => {
        const buffer = b();
        return [readSync(fd, buffer, ...args), buffer];
      };
    return t.all(
      keep(),
      keep({}),
      keep(0),
      keep(1),
      keep(0, 3),
      keep(0, 3, null),
      keep(0, 3, 0),
      keep(0, 3, 4n),
      keep(2, 3, 6),
      keep({ offset: 1 }),
      keep({ length: 2, position: 0 }),
      keep({ position: 3n }),
      keep(0, 0, 0),
      keep(5, 0),
      keep(5, 1),
      keep(0, 6),
      keep(-1),
      keep(0, -1),
      keep(0, 1, -1),
      keep(0, 1, -2),
      keep(0, 1, 1.5),
      keep(0, 1, 'x'),
      keep(0, 1, 2n ** 63n),
      keep(0, 1, 2n ** 63n - 1n),
      keep(0, 1, 2 ** 53),
      keep(0, 5, 100),
      keep(null, null, null),
      keep(undefined, undefined, undefined),
      keep({ offset: null, length: null, position: null }),
      keep('x'),
      keep([], 1),
      keep(0, '3'),
      keep(1.5),
      keep(0, 1, true),
    );
  }),
  'read: callback forms': withFile((t, fd) => {
    const { read } = t.loose();
    const b = Buffer.alloc(4);
    return t.all(
      ...[
        [],
        [b],
        [b, {}],
        [{ buffer: b, position: 1 }],
        [{}],
        [b, 0, 2, null],
        [b, 0, 2, 0n],
        [b, null, null, null],
        [b, 0, 0, 0],
        [Buffer.alloc(0)],
        [Buffer.alloc(0), 0, 0, 0],
        [null],
        ['x'],
        [b, 9, 1, 0],
        [b, 0, 9, 0],
      ].map((args) => () => t.cb((k) => read(fd, ...args, k))),
      () => read(fd, b),
      () => read(fd),
      () => read(fd, b, 0, 1, 0, 'not a function'),
    );
  }),
  'write: forms of a buffer': withFile((t, fd) => {
    const { writeSync } = t.loose();
    const b = Buffer.from('ABCDE');
    const forms = [
      [b],
      [b, 1],
      [b, 1, 2],
      [b, 0, 2, 0],
      [b, 0, 2, null],
      [b, 0, 2, undefined],
      [b, 0, 1, 3n],
      [b, {}],
      [b, { offset: 2 }],
      [b, { length: 2, position: 8 }],
      [b, -1],
      [b, 6],
      [b, 0, 6],
      [b, 0, -1],
      [b, 0, 1, -1],
      [b, 0, 1, 1.5],
      [b, 0, 1, 'x'],
      [b, null, null, null],
      [b, 'utf8'],
      [b, 1.5],
      [new Uint16Array([1, 2]), 1, 2],
      [new DataView(new ArrayBuffer(2))],
      [Buffer.alloc(0)],
    ];
    return t.all(...forms.map((args) => () => writeSync(fd, ...args)));
  }),
  'write: forms of a string': withFile((t, fd) => {
    const { writeSync, write } = t.loose();
    const forms = [
      ['é'],
      ['é', 0],
      ['x', null],
      ['x', undefined, 'latin1'],
      ['é', 5, 'latin1'],
      ['ff00', 0, 'hex'],
      ['zz', 0, 'hex'],
      ['x', 0, 'nope'],
      ['aGk=', null, 'base64'],
      ['', 0],
      ['x', 1.5],
      ['x', -1],
      ['x', 'utf8'],
      [1],
      [null],
      [undefined],
      [{}],
      [true],
      [{ toString: () => 's' }],
      [Symbol.iterator],
      [['a']],
      [new String('o')],
      [5n],
      ['x', 3n],
    ];
    return t.all(
      ...forms.map((args) => () => writeSync(fd, ...args)),
      ...forms.map((args) => () => t.cb((k) => write(fd, ...args, k))),
    );
  }),
  'write: a position past the end leaves a hole': withFile((t, fd) => [
    t.fs.writeSync(fd, 'x', 1_000_000),
    t.fs.fstatSync(fd).size,
    t.fs.fstatSync(fd).blocks < 100,
  ]),
  'append ignores the position': withFile(
    (t, fd) =>
      t.all(
        () => t.fs.writeSync(fd, 'A', 0),
        () => t.fs.writeSync(fd, 'B'),
        () => t.fs.writevSync(fd, [Buffer.from('C')], 0),
      ),
    'a',
  ),
  'append and read: the position after writing': withFile((t, fd) => {
    const b = Buffer.alloc(4);
    return t.all(
      () => t.fs.readSync(fd, b, 0, 4, null),
      () => t.fs.writeSync(fd, 'Z'),
      () => t.fs.readSync(fd, b, 0, 4, null),
      () => b.toString(),
    );
  }, 'a+'),
  'readv and writev': withFile((t, fd) => {
    const { readvSync, writevSync, readv, writev } = t.loose();
    const b = [Buffer.alloc(3), Buffer.alloc(4)];
    return t.all(
      () => readvSync(fd, b),
      () => b,
      () => readvSync(fd, b, 0),
      () => readvSync(fd, b, null),
      () => readvSync(fd, []),
      () => readvSync(fd, [Buffer.alloc(0)]),
      () => readvSync(fd, b, 3n),
      () => readvSync(fd, b, 'x'),
      () => readvSync(fd, ['x']),
      () => readvSync(fd, 'x'),
      () => readvSync(fd, null),
      () => t.cb((k) => readv(fd, b, k)),
      () => t.cb((k) => readv(fd, b, 2, k)),
      () => readv(fd, b, 0),
      () => writevSync(fd, [Buffer.from('a'), new Uint16Array([98])]),
      () => writevSync(fd, [], 0),
      () => writevSync(fd, [Buffer.from('Q')], 0),
      () => writevSync(fd, ['x']),
      () => writevSync(fd, 1),
      () => t.cb((k) => writev(fd, [Buffer.from('W')], 3, k)),
      () => writev(fd, []),
    );
  }),
  'descriptors that are not open, or not descriptors': (t) => {
    const sync = t.loose();
    const names = [
      'closeSync',
      'fstatSync',
      'fsyncSync',
      'fdatasyncSync',
      'ftruncateSync',
      'fchmodSync',
      'fchownSync',
      'futimesSync',
    ];
    const rest: Record<string, unknown[]> = { fchmodSync: [0o600], fchownSync: [1, 1], futimesSync: [1, 1] };
    const values = [987_654, -1, 1.5, NaN, Infinity, '3', null, undefined, {}, true, 2 ** 31, 2 ** 32, () => {}];
    return t.all(
      ...names.flatMap((name) =>
        values.flatMap((fd) => [
          () => sync[name](fd, ...(rest[name] ?? [])),
          () => t.cb((k) => sync[name.replace('Sync', '')](fd, ...(rest[name] ?? []), k)),
        ]),
      ),
    );
  },
  'unlinked but open': (t) => {
    t.fs.writeFileSync(t.p('f'), 'kept');
    const fd = t.fs.openSync(t.p('f'), 'r+');
    t.fs.unlinkSync(t.p('f'));
    t.fs.writeFileSync(t.p('f'), 'new');
    const seen = [
      t.fs.fstatSync(fd).nlink,
      t.fs.readFileSync(fd, 'utf8'),
      t.fs.writeSync(fd, '!', 0),
      t.fs.fstatSync(fd).size,
      t.fs.readFileSync(t.p('f'), 'utf8'),
    ];
    t.fs.closeSync(fd);
    return seen;
  },
  'truncate forms': async (t) => {
    const { truncateSync, ftruncateSync, truncate, ftruncate } = t.loose();
    const lengths = [undefined, 0, 5, null, -1, 1.5, 'x', NaN, {}, 5n, 20];
    const outcomes: unknown[] = [];
    for (const length of lengths) {
      t.fs.writeFileSync(t.p('f'), 'hello world');
      outcomes.push(await t.attempt(() => truncateSync(t.p('f'), length)), t.fs.readFileSync(t.p('f')));
      const fd = t.fs.openSync(t.p('f'), 'r+');
      outcomes.push(
        await t.attempt(() => ftruncateSync(fd, length)),
        await t.attempt(() => t.cb((k) => ftruncate(fd, length, k))),
      );
      outcomes.push(await t.attempt(() => t.cb((k) => truncate(t.p('f'), length, k))), t.fs.readFileSync(t.p('f')));
      t.fs.closeSync(fd);
    }
    const readOnly = t.fs.openSync(t.p('f'), 'r');
    outcomes.push(
      await t.attempt(() => ftruncateSync(readOnly, 1)),
      await t.attempt(() => truncateSync(t.dir)),
      await t.attempt(() => truncateSync(t.p('none'))),
    );
    t.fs.closeSync(readOnly);
    return outcomes;
  },
};

export default area;
