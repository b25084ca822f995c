/**
 * The calls of the facade's exhaustion test: every member of `fs`, `fs.promises`
 * and FileHandle that changes a volume or keeps something open, in each of its
 * forms. Members that only look are listed too, so that none is forgotten.
 */
import { once } from 'node:events';
import type nodeFs from 'node:fs';
import type { ReadStream, WriteStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';

export type Fs = typeof nodeFs;

/** What is open before the call. */
export interface Ready {
  readonly fs: Fs;
  readonly fd: number;
  readonly handle: FileHandle;
}

export interface Case {
  readonly name: string;
  /** `fs.writeFile`, `promises.writeFile`, `FileHandle.writeFile`: what is covered. */
  readonly member: string;
  readonly call: (ready: Ready) => unknown;
  /** Must work without a byte of room. */
  readonly free?: true;
  /** But for the descriptor that it has for a moment. */
  readonly opens?: true;
  /** Takes back what it has done, which a ctime shows. */
  readonly undoes?: true;
  /** Consists of several writes: what was written before the one that is refused stays, as in Node. */
  readonly stepwise?: true;
}

type Arguments = (ready: Ready) => readonly unknown[];
type Flags = Pick<Case, 'free' | 'opens' | 'stepwise' | 'undoes'>;
type AnyFunction = (...args: unknown[]) => unknown;

const has = (where: object, name: string): boolean => typeof Reflect.get(where, name) === 'function';

/** A member in all its forms, with the same arguments. What it opens is closed again. */
function forms(real: Fs, member: string, label: string, args: Arguments, flags: Flags = {}): Case[] {
  const name = `${member}${label && ` ${label}`}`;
  const cases: Case[] = [];
  if (has(real, `${member}Sync`)) {
    const call = (ready: Ready): unknown =>
      shut(ready, (Reflect.get(ready.fs, `${member}Sync`) as AnyFunction)(...args(ready)));
    cases.push({ name: `${name}, synchronous`, member: `fs.${member}Sync`, call, ...flags });
  }
  if (has(real, member)) {
    const call = (ready: Ready): unknown =>
      new Promise((resolve, reject) => {
        const done = (error: unknown, value: unknown): void => (error ? reject(error) : resolve(shut(ready, value)));
        (Reflect.get(ready.fs, member) as AnyFunction)(...args(ready), done);
      });
    cases.push({ name: `${name}, with a callback`, member: `fs.${member}`, call, ...flags });
  }
  if (has(real.promises, member)) {
    const call = async (ready: Ready): Promise<unknown> =>
      shut(ready, await (Reflect.get(ready.fs.promises, member) as AnyFunction)(...args(ready)));
    cases.push({ name: `${name}, promise`, member: `promises.${member}`, call, ...flags });
  }
  return cases;
}

/** Closes what a call opened: a descriptor, a FileHandle, a Dir, a watcher. */
function shut({ fs }: Ready, value: unknown): unknown {
  if (typeof value === 'number' && value >= 2 ** 29) fs.closeSync(value);
  if (typeof value !== 'object' || value === null) return undefined;
  const open = value as { close?: () => unknown; closeSync?: () => unknown };
  return has(value, 'closeSync') ? open.closeSync?.() : open.close?.();
}

const onHandle = (
  member: keyof FileHandle & string,
  label: string,
  args: readonly unknown[],
  flags: Flags = {},
): Case => ({
  name: `FileHandle.${member}${label && ` ${label}`}`,
  member: `FileHandle.${member}`,
  call: ({ handle }) => (Reflect.get(handle, member) as AnyFunction).apply(handle, [...args]),
  ...flags,
});

const one = (member: string, label: string, call: Case['call'], flags: Flags = {}): Case => ({
  name: `${member} ${label}`,
  member,
  call,
  ...flags,
});

const LONG = 'n'.repeat(200);
const data = (size: number): Buffer => Buffer.alloc(size, 'data');
const paths =
  (...args: unknown[]): Arguments =>
  () =>
    args;
const withFd =
  (...args: unknown[]): Arguments =>
  ({ fd }) => [fd, ...args];

async function useStream(stream: ReadStream | WriteStream, chunks: readonly Buffer[]): Promise<void> {
  const closed = once(stream, 'close');
  let failure: unknown;
  stream.on('error', (error) => {
    failure = error;
  });
  if (stream instanceof Readable) stream.resume();
  else {
    for (const chunk of chunks) stream.write(chunk);
    stream.end();
  }
  await closed.catch(() => undefined);
  if (failure !== undefined) throw failure;
}

function streamCases(): Case[] {
  const write = (label: string, chunks: readonly Buffer[], path: string, options: object, flags: Flags = {}): Case =>
    one('fs.createWriteStream', label, ({ fs }) => useStream(fs.createWriteStream(path, options), chunks), flags);
  return [
    write('of a new file', [], `/tree/${LONG}`, {}),
    write('over a file, with data', [data(3000)], '/file', {}, { stepwise: true }),
    write('that appends several chunks', [data(3000), data(70_000)], '/big', { flags: 'a' }, { stepwise: true }),
    one('fs.createReadStream', '', ({ fs }) => useStream(fs.createReadStream('/big'), [])),
    one('FileHandle.createReadStream', '', ({ handle }) => useStream(handle.createReadStream({ end: 3 }), []), {
      stepwise: true,
    }),
    one(
      'FileHandle.createWriteStream',
      '',
      ({ handle }) => useStream(handle.createWriteStream({ start: 0 }), [data(9000)]),
      {
        stepwise: true,
      },
    ),
  ];
}

/** Every case for the running Node, whose own fs is `real`. */
export function casesFor(real: Fs): Case[] {
  const all = (member: string, label: string, args: Arguments, flags?: Flags): Case[] =>
    forms(real, member, label, args, flags);
  const later = new Date(1_800_000_000_000);
  return [
    ...all('writeFile', 'of a new file', paths(`/tree/${LONG}`, data(5000))),
    ...all('writeFile', 'of an empty file', paths('/new', '')),
    ...all('writeFile', 'over a small file', paths('/file', data(9000))),
    ...all('writeFile', 'over a big file, text', paths('/big', 'żółw'.repeat(30_000), { flush: true })),
    ...all('writeFile', 'appending', paths('/big', data(80_000), { flag: 'a' })),
    ...all('writeFile', 'to a descriptor', withFd(data(5000))).filter(({ member }) => member.startsWith('fs.')),
    one(
      'promises.writeFile',
      'of pieces',
      ({ fs }) => fs.promises.writeFile('/file', Readable.from([data(9000), data(9000)])),
      { stepwise: true },
    ),
    ...all('appendFile', 'to a file', paths('/file', data(3000))),
    ...all('appendFile', 'of a few bytes', paths('/big', 'x')),
    ...all('appendFile', 'to a new file', paths(`/${LONG}`, data(100))),
    ...all('write', 'at the end', withFd(data(6000), 0, 6000, 8)),
    ...all('write', 'far behind the end', withFd(data(10), 0, 10, 1_000_000)),
    ...all('write', 'of text', withFd('żółw'.repeat(2000), 3)),
    ...all('write', 'in place', withFd(data(4), 0, 4, 0), { free: true }),
    ...all('writev', '', withFd([data(3000), data(10), data(70_000)], 5)),
    ...all('copyFile', 'to a new file', paths('/big', '/copy')),
    ...all('copyFile', 'over a file', paths('/big', '/file')),
    ...all('copyFile', 'of a small file', paths('/file', `/tree/${LONG}`)),
    ...all('cp', 'of a tree', paths('/tree', `/${LONG}`, { recursive: true }), { undoes: true }),
    ...all('cp', 'of a tree, with times', paths('/tree', '/copy/deep', { recursive: true, preserveTimestamps: true }), {
      undoes: true,
    }),
    ...all('cp', 'of a tree over another', paths('/tree', '/other', { recursive: true, force: true }), {
      undoes: true,
    }),
    ...all('cp', 'of a file', paths('/big', '/tree/copy'), { undoes: true }),
    ...all('cp', 'of a tree, links followed', paths('/tree', '/copy', { recursive: true, dereference: true }), {
      undoes: true,
    }),
    ...all('mkdir', '', paths(`/tree/${LONG}`)),
    ...all('mkdir', 'of many levels', paths(`/tree/x/${LONG}/b/c`, { recursive: true })),
    ...all('mkdtemp', '', paths(`/tree/${LONG}`)),
    ...(has(real, 'mkdtempDisposableSync')
      ? [
          one('fs.mkdtempDisposableSync', '', ({ fs }) =>
            (Reflect.get(fs, 'mkdtempDisposableSync') as (prefix: string) => { path: string })(`/${LONG}`),
          ),
          one('promises.mkdtempDisposable', '', ({ fs }) =>
            (Reflect.get(fs.promises, 'mkdtempDisposable') as AnyFunction)(`/${LONG}`),
          ),
        ]
      : []),
    ...all('symlink', '', paths('t'.repeat(3000), `/tree/${LONG}`)),
    ...all('link', '', paths('/file', `/tree/${LONG}`)),
    ...all('rename', 'to a longer name', paths('/file', `/tree/${LONG}`)),
    ...all('rename', 'to another long name', paths(`/${'o'.repeat(200)}`, `/tree/${LONG}`), { free: true }),
    ...all('rename', 'to a name less long', paths(`/${'o'.repeat(200)}`, `/tree/${LONG.slice(100)}`), { free: true }),
    ...all('rename', 'to a short name', paths(`/${'o'.repeat(200)}`, '/tree/short'), { free: true }),
    ...all('rename', 'of a directory', paths('/tree', `/${LONG}`)),
    ...all('rename', 'over a file', paths('/file', '/big'), { free: true }),
    ...all('truncate', 'to more', paths('/file', 100_000), { free: true, opens: true }),
    ...all('truncate', 'to less', paths('/big', 100), { free: true, opens: true }),
    ...all('ftruncate', 'to more', withFd(100_000), { free: true }),
    ...all('ftruncate', 'to nothing', withFd(0), { free: true }),
    ...all('open', 'of a new file', paths(`/tree/${LONG}`, 'w')),
    ...all('open', 'exclusively', paths('/new', 'wx+')),
    ...all('open', 'of a file without a name', paths('/tree', real.constants.O_RDWR | 0o20200000)),
    ...all('open', 'for reading', paths('/file', 'r')),
    ...all('opendir', '', paths('/tree')),
    ...all('utimes', '', paths('/file', later, later), { free: true }),
    ...all('lutimes', '', paths('/tree/link', later, later), { free: true }),
    ...all('futimes', '', withFd(later, later), { free: true }),
    ...all('chmod', '', paths('/file', 0o600), { free: true }),
    ...all('fchmod', '', withFd(0o600), { free: true }),
    ...all('chown', '', paths('/file', 1, 1), { free: true }),
    ...all('lchown', '', paths('/tree/link', 1, 1), { free: true }),
    ...all('fchown', '', withFd(1, 1), { free: true }),
    ...all('unlink', '', paths('/file'), { free: true }),
    ...all('rmdir', '', paths('/tree/empty'), { free: true }),
    ...all('rm', '', paths('/tree', { recursive: true }), { free: true }),
    ...all('close', '', withFd(), { free: true }),
    ...all('fsync', '', withFd(), { free: true }),
    ...all('fdatasync', '', withFd(), { free: true }),
    one('fs.watch', '', (ready) => shut(ready, ready.fs.watch('/tree'))),
    one('fs.watch', 'of a tree', (ready) => shut(ready, ready.fs.watch('/', { recursive: true }))),
    one('fs.watchFile', '', ({ fs }) => {
      fs.watchFile('/file', { persistent: false }, () => {});
      fs.unwatchFile('/file');
    }),
    one('fs.watchFile', 'of one that is watched', ({ fs }) => {
      fs.watchFile('/file', { persistent: false }, () => {});
      try {
        fs.watchFile('/file', () => {});
      } finally {
        fs.unwatchFile('/file');
      }
    }),
    one(
      'promises.watch',
      '',
      async ({ fs }) => {
        const iterator = fs.promises.watch('/tree')[Symbol.asyncIterator]();
        const first = iterator.next();
        fs.utimesSync('/tree/a', later, later);
        await first.finally(() => iterator.return?.());
      },
      { stepwise: true },
    ),
    ...streamCases(),
    onHandle('writeFile', '', [data(9000)]),
    onHandle('appendFile', '', [data(9000)]),
    onHandle('write', '', [data(9000), 0, 9000, 4]),
    onHandle('write', 'of text', ['żółw'.repeat(3000), 4]),
    onHandle('writev', '', [[data(3000), data(80_000)], 4]),
    onHandle('truncate', 'to more', [1_000_000], { free: true }),
    onHandle('truncate', 'to nothing', [0], { free: true }),
    onHandle('chmod', '', [0o600], { free: true }),
    onHandle('chown', '', [1, 1], { free: true }),
    onHandle('utimes', '', [later, later], { free: true }),
    onHandle('sync', '', [], { free: true }),
    onHandle('datasync', '', [], { free: true }),
    one(
      'FileHandle.readableWebStream',
      '',
      ({ handle }) => {
        const reader = (handle.readableWebStream() as ReadableStream<unknown>).getReader();
        return reader.read().then(() => reader.cancel());
      },
      { stepwise: true },
    ),
    one('FileHandle.close', '', ({ handle }) => handle.close(), { free: true }),
  ];
}

/** Members that change nothing and leave nothing open, and classes. */
export const LOOKING: ReadonlySet<string> = new Set([
  ...[
    'access',
    'exists',
    'fstat',
    'lstat',
    'stat',
    'statfs',
    'readdir',
    'read',
    'readv',
    'readFile',
    'readlink',
    'realpath',
    'glob',
    'openAsBlob',
  ].flatMap((name) => [`fs.${name}`, `fs.${name}Sync`, `promises.${name}`]),
  ...['read', 'readv', 'readFile', 'readLines', 'stat', 'getAsyncId'].map((name) => `FileHandle.${name}`),
  ...['Dirent', 'Stats', 'Dir', '_toUnixTimestamp', 'unwatchFile'].map((name) => `fs.${name}`),
  // What createReadStream and createWriteStream make, and a writer that calls `write` of the same object.
  ...['ReadStream', 'WriteStream', 'FileReadStream', 'FileWriteStream', 'Utf8Stream'].map((name) => `fs.${name}`),
  // Only exist on macOS.
  ...['fs.lchmod', 'fs.lchmodSync', 'promises.lchmod', 'promises.constants'],
]);
