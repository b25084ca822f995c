/**
 * Quota truth: objects that a volume hands out and that are larger than they look: watchers with matchers and signals,
 * line readers, files of a node:vfs provider, handles nobody closes, iterators of a glob, whole volumes.
 */
import type { FSWatcher, ReadStream, WriteStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { openDatabase, type Sqlite3Module } from '../../../src/adapters/sqlite/index.js';
import { createProvider } from '../../../src/adapters/vfs/index.js';
import { createFs } from '../../../src/index.js';
import type { Env, Workload } from '../env.js';
import { POOL, part } from '../parts.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const ignore = (): void => {};
const NOTHING = ['*.log', '**/build/**', '{a,b,c}*.tmp', '!(x|y).bak'];

const object = (
  name: string,
  about: string,
  run: Workload['run'],
  release: Workload['release'],
  more: Pick<Workload, 'endless'> = {},
): Workload => ({ name, about, portable: false, run, release, ...more });

const closeAll = (env: Env): Promise<void> => env.releaseObjects((one: { close(): unknown }) => one.close());

const destroyAll = async (env: Env): Promise<void> => {
  await env.releaseObjects((stream: { destroy(): void }) => stream.destroy());
  for (let i = 0; i < 10; i++) await turn();
};

async function keepOpen(env: Env, stream: ReadStream | WriteStream): Promise<void> {
  env.keep(stream);
  await new Promise((resolve, reject) => stream.once('error', reject).once('open', resolve));
  stream.removeAllListeners('error').on('error', ignore);
}

const withIgnore = object(
  'watchers-with-ignore',
  'watchers that are given patterns of what to leave out',
  (env) => void env.fill(() => env.keep(env.fs.watch('/', { ignore: NOTHING } as object, ignore)), 100_000),
  closeAll,
);

const withSignal = object(
  'watchers-with-signal',
  'watchers that share one AbortSignal, recursive ones too',
  (env) => {
    const { signal } = new AbortController();
    env.fill((i) => env.keep(env.fs.watch('/', { signal, recursive: i % 2 === 1 }, ignore)), 100_000);
  },
  (env) => env.releaseObjects((watcher: FSWatcher) => watcher.close()),
);

const iteratorsWithIgnore = object(
  'watch-iterators-with-ignore',
  'fs.promises.watch iterators with patterns and a signal that they share',
  async (env) => {
    const controller = new AbortController();
    const options = { signal: controller.signal, ignore: NOTHING } as object;
    let failure: unknown;
    await env.fillAsync(async (i) => {
      const iterator = env.fs.promises.watch('/', options)[Symbol.asyncIterator]();
      const next = iterator.next().catch((error: Error) => {
        if (error.name !== 'AbortError') failure = error;
      });
      env.keep({ controller, next });
      if (i % 16 === 0) await turn();
      if (failure !== undefined) throw failure;
    }, 100_000);
  },
  (env) =>
    env.releaseObjects(async ({ controller, next }: { controller: AbortController; next: Promise<unknown> }) => {
      controller.abort();
      await next;
    }),
);

interface LinesKept {
  readonly handle: FileHandle;
  lines?: ReturnType<FileHandle['readLines']>;
}

const lineReaders = object(
  'line-readers-kept',
  'FileHandles whose lines are read, kept after the first',
  async (env) => {
    // Larger than what is read ahead: what has been read to its end is closed, and its lines are the caller's.
    env.fs.writeFileSync('/text', 'a line of some length\n'.repeat(env.quota / 200));
    await env.fillAsync(async () => {
      const kept: LinesKept = { handle: await env.fs.promises.open('/text', 'r') };
      env.keep(kept);
      kept.lines = kept.handle.readLines();
      await kept.lines[Symbol.asyncIterator]().next();
    }, 100_000);
  },
  async (env) => {
    await env.releaseObjects(({ handle, lines }: LinesKept) => {
      lines?.close();
      return handle.close().catch(ignore);
    });
    for (let i = 0; i < 10; i++) await turn();
  },
);

const asyncIds = object(
  'file-handles-with-resources',
  'FileHandles asked for their asynchronous number, left open',
  (env) =>
    env
      .fillAsync(async () => {
        const handle = await env.fs.promises.open('/file', 'a');
        env.keep(handle);
        (handle as unknown as { getAsyncId(): number }).getAsyncId();
      })
      .then(ignore),
  closeAll,
);

const lost = object(
  'file-handles-lost',
  'FileHandles of fs.promises that nobody keeps or closes, on a volume that is nearly full',
  async (env) => {
    let last = -1;
    await env.fillAsync(async (i) => {
      last = (await env.fs.promises.open(`/lost${i % 50}`, 'w')).fd;
    });
    // They are as open as descriptors: closed by their numbers, which are consecutive.
    for (let fd = last; fd > last - env.steps; fd--) env.keepNumber(fd);
    env.fill((i) => env.fs.writeFileSync(`/rest${i}`, part(500)));
  },
  (env) => env.closeNumbers(),
);

const streamsWithSignal = object(
  'streams-with-signal',
  'read and write streams that share one AbortSignal, opened and kept',
  async (env) => {
    const { signal } = new AbortController();
    env.fs.writeFileSync('/file', part(100));
    await env.fillAsync(async (i) => {
      const stream =
        i % 2 === 0 ? env.fs.createReadStream('/file', { signal }) : env.fs.createWriteStream(`/w${i}`, { signal });
      await keepOpen(env, stream);
    }, 100_000);
  },
  destroyAll,
);

/** node:vfs is there from Node 26.4 on, behind a flag; elsewhere a class stands in for its base. */
function provide(fs: Env['fs']): ReturnType<typeof createProvider> {
  class VirtualProvider {}
  const { getBuiltinModule } = process;
  const stand = (name: string): unknown => (name === 'node:vfs' ? { VirtualProvider } : getBuiltinModule?.(name));
  Object.defineProperty(process, 'getBuiltinModule', { value: stand, configurable: true, writable: true });
  try {
    return createProvider(fs as typeof import('node:fs'));
  } finally {
    Object.defineProperty(process, 'getBuiltinModule', { value: getBuiltinModule, configurable: true, writable: true });
  }
}

const providerFiles = object(
  'vfs-files',
  'files of a node:vfs provider, left open',
  (env) => {
    const provider = provide(env.fs);
    env.fill((i) => env.keep(provider.openSync(`/v${i % 1000}`, 'w')));
  },
  closeAll,
);

const providerChurn = object(
  'vfs-churn',
  'files of a node:vfs provider opened, written and closed, then filled up through it',
  (env) => {
    const provider = provide(env.fs);
    env.fill((i) => {
      const file = provider.openSync(`/v${i % 100}`, 'w');
      file.writeSync(part(100 + (i % 3000)));
      file.closeSync();
    }, 20_000);
    env.fill((i) => {
      const file = provider.openSync(`/more${i}`, 'w');
      try {
        file.writeSync(part(2000));
      } finally {
        file.closeSync();
      }
    });
  },
  undefined,
);

const sharedFile = object(
  'descriptors-and-positions',
  'descriptors of one file, each seeking, writing and cutting in turn',
  (env) => {
    const opened = env.fill(
      () => env.keepNumber(env.fs.openSync('/file', 'a+')),
      Math.min(2000, Math.floor(env.quota / 2000)),
    );
    env.fill((i) => {
      const fd = env.numbers[i % opened];
      if (i % 50 === 49) env.fs.ftruncateSync(fd, env.random(env.quota / 4));
      else env.fs.writeSync(fd, POOL, 0, 1 + env.random(9000));
    }, 50_000);
    env.fill(() => env.fs.writeSync(env.numbers[0], POOL, 0, 5000));
  },
  (env) => env.closeNumbers(),
);

interface Database {
  exec(statement: { sql: string; bind?: number[] }): void;
}
const SQLITE_FULL = 13;
const QUARTER = 256 * 1024;

/** The volumes are the workload's own: the one under test stays empty, and its limit is what they share. */
const manyVolumes: Workload = {
  name: 'many-volumes',
  about: 'volumes of 256 KiB, whose quotas are the quota together, each filled by files of 100 to 9,000 bytes',
  portable: false,
  endless: true,
  volumes: true,
  run(env) {
    for (let i = 0; (i + 1) * QUARTER <= env.quota; i++) {
      const fs = createFs({ maxQuota: QUARTER });
      env.keep(fs);
      env.fill((j) => fs.writeFileSync(`/f${j}`, part(100 + ((i * 131 + j * 97) % 8900))), 10_000);
    }
    env.refusal = undefined;
  },
  release: (env) => env.releaseObjects(ignore),
};

/** A directory whose path is nearly as long as paths may be, and a file in it. Each call gives strings of its own. */
function longPaths(env: Env): { directory(): string; file(): string } {
  const names = Array.from({ length: 19 }, (_, i) => `${i}-`.padEnd(200, 'p'));
  const directory = (): string => Buffer.from(`/${names.join('/')}`).toString();
  env.fs.mkdirSync(directory(), { recursive: true });
  const file = (): string => `${directory()}/file`;
  env.fs.writeFileSync(file(), part(100));
  return { directory, file };
}

type LongPaths = ReturnType<typeof longPaths>;
const TAKERS: Readonly<Record<string, (env: Env, path: LongPaths, i: number) => unknown>> = {
  watchers: (env, path, i) => env.fs.watch(i % 2 === 0 ? path.file() : path.directory(), ignore),
  'tree-watchers': (env, path) => env.fs.watch(path.directory(), { recursive: true }, ignore),
  dirs: (env, path) => env.fs.opendirSync(path.directory()),
  'read-dirs': (env, path) => {
    const dir = env.fs.opendirSync(path.directory());
    dir.readSync();
    return dir;
  },
};

const onLongPaths = Object.entries(TAKERS).map(([name, take]) =>
  object(
    `long-paths-${name}`,
    `${name} of a path of 3,800 bytes, kept`,
    (env) => {
      const path = longPaths(env);
      env.fill((i) => env.keep(take(env, path, i)));
    },
    (env) => env.releaseObjects((one: { close(): void; closeSync?(): void }) => (one.closeSync ?? one.close).call(one)),
  ),
);

const longPathFiles = object(
  'long-paths-files',
  'FileHandles and files of a provider of a path of 3,800 bytes, left open',
  async (env) => {
    const path = longPaths(env);
    const provider = provide(env.fs);
    await env.fillAsync(async (i) =>
      env.keep(i % 2 === 0 ? provider.openSync(path.file(), 'r') : await env.fs.promises.open(path.file())),
    );
  },
  closeAll,
);

const longPathStreams = object(
  'long-paths-streams',
  'read and write streams of a path of 3,800 bytes, opened and kept',
  async (env) => {
    const path = longPaths(env);
    await env.fillAsync(async (i) => {
      const stream =
        i % 2 === 0
          ? env.fs.createReadStream(path.file(), { highWaterMark: 512 })
          : env.fs.createWriteStream(path.file());
      await keepOpen(env, stream);
    }, 100_000);
  },
  destroyAll,
);

const longNameDirs = object(
  'dirs-of-long-names',
  'Dirs of a directory whose names are 63 foxes, one entry read of each, kept',
  (env) => {
    for (let i = 0; i < 200; i++) env.fs.writeFileSync(`/${(i % 36).toString(36)}${i % 7}${'🦊'.repeat(60)}${i}`, '');
    env.fill(() => {
      const dir = env.fs.opendirSync('/');
      env.keep(dir);
      dir.readSync();
    }, 500_000);
  },
  (env) => env.releaseObjects((dir: { closeSync(): void }) => dir.closeSync()),
);

/** Not bundled with the workloads: it finds its WebAssembly beside itself. */
const sqliteModule = '@sqlite.org/sqlite-wasm';
let sqlite: Promise<Sqlite3Module> | undefined;
export function loadSqlite(): Promise<Sqlite3Module> {
  sqlite ??= (async () => {
    const { default: init } = (await import(sqliteModule)) as { default(): Promise<Sqlite3Module> };
    const module = await init();
    Object.assign((module as unknown as { config: object }).config, { error: ignore, warn: ignore });
    return module;
  })();
  return sqlite;
}

const database = (mode: string): Workload => ({
  ...object(
    `sqlite-${mode}`,
    `a live database, its journal in mode ${mode}: rows until it is full, a third deleted, rows again`,
    async (env) => {
      const db = openDatabase(env.fs as never, '/db', { sqlite3: await loadSqlite() }) as Database;
      env.keep(db);
      const exec = (sql: string, bind?: number[]): void => {
        try {
          db.exec({ sql, bind });
        } catch (error) {
          if ((error as { resultCode?: number }).resultCode !== SQLITE_FULL) throw error;
          throw Object.assign(new Error('full'), { code: 'ENOSPC' });
        }
      };
      const insert = (i: number): void => exec('INSERT INTO t (v) VALUES (zeroblob(?))', [100 + ((i * 131) % 3000)]);
      exec(`PRAGMA page_size = 1024; PRAGMA cache_size = 8; PRAGMA journal_mode = ${mode}`);
      exec('CREATE TABLE t (id INTEGER PRIMARY KEY, v BLOB)');
      env.fill(insert);
      for (let id = 0; id < 300; id += 3) env.attempt(() => exec('DELETE FROM t WHERE id = ?', [id]));
      env.fill(insert);
    },
    closeAll,
  ),
  prepare: loadSqlite,
  // What the WebAssembly takes more when it runs.
  code: 2 * 2 ** 20,
});

export const objectWorkloads: readonly Workload[] = [
  withIgnore,
  withSignal,
  iteratorsWithIgnore,
  lineReaders,
  asyncIds,
  lost,
  streamsWithSignal,
  providerFiles,
  providerChurn,
  sharedFile,
  ...onLongPaths,
  longPathFiles,
  longPathStreams,
  longNameDirs,
  manyVolumes,
  database('delete'),
  database('wal'),
];
