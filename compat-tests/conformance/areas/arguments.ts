/**
 * Compat tests, conformance: every function in every form, each of its arguments in turn replaced by
 * what it does not expect. Which check comes first, how it is worded, whether it is thrown, delivered
 * or rejected: all of it is Node's to say.
 */
import type { Area, Case, Tools } from '../suite.js';

type Kind = 'path' | 'fd' | 'options' | 'number' | 'data' | 'buffer' | 'buffers' | 'time' | 'mode' | 'text';
interface Signature {
  readonly kinds: readonly Kind[];
  /** Arguments that succeed, on a fresh fixture with an open descriptor. */
  good(t: Tools, fd: number): unknown[];
  /** Forms that there are, or that can be asked without ending Node itself. */
  readonly forms?: string;
}

const sig = (kinds: string, good: Signature['good'], forms = 'sync cb promise'): Signature => ({
  kinds: kinds.split(' ') as Kind[],
  good,
  forms,
});

const signatures: Record<string, Signature> = {
  access: sig('path number', (t) => [t.p('f'), 4]),
  appendFile: sig('path data options', (t) => [t.p('f'), 'x', {}]),
  chmod: sig('path mode', (t) => [t.p('f'), 0o600]),
  chown: sig('path number number', (t) => [t.p('f'), 0, 0]),
  copyFile: sig('path path number', (t) => [t.p('f'), t.p('new'), 0]),
  exists: sig('path', (t) => [t.p('f')], 'sync cb'),
  fchmod: sig('fd mode', (_, fd) => [fd, 0o600], 'sync cb'),
  fchown: sig('fd number number', (_, fd) => [fd, 0, 0], 'sync cb'),
  fdatasync: sig('fd', (_, fd) => [fd], 'sync cb'),
  fstat: sig('fd options', (_, fd) => [fd, {}], 'sync cb'),
  fsync: sig('fd', (_, fd) => [fd], 'sync cb'),
  ftruncate: sig('fd number', (_, fd) => [fd, 3], 'sync cb'),
  futimes: sig('fd time time', (_, fd) => [fd, 1, 1], 'sync cb'),
  lchown: sig('path number number', (t) => [t.p('l'), 0, 0]),
  link: sig('path path', (t) => [t.p('f'), t.p('new')]),
  lstat: sig('path options', (t) => [t.p('f'), {}]),
  lutimes: sig('path time time', (t) => [t.p('l'), 1, 1]),
  mkdir: sig('path options', (t) => [t.p('new'), {}]),
  open: sig('path text mode', (t) => [t.p('f'), 'r', 0o600]),
  opendir: sig('path options', (t) => [t.p('d'), {}]),
  read: sig('fd buffer number number number', (_, fd) => [fd, Buffer.alloc(4), 0, 4, 0], 'sync cb'),
  readdir: sig('path options', (t) => [t.p('d'), {}]),
  readFile: sig('path options', (t) => [t.p('f'), {}]),
  readlink: sig('path options', (t) => [t.p('l'), {}]),
  readv: sig('fd buffers number', (_, fd) => [fd, [Buffer.alloc(4)], 0], 'sync cb'),
  realpath: sig('path options', (t) => [t.p('l'), {}]),
  rename: sig('path path', (t) => [t.p('f'), t.p('new')]),
  rm: sig('path options', (t) => [t.p('f'), {}]),
  rmdir: sig('path options', (t) => [t.p('e'), {}]),
  stat: sig('path options', (t) => [t.p('f'), {}]),
  statfs: sig('path options', (t) => [t.p('f'), {}]),
  symlink: sig('path path text', (t) => ['target', t.p('new'), 'file']),
  truncate: sig('path number', (t) => [t.p('f'), 3]),
  unlink: sig('path', (t) => [t.p('f')]),
  utimes: sig('path time time', (t) => [t.p('f'), 1, 1]),
  write: sig('fd buffer number number number', (_, fd) => [fd, Buffer.from('abcd'), 0, 4, 0], 'sync cb'),
  writeFile: sig('path data options', (t) => [t.p('f'), 'x', {}]),
  writev: sig('fd buffers number', (_, fd) => [fd, [Buffer.from('ab')], 0], 'sync cb'),
};

const url = (text: string): URL => new URL(text);

const odd: Record<Kind, (t: Tools) => unknown[]> = {
  path: (t) => [
    undefined,
    null,
    987_654,
    -1,
    true,
    5n,
    {},
    [],
    Symbol('s'),
    NaN,
    '',
    'a\0b',
    Buffer.from('a\0b'),
    new String(t.p('f')),
    new Uint8Array(Buffer.from(t.p('f'))),
    new Uint16Array(2),
    new DataView(new ArrayBuffer(2)),
    Buffer.alloc(0),
    url('http://host/f'),
    url('file://host/f'),
    url(`file://${t.p('a%2fb')}`),
    url(`file://${t.p('a%00b')}`),
    url(`file://${t.p('none')}`),
    { href: 'file:///x', protocol: 'file:' },
    { pathname: '/x', protocol: 'file:', href: 'file:///x' },
    t.p('none'),
    `${t.p('f')}/x`,
    `${t.p('f')}/`,
    t.p('x'.repeat(256)),
  ],
  // No symbol: Node's words for one in this place end the process.
  fd: () => [undefined, null, -1, 1.5, '3', 2 ** 31, 2 ** 31 - 1, NaN, Infinity, {}, [], true, 3n],
  options: () => [undefined, null, 1, 0, true, false, 'nope', 'utf8', [], 5n, Symbol('s'), { encoding: 'nope' }],
  number: () => [undefined, null, -1, 1.5, '1', 'x', NaN, Infinity, {}, [], true, 1n, -1n, 2 ** 32, 2 ** 53, 100],
  data: () => [undefined, null, 1, true, {}, [], 5n, Symbol('s'), new Date(0), new ArrayBuffer(2), ['x'], '\u{d800}'],
  buffer: () => [undefined, null, 1, 'text', {}, [], true, new ArrayBuffer(4), new Uint8Array(0), new Float64Array(1)],
  buffers: () => [undefined, null, 1, 'x', {}, [], [1], [null], [Buffer.alloc(1), 'x'], new Uint8Array(2), true],
  time: () => [undefined, null, 'x', '', '5', {}, [], NaN, Infinity, -1, true, 1n, new Date(NaN), new Date(5)],
  mode: () => [undefined, null, -1, 1.5, '9', '600', '0o600', '', NaN, {}, [], true, 1n, 2 ** 32, 0o7777],
  text: () => [undefined, null, 1, 'nope', '', {}, [], true, 1n, -1, 1.5, NaN, 2 ** 32, Symbol('s')],
};

const reset = (t: Tools): void => {
  t.fs.rmSync(t.dir, { recursive: true, force: true });
  t.fs.mkdirSync(t.p('d'), { recursive: true });
  t.fs.mkdirSync(t.p('e'));
  t.fs.writeFileSync(t.p('f'), 'content');
  t.fs.symlinkSync('f', t.p('l'));
};

/** A Dir is told by its class, and closed. */
const shown = (value: unknown): unknown => {
  const dir = value as { closeSync?: () => void } | undefined;
  if (typeof dir?.closeSync !== 'function') return value;
  dir.closeSync();
  return 'a Dir';
};

/** How often a case builds its fixture anew: files and names may be gone after a good call. */
const calls =
  (name: string, { kinds, good, forms = '' }: Signature): Case =>
  async (t) => {
    reset(t);
    const outcomes: unknown[] = [];
    const opened: number[] = [];
    const attempt = async (title: string, args: unknown[]): Promise<void> => {
      const run: Record<string, () => unknown> = {
        sync: () => t.loose()[`${name}Sync`](...args),
        cb: () => t.cb((done) => t.loose()[name](...args, done)),
        promise: () => t.loose(t.fs.promises)[name](...args),
      };
      for (const form of forms.split(' ')) {
        const outcome = await t.attempt(async () => {
          const value = await t.attempt(run[form]);
          if (name === 'open' && typeof value === 'number') opened.push(value);
          return name === 'open' && form === 'promise' ? closed(value) : shown(value);
        });
        outcomes.push([title, form, name === 'open' ? opening(outcome) : outcome]);
        if (!['f', 'd', 'e', 'l'].every((each) => t.fs.lstatSync(t.p(each), { throwIfNoEntry: false }))) reset(t);
        t.fs.rmSync(t.p('new'), { recursive: true, force: true });
      }
    };
    const fd = t.fs.openSync(t.p('f'), 'r+');
    try {
      await attempt('good', good(t, fd));
      for (const [index, kind] of kinds.entries()) {
        for (const value of odd[kind](t)) {
          // Node answers to nobody: an uncaught exception, in readFile's next tick.
          if (name === 'readFile' && value === -1) continue;
          const args = good(t, fd);
          args[index] = value;
          await attempt(`${index} ${typeof value}`, args);
        }
      }
      // promises.opendir() without a path: docs/differences.md.
      for (let length = name === 'opendir' ? 1 : 0; length < kinds.length; length++)
        await attempt(`${length} only`, good(t, fd).slice(0, length));
    } finally {
      for (const each of [fd, ...opened]) t.fs.closeSync(each);
    }
    return outcomes;
  };

type Outcome = { resolved?: unknown };
const closed = async (value: unknown): Promise<unknown> => {
  const handle = (value as Outcome)?.resolved as { close?: () => Promise<void> } | undefined;
  if (typeof handle?.close !== 'function') return value;
  await handle.close();
  return 'a FileHandle';
};
/** Numbers of descriptors are not compared. */
const opening = (outcome: unknown): unknown => {
  const value = (outcome as Outcome).resolved;
  if (typeof value === 'number') return 'a descriptor';
  const args = (value as { args?: unknown[] } | undefined)?.args;
  return typeof args?.[1] === 'number' ? 'a descriptor' : outcome;
};

const area: Area = Object.fromEntries(Object.entries(signatures).map(([name, each]) => [name, calls(name, each)]));

export default area;
