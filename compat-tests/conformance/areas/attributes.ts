/** Compat tests, conformance: modes, owners, times (set and moved by operations), statfs. */
import type { Area, Tools } from '../suite.js';

const three = (t: Tools, name: string, ...args: unknown[]): (() => unknown)[] => [
  () => t.loose()[`${name}Sync`](...args),
  () => t.cb((k) => t.loose()[name](...args, k)),
  () => t.loose(t.fs.promises)[name](...args),
];

const TIMES: unknown[] = [
  0,
  1,
  1.5,
  -1,
  -1.5,
  '1',
  '1.5',
  'x',
  '',
  null,
  undefined,
  NaN,
  Infinity,
  -Infinity,
  new Date(1000),
  new Date(NaN),
  true,
  {},
  [],
  5n,
  1_234_567_890.123_456,
  4_102_444_800,
  0.000_001,
  Symbol('t'),
];
const MODES: unknown[] = [
  0,
  0o777,
  0o600,
  0o7777,
  0o4755,
  '644',
  '0o644',
  '888',
  '',
  'x',
  -1,
  1.5,
  2 ** 32,
  NaN,
  null,
  undefined,
  true,
  {},
  [],
  5n,
];
const OWNERS: unknown[] = [0, 1, 1000, -1, -2, 1.5, 2 ** 32 - 1, 2 ** 32, '1', null, undefined, NaN, {}, 5n];

const OLD = 1_000_000;

/** Sets old times on everything, runs the operation, tells which entries moved which of their times. */
const moved = async (t: Tools, operation: () => unknown): Promise<unknown> => {
  const { fs, p } = t;
  fs.rmSync(t.dir, { recursive: true, force: true });
  fs.mkdirSync(p('d'), { recursive: true });
  fs.mkdirSync(p('e'));
  fs.writeFileSync(p('d/f'), 'content');
  // So far apart that the kernel's clock, too, gives the two files different births.
  await new Promise((resolve) => setTimeout(resolve, 12));
  fs.writeFileSync(p('d/g'), '');
  fs.symlinkSync('f', p('d/l'));
  fs.linkSync(p('d/f'), p('d/h'));
  const names = ['d', 'e', 'd/f', 'd/g', 'd/l'];
  for (const name of [...names].reverse()) fs.lutimesSync(p(name), OLD, OLD);
  const before = new Map(names.map((name) => [name, fs.lstatSync(p(name), { bigint: true })]));
  await new Promise((resolve) => setTimeout(resolve, 12));
  const outcome = await t.attempt(operation);
  const changes: string[] = [];
  for (const [name, old] of before) {
    const now = fs.lstatSync(p(name), { throwIfNoEntry: false, bigint: true });
    // Following a link may move its access time or not, by mount option.
    if (!now) changes.push(`${name} gone`);
    else
      changes.push(
        `${name}${old.atimeNs !== now.atimeNs && name !== 'd/l' ? ' a' : ''}${old.mtimeNs !== now.mtimeNs ? ' m' : ''}${old.ctimeNs !== now.ctimeNs ? ' c' : ''}${old.birthtimeNs !== now.birthtimeNs ? ' b' : ''}`,
      );
  }
  return [outcome, changes];
};

const timed =
  (operations: Record<string, (t: Tools) => unknown>) =>
  async (t: Tools): Promise<unknown> => {
    const outcomes: unknown[] = [];
    for (const [name, operation] of Object.entries(operations))
      outcomes.push([name, await moved(t, () => operation(t))]);
    return outcomes;
  };

const withFd =
  (name: string, flag: string, run: (t: Tools, fd: number) => unknown) =>
  (t: Tools): unknown => {
    const fd = t.fs.openSync(t.p(name), flag);
    const result = run(t, fd);
    t.fs.closeSync(fd);
    return result;
  };

const area: Area = {
  chmod: async (t) => {
    t.fs.writeFileSync(t.p('f'), '');
    t.fs.symlinkSync('f', t.p('l'));
    const fd = t.fs.openSync(t.p('f'), 'r');
    const outcomes: unknown[] = [];
    for (const mode of MODES) {
      for (const call of [
        ...three(t, 'chmod', t.p('f'), mode),
        () => t.loose().fchmodSync(fd, mode),
        ...three(t, 'chmod', t.p('l'), mode),
      ]) {
        outcomes.push(await t.attempt(call), t.fs.statSync(t.p('f')).mode);
      }
    }
    t.fs.closeSync(fd);
    return [
      outcomes,
      await t.all(
        ...three(t, 'chmod', t.p('none'), 0o600),
        () => t.loose().lchmodSync?.(t.p('l'), 0o600),
        () => t.loose(t.fs.promises).lchmod(t.p('l'), 0o600),
      ),
    ];
  },
  chown: async (t) => {
    t.fs.writeFileSync(t.p('f'), '');
    t.fs.symlinkSync('f', t.p('l'));
    const fd = t.fs.openSync(t.p('f'), 'r');
    const outcomes: unknown[] = [];
    for (const owner of OWNERS) {
      for (const call of [
        ...three(t, 'chown', t.p('f'), owner, 1),
        ...three(t, 'chown', t.p('f'), 1, owner),
        ...three(t, 'lchown', t.p('l'), owner, owner),
        () => t.loose().fchownSync(fd, owner, 2),
      ]) {
        outcomes.push(await t.attempt(call), t.fs.lstatSync(t.p('f')).uid, t.fs.lstatSync(t.p('l')).gid);
      }
    }
    t.fs.closeSync(fd);
    return outcomes;
  },
  'set-id bits after chown and write': (t) => {
    t.fs.writeFileSync(t.p('f'), '', { mode: 0o6755 });
    t.fs.chmodSync(t.p('f'), 0o6755);
    t.fs.chownSync(t.p('f'), 5, 5);
    const afterChown = t.fs.statSync(t.p('f')).mode;
    t.fs.chmodSync(t.p('f'), 0o6755);
    t.fs.writeFileSync(t.p('f'), 'x');
    return [afterChown, t.fs.statSync(t.p('f')).mode];
  },
  'utimes: kinds of time': async (t) => {
    t.fs.writeFileSync(t.p('f'), '');
    t.fs.symlinkSync('f', t.p('l'));
    const fd = t.fs.openSync(t.p('f'), 'r');
    const times = (name: string): unknown => {
      const s = t.fs.lstatSync(t.p(name), { bigint: true });
      const plain = t.fs.lstatSync(t.p(name));
      const shown = (ns: bigint, ms: number): unknown =>
        ns > 1_600_000_000_000_000_000n && ns < 4_000_000_000_000_000_000n ? 'now' : [ns, ms];
      return [shown(s.atimeNs, plain.atimeMs), shown(s.mtimeNs, plain.mtimeMs)];
    };
    const outcomes: unknown[] = [];
    for (const time of TIMES) {
      for (const call of [
        ...three(t, 'utimes', t.p('f'), time, 1),
        ...three(t, 'utimes', t.p('f'), 1, time),
        ...three(t, 'lutimes', t.p('l'), time, time),
        () => t.loose().futimesSync(fd, time, time),
        () => t.cb((k) => t.loose().futimes(fd, time, 2, k)),
      ]) {
        outcomes.push(await t.attempt(call), times('f'), times('l'));
      }
    }
    t.fs.closeSync(fd);
    return outcomes;
  },
  'times moved by looking': timed({
    stat: (t) => t.fs.statSync(t.p('d/f')),
    readdir: (t) => t.fs.readdirSync(t.p('d')).length,
    readFile: (t) => t.fs.readFileSync(t.p('d/f')),
    'readFile empty': (t) => t.fs.readFileSync(t.p('d/g')),
    'readFile link': (t) => t.fs.readFileSync(t.p('d/l')),
    access: (t) => t.fs.accessSync(t.p('d/f')),
    readlink: (t) => t.fs.readlinkSync(t.p('d/l')),
    realpath: (t) => t.fs.realpathSync(t.p('d/l')),
    opendir: (t) => {
      const dir = t.fs.opendirSync(t.p('d'));
      dir.readSync();
      dir.closeSync();
    },
    'read 0': withFd('d/f', 'r', (t, fd) => t.fs.readSync(fd, Buffer.alloc(4), 0, 0, null)),
    'read at end': withFd('d/f', 'r', (t, fd) => t.fs.readSync(fd, Buffer.alloc(4), 0, 4, 100)),
    'open r': withFd('d/f', 'r', () => 0),
    readv: withFd('d/f', 'r', (t, fd) => t.fs.readvSync(fd, [Buffer.alloc(2)])),
  }),
  'times moved by changing contents': timed({
    writeFile: (t) => t.fs.writeFileSync(t.p('d/f'), 'new'),
    'writeFile empty over empty': (t) => t.fs.writeFileSync(t.p('d/g'), ''),
    appendFile: (t) => t.fs.appendFileSync(t.p('d/f'), 'x'),
    'append nothing': (t) => t.fs.appendFileSync(t.p('d/f'), ''),
    'truncate shorter': (t) => t.fs.truncateSync(t.p('d/f'), 2),
    'truncate same': (t) => t.fs.truncateSync(t.p('d/f'), 7),
    'truncate longer': (t) => t.fs.truncateSync(t.p('d/f'), 70),
    'open w': withFd('d/f', 'w', () => 0),
    'open w empty': withFd('d/g', 'w', () => 0),
    'open a': withFd('d/f', 'a', () => 0),
    'write 0': withFd('d/f', 'r+', (t, fd) => t.fs.writeSync(fd, '')),
    write: withFd('d/f', 'r+', (t, fd) => t.fs.writeSync(fd, 'x')),
    'ftruncate same': withFd('d/f', 'r+', (t, fd) => t.fs.ftruncateSync(fd, 7)),
    fsync: withFd('d/f', 'r+', (t, fd) => t.fs.fsyncSync(fd)),
    'copyFile over': (t) => t.fs.copyFileSync(t.p('d/f'), t.p('d/g')),
  }),
  'times moved by changing names': timed({
    create: (t) => t.fs.writeFileSync(t.p('d/new'), ''),
    mkdir: (t) => t.fs.mkdirSync(t.p('d/new')),
    symlink: (t) => t.fs.symlinkSync('x', t.p('d/new')),
    link: (t) => t.fs.linkSync(t.p('d/f'), t.p('d/new')),
    unlink: (t) => t.fs.unlinkSync(t.p('d/g')),
    'unlink one of two': (t) => t.fs.unlinkSync(t.p('d/h')),
    'rename inside': (t) => t.fs.renameSync(t.p('d/f'), t.p('d/new')),
    'rename across': (t) => t.fs.renameSync(t.p('d/f'), t.p('e/f')),
    'rename over': (t) => t.fs.renameSync(t.p('d/g'), t.p('d/f')),
    'rename same inode': (t) => t.fs.renameSync(t.p('d/f'), t.p('d/h')),
    'rename to itself': (t) => t.fs.renameSync(t.p('d/f'), t.p('d/f')),
    'rename dir': (t) => t.fs.renameSync(t.p('e'), t.p('d/e')),
    rmdir: (t) => t.fs.rmdirSync(t.p('e')),
    'failed mkdir': (t) => t.fs.mkdirSync(t.p('d/f')),
    'failed rmdir': (t) => t.fs.rmdirSync(t.p('d')),
    'mkdir -p existing': (t) => t.fs.mkdirSync(t.p('d'), { recursive: true }),
    'rm force missing': (t) => t.fs.rmSync(t.p('d/none'), { force: true }),
  }),
  'times moved by attributes': timed({
    chmod: (t) => t.fs.chmodSync(t.p('d/f'), 0o600),
    'chmod same': (t) => t.fs.chmodSync(t.p('d/f'), 0o644),
    chown: (t) => t.fs.chownSync(t.p('d/f'), 1, 1),
    'chown nothing': (t) => t.fs.chownSync(t.p('d/f'), -1, -1),
    utimes: (t) => t.fs.utimesSync(t.p('d/f'), 5, 6),
    lutimes: (t) => t.fs.lutimesSync(t.p('d/l'), 5, 6),
    lchown: (t) => t.fs.lchownSync(t.p('d/l'), 1, 1),
    'utimes same': (t) => t.fs.utimesSync(t.p('d/f'), OLD, OLD),
  }),
  'stat fields agree with each other': (t) => {
    t.fs.writeFileSync(t.p('f'), 'x'.repeat(5000));
    const plain = t.fs.statSync(t.p('f'));
    const big = t.fs.statSync(t.p('f'), { bigint: true });
    return [
      BigInt(plain.size) === big.size,
      plain.ino === Number(big.ino),
      plain.mtime.getTime() === Math.round(plain.mtimeMs),
      big.mtimeMs === big.mtimeNs / 1_000_000n,
      plain.mtime instanceof Date,
      plain.blocks,
      plain.blksize,
      plain.nlink,
      plain.mode,
      big.mode,
    ];
  },
  statfs: (t) =>
    t.all(
      ...three(t, 'statfs', t.dir),
      ...three(t, 'statfs', t.p('none')),
      ...three(t, 'statfs', t.dir, { bigint: true }),
      ...three(t, 'statfs', 1),
      () => {
        const s = t.fs.statfsSync(t.dir);
        return [s.bsize, s.bavail <= s.bfree, s.bfree <= s.blocks, s.ffree <= s.files];
      },
    ),
};

export default area;
