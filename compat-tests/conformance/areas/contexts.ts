/** Compat tests, conformance: in which async context news arrives, and what each callback is given, on success and on error. */
import { AsyncLocalStorage, executionAsyncId, triggerAsyncId } from 'node:async_hooks';
import type { EventEmitter } from 'node:events';
import nodeFs from 'node:fs';
import { finished } from 'node:stream/promises';
import type { Area, Tools } from '../suite.js';

const storage = new AsyncLocalStorage<string>();
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const fixture = (t: Tools): void => {
  t.fs.writeFileSync(t.p('f'), 'content');
  t.fs.symlinkSync('f', t.p('l'));
  t.fs.mkdirSync(t.p('d'));
  t.fs.writeFileSync(t.p('d/x'), '1');
};

type Call = readonly [name: string, ...args: unknown[]];

const succeeding = (t: Tools, fd: number): Call[] => [
  ...([
    ['cp', t.p('d'), t.p('dd'), { recursive: true }],
    ['ftruncate', fd],
    ['mkdir', t.p('n/o'), { recursive: true }],
    ['mkdir', t.p('n/o'), { recursive: true }],
    ['mkdtemp', t.p('d/tmp')],
    ['read', fd, Buffer.alloc(0)],
    ['read', fd],
    ['read', fd, { buffer: Buffer.alloc(1), position: 100 }],
    ['readdir', t.dir, { withFileTypes: true }],
    ['readFile', t.p('f'), 'utf8'],
    ['rm', t.p('none'), { force: true }],
    ['rm', t.p('dd'), { recursive: true }],
    ['stat', t.p('f'), { bigint: true }],
    ['truncate', t.p('f')],
    ['write', fd, 'text'],
    ['write', fd, ''],
    ['write', fd, Buffer.alloc(0)],
    ['writeFile', t.p('f'), ''],
    ['writev', fd, []],
  ] satisfies Call[]),
  ...('glob' in nodeFs ? [['glob', t.p('*')] satisfies Call] : []),
];

const failing = (t: Tools): Call[] => {
  const none = t.p('none/x');
  const closed = 99_999;
  return [
    ...['access', 'lstat', 'open', 'opendir', 'readdir', 'readFile', 'readlink', 'realpath', 'rm', 'rmdir'].map(
      (name): Call => [name, none],
    ),
    ...['stat', 'statfs', 'truncate', 'unlink', 'mkdir', 'exists'].map((name): Call => [name, none]),
    ...['close', 'fdatasync', 'fstat', 'fsync', 'ftruncate', 'readFile'].map((name): Call => [name, closed]),
    ...['appendFile', 'copyFile', 'cp', 'link', 'rename', 'symlink', 'writeFile'].map(
      (name): Call => [name, none, t.p('none/y')],
    ),
    ...['chown', 'lchown', 'lutimes', 'utimes'].map((name): Call => [name, none, 1, 1]),
    ...['futimes', 'fchown'].map((name): Call => [name, closed, 1, 1]),
    ['chmod', none, 0o600],
    ['fchmod', closed, 0o600],
    ['appendFile', closed, 'x'],
    ['copyFile', t.p('f'), t.p('l'), nodeFs.constants.COPYFILE_EXCL],
    ['cp', t.p('d'), t.p('q')],
    ['cp', t.p('f'), t.p('l'), { errorOnExist: true, force: false }],
    ['exists', {}],
    ['exists', 'a\0'],
    ['mkdir', t.p('d')],
    ['mkdir', t.p('f/x'), { recursive: true }],
    ['lstat', none, { throwIfNoEntry: false }],
    ['stat', none, { throwIfNoEntry: false }],
    ['read', closed, Buffer.alloc(2), 0, 2, 0],
    ['read', closed, Buffer.alloc(0)],
    ['readdir', none, { recursive: true, withFileTypes: true }],
    ['readFile', none, 'utf8'],
    ['readFile', t.p('d')],
    ['readv', closed, [Buffer.alloc(1)]],
    ['rm', t.p('d')],
    ['rmdir', t.p('d')],
    ['unlink', t.p('d')],
    ['write', closed, Buffer.from('x')],
    ['write', closed, 'text'],
    ['write', closed, ''],
    ['writeFile', closed, 'x'],
    ['writeFile', closed, ''],
    ['writeFile', t.p('d'), 'x'],
    ['writev', closed, [Buffer.from('x')]],
    ['writev', closed, []],
  ];
};

/** How often each calls back, in whose context, and with what. */
const answers = async (t: Tools, calls: Call[]): Promise<unknown[]> => {
  const seen: unknown[] = [];
  for (const [name, ...args] of calls) {
    const given: unknown[] = [];
    await new Promise<void>((resolve) => {
      storage.run(name, () => {
        t.loose()[name](...args, (...values: unknown[]) => {
          given.push(storage.getStore() === name, values);
          resolve();
        });
        given.push('returned');
      });
    });
    await pause(0);
    // Made-up names differ.
    seen.push([name, name === 'mkdtemp' ? given.length : given]);
  }
  return seen;
};

/** The contexts in which an emitter's events come, when it was made in one and listened to in another. */
const eventsOf = (make: () => EventEmitter, names: string[], use: (emitter: EventEmitter) => unknown) => async () => {
  const seen: string[] = [];
  const emitter = storage.run('made', make);
  await storage.run('heard', async () => {
    for (const name of names) emitter.on(name, () => seen.push(`${name} in ${storage.getStore()}`));
    await use(emitter);
  });
  return [...new Set(seen)];
};

const streamEvents = ['open', 'ready', 'data', 'drain', 'end', 'finish', 'close'];

const area: Area = {
  'callbacks that succeed': async (t) => {
    fixture(t);
    const fd = t.fs.openSync(t.p('f'), 'r+');
    const seen = await answers(t, succeeding(t, fd));
    t.fs.closeSync(fd);
    return seen;
  },
  'callbacks that fail': async (t) => {
    fixture(t);
    return answers(t, failing(t));
  },
  'promises, each in its own': async (t) => {
    fixture(t);
    const seen: unknown[] = [];
    const see = (name: string): unknown => seen.push(storage.getStore() === name);
    await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        storage.run(name, async () => {
          await t.fs.promises.stat(t.p('f'));
          see(name);
          await t.fs.promises.stat(t.p('none')).catch(() => see(name));
          const handle = await t.fs.promises.open(t.p('f'));
          await handle.readFile();
          see(name);
          for await (const _ of handle.readLines()) see(name);
          for await (const _ of await t.fs.promises.opendir(t.dir)) see(name);
          await t.fs.promises.cp(t.p('d'), t.p(name), { recursive: true, filter: () => Boolean(see(name)) });
        }),
      ),
    );
    return seen;
  },
  'rejections that nobody handles': async (t) => {
    const seen: unknown[] = [];
    const before = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', (error: NodeJS.ErrnoException) => seen.push([error.code, storage.getStore()]));
    try {
      for (const name of ['stat', 'readFile', 'rm', 'opendir', 'unlink'] as const) {
        storage.run(name, () => void t.fs.promises[name](t.p('none')));
      }
      storage.run('cp', () => void t.fs.promises.cp(t.p('none'), t.p('x')));
      storage.run('argument', () => void t.loose(t.fs.promises).stat(1));
      await pause(60);
    } finally {
      process.removeAllListeners('unhandledRejection');
      for (const listener of before) process.on('unhandledRejection', listener);
    }
    return seen.map(String).sort();
  },
  'execution and trigger': (t) =>
    new Promise((resolve) => {
      const caller = executionAsyncId();
      t.fs.stat(t.dir, () => resolve([executionAsyncId() !== caller, triggerAsyncId() === caller]));
    }),
  'events of streams': async (t) => {
    fixture(t);
    const read = (emitter: EventEmitter): unknown => finished(emitter as NodeJS.ReadableStream).then(() => pause(5));
    const write = (emitter: EventEmitter): unknown => {
      (emitter as nodeFs.WriteStream).end('x');
      return finished(emitter as nodeFs.WriteStream).then(() => pause(5));
    };
    const handle = await t.fs.promises.open(t.p('f'));
    return t.all(
      eventsOf(() => t.fs.createReadStream(t.p('f')), streamEvents, read),
      eventsOf(() => t.fs.createWriteStream(t.p('w')), streamEvents, write),
      eventsOf(() => handle.createReadStream(), streamEvents, read),
    );
  },
  'events of watchers': async (t) => {
    fixture(t);
    const change = (emitter: EventEmitter): Promise<void> =>
      pause(30)
        .then(() => storage.run('changed', () => t.fs.writeFileSync(t.p('d/x'), 'longer')))
        .then(() => pause(120))
        .then(() => storage.run('closed', () => (emitter as nodeFs.FSWatcher).close?.()))
        .then(() => pause(10));
    return t.all(
      eventsOf(() => t.fs.watch(t.p('d')) as unknown as EventEmitter, ['change', 'close'], change),
      eventsOf(
        () => t.fs.watchFile(t.p('d/x'), { interval: 20 }, () => {}) as unknown as EventEmitter,
        ['change'],
        (watcher) => change(watcher).then(() => t.fs.unwatchFile(t.p('d/x'))),
      ),
      async () => {
        const stop = new AbortController();
        const seen: unknown[] = [];
        const watching = storage.run('watching', async () => {
          for await (const _ of t.fs.promises.watch(t.p('d'), { signal: stop.signal })) {
            seen.push(storage.getStore());
            stop.abort();
          }
        });
        await pause(30);
        storage.run('changed', () => t.fs.writeFileSync(t.p('d/y'), ''));
        await watching.catch((error: Error) => seen.push(error.name));
        return seen;
      },
    );
  },
};

export default area;
