/**
 * Compat tests, union: random programs over a file system object. All of
 * `node:fs` in its three styles, descriptors, FileHandles, streams and classes;
 * most of what they ask for cannot be had, which is the point.
 */
import nodeFs, { constants } from 'node:fs';
import { join, relative } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import type { Prng } from '../../test/helpers/prng.js';
import type { NodeFs } from './disk.js';

type Style = 'sync' | 'callback' | 'promise';
type Call = (fs: NodeFs, program: Program) => unknown;
type AnyFunction = (...args: unknown[]) => unknown;

const NAMES = [
  ...['', 'a', 'b', 'd', 'd/c', 'd/e', 'd/e/f', 'd/locked', 'd/b2', 'd/up', 'empty', 'exe', 'large', 'none', 'link'],
  ...[
    'dirlink',
    'dirlink/c',
    'dirlink/n',
    'dangling',
    'loop',
    'n',
    'n2',
    'd/n',
    'd/e/n',
    'empty/n',
    'x',
    'x/y',
    'x/y/z',
  ],
];
const FLAGS = [...['r', 'rs', 'r+', 'rs+', 'w', 'wx', 'w+', 'wx+', 'a', 'ax', 'a+', 'ax+', 'as', 'as+'], 'nope'];
const BITS = [
  ...[constants.O_WRONLY, constants.O_RDWR, constants.O_CREAT, constants.O_TRUNC, constants.O_APPEND, constants.O_EXCL],
  ...[constants.O_DIRECTORY, constants.O_NOFOLLOW, constants.O_SYNC, 0o20000000, constants.O_NONBLOCK],
];

export class Program {
  readonly fds: number[] = [];
  readonly handles: FileHandleLike[] = [];
  readonly open: { close(): unknown }[] = [];
  /** What was called last, for reports. */
  last = '';
  constructor(
    readonly random: Prng,
    readonly root: string,
  ) {}

  path(): string | Buffer | URL {
    const { random } = this;
    const path = join(this.root, random.pick(NAMES));
    if (random.chance(0.05)) return Buffer.from(path);
    if (random.chance(0.05)) return pathToFileURL(path);
    if (random.chance(0.05)) return `${path}/`;
    if (random.chance(0.05)) return `${this.root}/d/../${relative(this.root, path)}`;
    if (random.chance(0.05)) return relative(process.cwd(), path);
    return path;
  }
  data(): string | Buffer {
    const length = this.random.pick([0, 1, 10, 500, 5000, 30_000, 80_000]);
    return this.random.chance(0.5) ? 'x'.repeat(length) : Buffer.alloc(length, 'y');
  }
  flags(): string | number {
    if (this.random.chance(0.6)) return this.random.pick(FLAGS);
    return BITS.filter(() => this.random.chance(0.25)).reduce((all, each) => all | each, 0);
  }
  fd(): number {
    return this.fds.length === 0 || this.random.chance(0.02) ? 987_654 : this.random.pick(this.fds);
  }
}

interface FileHandleLike {
  readonly fd: number;
  close(): Promise<void>;
  [name: string]: unknown;
}

const shown = (value: unknown): string =>
  value instanceof Uint8Array ? `${value.length} bytes` : JSON.stringify(value)?.slice(0, 100);

/** One call in a style; callbacks become promises. */
function inStyle(fs: NodeFs, program: Program, style: Style, name: string, args: unknown[]): unknown {
  program.last = `${style} ${name}(${args.map(shown).join(', ')})`;
  // Not every Node has every name.
  if (!Reflect.has(style === 'promise' ? nodeFs.promises : nodeFs, style === 'sync' ? `${name}Sync` : name))
    return undefined;
  if (style === 'promise') return (Reflect.get(fs.promises, name) as AnyFunction)(...args);
  if (style === 'sync') return (Reflect.get(fs, `${name}Sync`) as AnyFunction)(...args);
  return new Promise((resolve, reject) => {
    const done = (error: unknown, value: unknown): void => (error ? reject(error) : resolve(value));
    (Reflect.get(fs, name) as AnyFunction)(...args, done);
  });
}

const STYLES: readonly Style[] = ['sync', 'callback', 'promise'];

/** A member in any style; `only` leaves out the styles in which it does not exist. */
const member =
  (name: string, args: (program: Program) => unknown[], only: readonly Style[] = STYLES): Call =>
  (fs, program) =>
    inStyle(fs, program, program.random.pick(only), name, args(program));

const ON_DESCRIPTORS: readonly Style[] = ['sync', 'callback'];
const ids = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];

const ended = (stream: Readable | Writable, program: Program): Promise<void> =>
  new Promise((resolve, reject) => {
    // One that does not close by itself keeps its FileHandle.
    program.open.push({ close: () => stream.destroy() });
    stream.once('error', reject);
    // Without autoClose there is no 'close'.
    for (const event of ['close', 'finish', 'end']) stream.once(event, () => resolve());
    stream.resume?.();
  });
declare module 'node:stream' {
  interface Writable {
    resume?(): void;
  }
}

const streamOptions = (program: Program, write: boolean): object => {
  const { random } = program;
  const options: Record<string, unknown> = {};
  if (random.chance(0.5)) options.flags = program.flags();
  if (random.chance(0.3)) options.start = random.int(20);
  if (random.chance(0.2)) options.autoClose = random.chance(0.5);
  if (random.chance(0.2) && !write) options.end = 10 + random.int(20);
  if (random.chance(0.2)) {
    // A stream closes its descriptor: nobody else may, or a number is closed that others have by then.
    if (options.autoClose === false) options.fd = program.fd();
    else options.fd = program.fds.pop();
  }
  if (random.chance(0.1) && program.handles.length > 0) options.fd = random.pick(program.handles);
  if (random.chance(0.2)) options.mode = 0o600;
  if (random.chance(0.1)) options.flush = true;
  return options;
};

const written = (stream: Writable, program: Program): Promise<void> => {
  const closed = ended(stream, program);
  stream.write(program.data());
  stream.end(program.data());
  return closed;
};

const handleCall = (fs: NodeFs, program: Program): unknown => {
  const { random } = program;
  const handle = random.pick(program.handles);
  if (handle === undefined) return undefined;
  const calls: Record<string, () => unknown[]> = {
    ...{ appendFile: () => [program.data()], chmod: () => [0o600], chown: () => ids, datasync: () => [] },
    ...{ read: () => [Buffer.alloc(20), 0, 20, random.pick([null, 0, 5])], readFile: () => ['utf8'], stat: () => [] },
    ...{ readv: () => [[Buffer.alloc(3), Buffer.alloc(4)], 0], sync: () => [], truncate: () => [random.int(50)] },
    ...{
      utimes: () => [1, 2],
      write: () => [program.data(), random.pick([null, 0, 7])],
      writeFile: () => [program.data()],
    },
    ...{ writev: () => [[Buffer.from('v'), Buffer.alloc(3000)], random.pick([null, 0])], close: () => [] },
  };
  if (random.chance(0.1)) return written((handle.createWriteStream as AnyFunction)({}) as Writable, program);
  if (random.chance(0.1)) return ended((handle.createReadStream as AnyFunction)({}) as Readable, program);
  if (random.chance(0.1)) {
    // A FileHandle in the place of a path.
    const name = random.pick(['readFile', 'writeFile', 'appendFile']);
    return (Reflect.get(fs.promises, name) as AnyFunction)(handle, program.data());
  }
  const name = random.pick(Object.keys(calls));
  program.last = `FileHandle.${name}`;
  return (handle[name] as AnyFunction)(...(calls[name]?.() ?? []));
};

const path = (program: Program) => [program.path()];
const paths = (program: Program) => [program.path(), program.path()];

/** Everything that changes something is here more than once. */
const CALLS: readonly Call[] = [
  ...['access', 'lstat', 'readFile', 'readdir', 'readlink', 'realpath', 'stat', 'statfs'].map((name) =>
    member(name, path),
  ),
  ...['rmdir', 'unlink', 'truncate', 'mkdtemp', 'rmdir', 'unlink'].map((name) => member(name, path)),
  ...['rename', 'copyFile', 'link', 'symlink', 'rename', 'link'].map((name) => member(name, paths)),
  member('copyFile', (p) => [...paths(p), p.random.pick([0, 1, 2, 4])]),
  member('writeFile', (p) => [p.path(), p.data()]),
  member('writeFile', (p) => [p.path(), p.data(), { flag: p.flags(), mode: 0o640 }]),
  member('appendFile', (p) => [p.path(), p.data()]),
  member('appendFile', (p) => [p.path(), p.data(), { flag: p.flags() }]),
  member('readFile', (p) => [p.path(), { flag: p.flags() }]),
  member('mkdir', (p) => [p.path(), { recursive: p.random.chance(0.5), mode: 0o700 }]),
  member('mkdtempDisposable', (p) => [p.path()], ['sync', 'promise']),
  member('rm', (p) => [p.path(), { recursive: p.random.chance(0.7), force: p.random.chance(0.5) }]),
  member('rmdir', (p) => [p.path(), { recursive: true }]),
  member('cp', (p) => [...paths(p), cpOptions(p)]),
  member('cp', (p) => [...paths(p), { recursive: true }]),
  ...['chmod', 'lchmod'].map((name) =>
    member(name, (p) => [p.path(), p.random.pick([0, 0o600, 0o777])], name === 'lchmod' ? ['promise'] : STYLES),
  ),
  ...['chown', 'lchown'].map((name) => member(name, (p) => [p.path(), ...ids])),
  ...['utimes', 'lutimes'].map((name) => member(name, (p) => [p.path(), 1, 2])),
  member('readdir', (p) => [p.path(), { recursive: true, withFileTypes: p.random.chance(0.5) }]),
  async (fs, p) => {
    const found = fs.promises.glob(p.random.pick(['**', '*', 'd/**/f']), { cwd: p.root });
    for await (const _ of found);
  },
  (fs, p) => fs.globSync('**/*', { cwd: p.root }),
  (fs, p) => fs.existsSync(p.path()),
  async (fs, p) => {
    const directory = (await inStyle(fs, p, p.random.pick(STYLES), 'opendir', [
      p.path(),
      {},
    ])) as AsyncIterable<unknown>;
    for await (const _ of directory);
  },
  async (fs, p) => (await fs.openAsBlob(p.path())).text(),
  // Descriptors.
  ...[1, 2, 3].map(
    (): Call => async (fs, p) => {
      p.fds.push((await inStyle(fs, p, p.random.pick(ON_DESCRIPTORS), 'open', [p.path(), p.flags(), 0o644])) as number);
    },
  ),
  ...[1, 2].map(
    (): Call => async (fs, p) => {
      p.handles.push((await fs.promises.open(p.path(), p.flags())) as unknown as FileHandleLike);
    },
  ),
  ...['fchmod', 'ftruncate'].map((name) => member(name, (p) => [p.fd(), p.random.pick([0, 0o600])], ON_DESCRIPTORS)),
  member('fchown', (p) => [p.fd(), ...ids], ON_DESCRIPTORS),
  member('futimes', (p) => [p.fd(), 1, 2], ON_DESCRIPTORS),
  ...['fsync', 'fdatasync', 'fstat'].map((name) => member(name, (p) => [p.fd()], ON_DESCRIPTORS)),
  ...[1, 2].map(() => member('write', (p) => [p.fd(), p.data()], ON_DESCRIPTORS)),
  member('writev', (p) => [p.fd(), [Buffer.from('v'), Buffer.alloc(3000)]], ON_DESCRIPTORS),
  member('read', (p) => [p.fd(), Buffer.alloc(30), 0, 30, p.random.pick([null, 0, 3])], ON_DESCRIPTORS),
  member('readv', (p) => [p.fd(), [Buffer.alloc(3)]], ON_DESCRIPTORS),
  ...['readFile', 'writeFile', 'appendFile'].map((name) =>
    member(name, (p) => [p.fd(), name === 'readFile' ? 'utf8' : p.data()], ON_DESCRIPTORS),
  ),
  async (fs, p) => {
    const fd = p.fds.pop();
    if (fd !== undefined) await inStyle(fs, p, p.random.pick(ON_DESCRIPTORS), 'close', [fd]);
  },
  handleCall,
  handleCall,
  handleCall,
  // Streams and classes.
  (fs, p) => written(fs.createWriteStream(p.path(), streamOptions(p, true)), p),
  (fs, p) => written(fs.createWriteStream(p.path()), p),
  (fs, p) => ended(fs.createReadStream(p.path(), streamOptions(p, false)), p),
  (fs, p) => written(make(fs, 'WriteStream', [p.path(), streamOptions(p, true)]) as Writable, p),
  (fs, p) => ended(make(fs, 'ReadStream', [p.path(), streamOptions(p, false)]) as Readable, p),
  (fs, p) => written(make(fs, 'FileWriteStream', [p.path(), {}]) as Writable, p),
  async (fs, p) => {
    // A property of Node 22.18 and later.
    if (!Reflect.has(fs, 'Utf8Stream')) return;
    const stream = make(fs, 'Utf8Stream', [
      { dest: p.path(), sync: p.random.chance(0.5), append: p.random.chance(0.5) },
    ]) as Utf8;
    await new Promise<void>((resolve, reject) => {
      stream.on('error', reject);
      stream.on('close', () => resolve());
      stream.write('utf8');
      stream.end();
    });
  },
  (fs, p) => {
    const watcher = fs.watch(p.path(), { persistent: false }, () => {});
    watcher.on('error', () => {});
    p.open.push(watcher);
  },
  (fs, p) => {
    const watched = p.path();
    const listener = (): void => {};
    fs.watchFile(watched, { persistent: false, interval: 50 }, listener);
    p.open.push({ close: () => fs.unwatchFile(watched, listener) });
  },
];

interface Utf8 {
  on(event: string, listener: (error?: unknown) => void): void;
  write(text: string): void;
  end(): void;
}

const make = (fs: NodeFs, name: string, args: unknown[]): unknown =>
  Reflect.construct(Reflect.get(fs, name) as new () => object, args);

function cpOptions({ random }: Program): object {
  const maybe = (name: string): object => (random.chance(0.3) ? { [name]: random.chance(0.5) } : {});
  const names = ['dereference', 'errorOnExist', 'force', 'preserveTimestamps', 'recursive', 'verbatimSymlinks'];
  return Object.assign({}, ...names.map(maybe), random.chance(0.3) ? { filter: () => random.chance(0.8) } : {});
}

const LIMIT = 10_000;

/** An error with a code is an answer; one without is a fault of the library. */
function outcomeOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof DOMException) return error.name;
  return typeof code === 'string' ? code : String((error as Error)?.stack ?? error);
}

/** Waits for a call, but not for ever. */
async function inTime(what: string, call: () => unknown): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const hung = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} never ends`)), LIMIT);
  });
  try {
    await Promise.race([hung, call()]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs `steps` random calls and closes what they left open. @returns what is no answer of a file system */
export async function run(fs: NodeFs, program: Program, steps: number, counts: Map<string, number>): Promise<string[]> {
  const faults: string[] = [];
  for (let step = 0; step < steps; step++) {
    let outcome = 'ok';
    const call = program.random.pick(CALLS);
    program.last = String(call);
    try {
      await inTime(`step ${step}`, () => call(fs, program));
    } catch (error) {
      outcome = outcomeOf(error);
    }
    if (outcome.includes('\n') || outcome.includes(' ')) faults.push(`step ${step}: ${program.last}\n${outcome}`);
    else counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  for (const each of program.open) each.close();
  for (const handle of program.handles) {
    await inTime('close', () => handle.close()).catch((error) => {
      if (outcomeOf(error).includes(' ')) faults.push(outcomeOf(error));
    });
  }
  for (const fd of program.fds) {
    try {
      fs.closeSync(fd);
    } catch {
      // Closed by a stream.
    }
  }
  return faults;
}
