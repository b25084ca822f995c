/** Quota truth: what a program keeps and forgets: streams read half-way, iterators after their first value, watchers of large trees. */
import type { FSWatcher, ReadStream, WriteStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { type Env, inThousands, type Workload } from '../env.js';
import { POOL, part } from '../parts.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const ignore = (): void => {};

/** Resolves at the first of `events`, rejects at 'error'. */
const first = (stream: ReadStream | WriteStream, event: string): Promise<void> =>
  new Promise((resolve, reject) => {
    stream.once('error', reject);
    stream.once(event, () => {
      stream.off('error', reject);
      stream.on('error', ignore);
      resolve();
    });
  });

const destroyAll = async (env: Env): Promise<void> => {
  await env.releaseObjects((stream: ReadStream | WriteStream) => {
    stream.on('error', ignore);
    stream.destroy();
  });
  for (let i = 0; i < 10; i++) await turn();
};

const readStreamsKept = (label: string, about: string, options: object, read: boolean): Workload => ({
  name: `read-streams-kept-${label}`,
  about,
  portable: false,
  async run(env) {
    env.fs.writeFileSync('/file', part(Math.min(POOL.length, env.quota / 8)));
    await env.fillAsync(async () => {
      const stream = env.fs.createReadStream('/file', options);
      env.keep(stream);
      await first(stream, read ? 'readable' : 'open');
      if (read) stream.read(100);
    }, 100_000);
  },
  release: destroyAll,
});

const textStreamsKept: Workload = {
  name: 'read-streams-kept-text',
  about: 'read streams of text, ASCII but for a fox in each kilobyte, of which a hundred characters were read, kept',
  portable: false,
  async run(env) {
    const text = `${'a'.repeat(1000)}🦊`.repeat(Math.min(POOL.length, env.quota / 8) / 1004);
    env.fs.writeFileSync('/file', text);
    await env.fillAsync(async () => {
      const stream = env.fs.createReadStream('/file', 'utf8');
      env.keep(stream);
      await first(stream, 'readable');
      stream.read(100);
    }, 100_000);
  },
  release: destroyAll,
};

const writeStreamsKept: Workload = {
  name: 'write-streams-kept',
  about: 'write streams given 10 bytes and kept',
  portable: false,
  async run(env) {
    await env.fillAsync(async (i) => {
      const stream = env.fs.createWriteStream(`/s${i}`);
      env.keep(stream);
      await first(stream, 'open');
      await new Promise<void>((resolve, reject) => {
        stream.write(part(10), (error) => (error ? reject(error) : resolve()));
      });
    }, 100_000);
  },
  release: destroyAll,
};

const streamsRefused: Workload = {
  name: 'streams-churn',
  about: 'read and write streams finished, destroyed or refused on a full volume, thirty thousand of them',
  portable: true,
  endless: true,
  async run(env) {
    const files = env.fill((i) => env.fs.writeFileSync(inThousands(env, i), part(5000)));
    await env.fillAsync(async (i) => {
      const reading = env.fs.createReadStream(`/d0/f${i % Math.min(files, 1000)}`);
      await first(reading, 'readable');
      if (i % 2 === 0) reading.destroy();
      else for await (const _ of reading);
      const writing = env.fs.createWriteStream(`/more${i % 100}`);
      await new Promise<void>((resolve) => {
        writing.on('error', () => resolve());
        writing.end(part(70_000), () => resolve());
      });
    }, 3_000);
  },
  release: destroyAll,
};

interface Kept {
  readonly handle: FileHandle;
  readonly stream?: ReadStream;
}

const handleStreamsKept: Workload = {
  name: 'handle-streams-kept',
  about: 'FileHandles with a read stream each, one chunk read',
  portable: false,
  async run(env) {
    env.fs.writeFileSync('/file', part(Math.min(POOL.length, env.quota / 8)));
    await env.fillAsync(async () => {
      const handle = await env.fs.promises.open('/file', 'r');
      const stream = handle.createReadStream();
      env.keep({ handle, stream } satisfies Kept);
      await first(stream, 'readable');
      stream.read(100);
    }, 100_000);
  },
  async release(env) {
    await env.releaseObjects(({ handle, stream }: Kept) => {
      stream?.on('error', ignore).destroy();
      return handle.close();
    });
    await turn();
  },
};

interface WebKept {
  readonly handle: FileHandle;
  reader?: ReadableStreamDefaultReader<unknown>;
}

const webStreamsKept: Workload = {
  name: 'web-streams-kept',
  about: 'FileHandles with a web stream each, one chunk read',
  portable: false,
  async run(env) {
    env.fs.writeFileSync('/file', part(Math.min(POOL.length, env.quota / 8)));
    await env.fillAsync(async () => {
      const handle = await env.fs.promises.open('/file', 'r');
      const kept: WebKept = { handle };
      env.keep(kept);
      kept.reader = (handle.readableWebStream() as ReadableStream<unknown>).getReader();
      await kept.reader.read();
    }, 100_000);
  },
  release: (env) =>
    env.releaseObjects(async ({ handle, reader }: WebKept) => {
      await reader?.cancel();
      await handle.close();
    }),
};

const iteratorsWatch: Workload = {
  name: 'watch-iterators-many',
  about: 'ever more fs.promises.watch iterators, each waiting for its first event',
  portable: false,
  async run(env) {
    env.fs.mkdirSync('/dir');
    let failure: unknown;
    await env.fillAsync(async (i) => {
      const controller = new AbortController();
      const iterator = env.fs.promises.watch('/dir', { signal: controller.signal })[Symbol.asyncIterator]();
      const next = iterator.next().catch((error) => {
        if ((error as Error).name !== 'AbortError') failure = error;
      });
      env.keep({ iterator, controller, next });
      if (i % 16 === 0) await turn();
      if (failure !== undefined) throw failure;
    }, 100_000);
  },
  release: (env) =>
    env.releaseObjects(async ({ controller, next }: { controller: AbortController; next: Promise<unknown> }) => {
      controller.abort();
      await next;
    }),
};

const LONG = 'directory-with-a-long-name-'.padEnd(200, 'x');

const watchTree: Workload = {
  name: 'watchers-recursive-large-tree',
  about: 'recursive watchers on a tree of directories with long names, which each of them knows',
  portable: false,
  run(env) {
    const directories = env.fill((i) => env.fs.mkdirSync(`/${LONG}${i}`), Math.floor(env.quota / 4000));
    env.fill(() => env.keep(env.fs.watch('/', { recursive: true }, ignore)), 10_000);
    if (directories > 100) env.look();
  },
  release: (env) => env.releaseObjects((watcher: FSWatcher) => watcher.close()),
};

const watchGrowing: Workload = {
  name: 'watchers-recursive-growing-tree',
  about: 'twenty recursive watchers on a tree to which directories with long names are added, with turns between',
  portable: false,
  async run(env) {
    for (let i = 0; i < 20; i++) env.keep(env.fs.watch('/', { recursive: true }, ignore));
    await env.fillAsync(async (i) => {
      env.fs.mkdirSync(`/${LONG}${i}`);
      if (i % 50 === 0) await turn();
    });
    await turn();
  },
  release: (env) => env.releaseObjects((watcher: FSWatcher) => watcher.close()),
};

const deepNames: Workload = {
  name: 'watchers-events-long-paths',
  about: 'a recursive watcher, and changes below a path of 3,800 bytes that it is not told of yet, weighed at once',
  portable: false,
  run(env) {
    let path = '';
    for (let i = 0; i < 19; i++) {
      path += `/${'p'.repeat(199)}`;
      env.fs.mkdirSync(path);
    }
    for (let i = 0; i < 10; i++) env.keep(env.fs.watch('/', { recursive: true }, ignore));
    env.fill((i) => env.fs.writeFileSync(`${path}/${i}`, ''));
    env.look();
  },
  release: async (env) => {
    await env.releaseObjects((watcher: FSWatcher) => watcher.close());
    await turn();
  },
};

const eventsAtOnce: Workload = {
  name: 'watchers-events-at-once',
  about: 'a hundred watchers, changes without a turn, weighed before any of them is told',
  portable: false,
  run(env) {
    env.fs.mkdirSync('/dir');
    for (let i = 0; i < 100; i++) env.keep(env.fs.watch('/dir', ignore));
    env.fill((i) => env.fs.writeFileSync(`/dir/a-name-of-some-length-${i}`, ''));
    env.look();
  },
  release: (env) => env.releaseObjects((watcher: FSWatcher) => watcher.close()),
};

const openIterators: Workload = {
  name: 'opendir-iterators-kept',
  about: 'opendir iterators, recursive ones too, kept after their first entry',
  portable: true,
  async run(env) {
    for (let i = 0; i < 2000; i++) env.fs.writeFileSync(inThousands(env, i), '');
    for (let i = 0; i < 30; i++) env.fs.mkdirSync(`/d0/inner-${i}`);
    await env.fillAsync(async (i) => {
      const dir = await env.fs.promises.opendir(i % 2 === 0 ? '/' : '/d1', {
        recursive: i % 3 === 0,
        bufferSize: 1000,
      });
      const iterator = dir[Symbol.asyncIterator]();
      env.keep(iterator);
      await iterator.next();
    });
  },
  release: (env) => env.releaseObjects((iterator: AsyncIterator<unknown>) => iterator.return?.()),
};

const signals: Workload = {
  name: 'signals-shared',
  about: 'one AbortSignal handed to two hundred thousand calls, streams and watchers that are all over',
  portable: true,
  endless: true,
  async run(env) {
    const { signal } = new AbortController();
    await env.fillAsync(async (i) => {
      await env.fs.promises.writeFile('/file', part(100), { signal });
      await env.fs.promises.readFile('/file', { signal });
      await new Promise<void>((resolve) => env.fs.readFile('/file', { signal }, () => resolve()));
      if (i % 10 !== 0) return;
      env.fs.watch('/', { signal }).close();
      await first(env.fs.createReadStream('/file', { signal }).resume(), 'close');
    }, 20_000);
    env.keep(signal);
  },
  release: (env) => env.releaseObjects(ignore),
};

const pending: Workload = {
  name: 'promises-by-the-hundred-thousand',
  about: 'a hundred thousand promises and callbacks at once, none of which is waited for before the last',
  portable: true,
  endless: true,
  async run(env) {
    const count = Math.min(100_000, env.mostSteps * 20);
    const many = Array.from({ length: count }, (_, i) => env.fs.promises.writeFile(`/f${i % 1000}`, part(i % 100)));
    for (let i = 0; i < count / 10; i++) env.fs.stat(`/f${i % 1000}`, ignore);
    await Promise.allSettled(many);
    env.steps = count;
  },
};

export const keptWorkloads: readonly Workload[] = [
  readStreamsKept('open', 'read streams that are opened and kept, nothing read', { autoDestroy: true }, false),
  readStreamsKept('half-read', 'read streams of which one chunk was read, kept', {}, true),
  readStreamsKept('small-chunks', 'read streams of 512-byte chunks, one read, kept', { highWaterMark: 512 }, true),
  textStreamsKept,
  writeStreamsKept,
  streamsRefused,
  handleStreamsKept,
  webStreamsKept,
  iteratorsWatch,
  watchTree,
  watchGrowing,
  deepNames,
  eventsAtOnce,
  openIterators,
  signals,
  pending,
];
