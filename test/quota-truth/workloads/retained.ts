/**
 * Quota truth: arguments that are small parts of something large. What the volume keeps of them must be its own copy,
 * or a name of ten bytes holds a megabyte that nobody is billed for.
 */
import type { Env, Workload } from '../env.js';

const LARGE = 256 * 1024;
const ignore = (): void => {};

/** A name cut from a string of 256 KiB that nobody else holds: V8 keeps all of it as long as the slice lives. */
const slice = (i: number): string => `/${i}-`.padEnd(LARGE, 'sliced name, ').slice(0, 40);
/** The same in two bytes for each character. */
const wide = (i: number): string => `/${i}-`.padEnd(LARGE / 2, 'zażółć gęślą ').slice(0, 40);
/** Concatenated, and never made flat by its maker. */
const joined = (i: number): string => ['', 'joined', String(i)].reduce((all, each) => `${all}${each}-`, '/');

const cut = (name: string, about: string, step: (env: Env, i: number) => void, most: number): Workload => ({
  name,
  about,
  portable: true,
  endless: true,
  // V8 remembers what was last looked for and in what: a few of the large strings.
  code: 4 * LARGE,
  run: (env) => void env.fill((i) => step(env, i), Math.min(most, Math.floor(env.quota / 8000))),
});

const closing = (workload: Workload): Workload => ({
  ...workload,
  portable: false,
  release: (env) =>
    env.releaseObjects((one: { close?(): void; closeSync?(): void }) => (one.closeSync ?? one.close)?.call(one)),
});

const MOST = 5000;

const openedByPromise: Workload = {
  name: 'sliced-handles',
  about: 'FileHandles of files whose paths were cut from 256 KiB',
  portable: false,
  code: 4 * LARGE,
  endless: true,
  run: (env) =>
    env
      .fillAsync(
        async (i) => env.keep(await env.fs.promises.open(slice(i), 'w')),
        Math.min(MOST, Math.floor(env.quota / 8000)),
      )
      .then(ignore),
  release: (env) => env.releaseObjects((handle: { close(): Promise<void> }) => handle.close()),
};

const views: Workload = {
  name: 'views-of-large-buffers',
  about: 'files of 40 bytes, each written from a view of a megabyte of its own, by every form',
  portable: true,
  endless: true,
  async run(env) {
    await env.fillAsync(async (i) => {
      const view = Buffer.alloc(2 ** 20, i).subarray(1000, 1040);
      const path = `/v${i}`;
      if (i % 4 === 0) env.fs.writeFileSync(path, view);
      else if (i % 4 === 1) await env.fs.promises.writeFile(path, [view, view].values() as never);
      else if (i % 4 === 2) await env.fs.promises.appendFile(path, view);
      else {
        const handle = await env.fs.promises.open(path, 'w');
        env.keep(handle);
        await handle.writev([view, view]);
      }
    }, 3000);
  },
  release: (env) => env.releaseObjects((handle: { close(): Promise<void> }) => handle.close()),
};

const bufferPaths: Workload = {
  name: 'paths-of-large-buffers',
  about: 'watchers and files whose paths are views of 256 KiB',
  portable: false,
  endless: true,
  run(env) {
    env.fs.mkdirSync('/dir');
    env.fill(
      (i) => {
        const path = Buffer.alloc(LARGE, 'x');
        const length = path.write(`/dir/${i}`);
        env.fs.writeFileSync(path.subarray(0, length), '');
        env.keep(env.fs.watch(path.subarray(0, length), ignore));
      },
      Math.min(MOST, Math.floor(env.quota / 8000)),
    );
  },
  release: (env) => env.releaseObjects((watcher: { close(): void }) => watcher.close()),
};

const statWatchers: Workload = {
  ...cut(
    'sliced-watch-file',
    'watchFile of paths cut from 256 KiB',
    (env, i) => {
      env.fs.watchFile(slice(i), { persistent: false, interval: 1_000_000 }, ignore);
    },
    MOST,
  ),
  portable: false,
  release: (env) => {
    for (let i = 0; i < env.steps; i++) env.fs.unwatchFile(slice(i));
  },
};

const iterators: Workload = {
  name: 'sliced-watch-iterators',
  about: 'fs.promises.watch iterators of paths cut from 256 KiB, each waiting',
  portable: false,
  code: 4 * LARGE,
  endless: true,
  async run(env) {
    await env.fillAsync(
      async (i) => {
        const controller = new AbortController();
        env.fs.mkdirSync(slice(i));
        const next = env.fs.promises.watch(slice(i), { signal: controller.signal })[Symbol.asyncIterator]().next();
        env.keep({ controller, next: next.catch(ignore) });
      },
      Math.min(500, Math.floor(env.quota / 8000)),
    );
  },
  release: (env) =>
    env.releaseObjects(async ({ controller, next }: { controller: AbortController; next: Promise<unknown> }) => {
      controller.abort();
      await next;
    }),
};

const waiters: Workload = {
  name: 'mfs-sliced-waiters',
  about: 'callers that wait for a lock on a file whose path each has cut from 256 KiB',
  portable: false,
  mfs: true,
  code: 4 * LARGE,
  endless: true,
  async run(env) {
    const name = slice(1);
    env.keep(env.mfs.sync.open(name, 'wb'));
    await env.fillAsync(
      async () => {
        void env.mfs.open(slice(1), 'rb', { lockTimeout: null }).then((handle) => handle.close(), ignore);
      },
      Math.min(300, Math.floor(env.quota / 16_000)),
    );
  },
  release: (env) => env.releaseObjects((handle: { close(): void }) => handle.close()),
};

export const retainedWorkloads: readonly Workload[] = [
  cut('sliced-names', 'names cut from 256 KiB', (env, i) => env.fs.writeFileSync(slice(i), ''), MOST),
  cut(
    'sliced-names-wide',
    'names of two-byte characters cut from 256 KiB',
    (env, i) => env.fs.mkdirSync(wide(i)),
    MOST,
  ),
  cut('joined-names', 'names put together from parts', (env, i) => env.fs.writeFileSync(joined(i), ''), MOST),
  cut('sliced-targets', 'targets of links cut from 256 KiB', (env, i) => env.fs.symlinkSync(slice(i), `/l${i}`), MOST),
  closing(
    cut(
      'sliced-watchers',
      'watchers of paths cut from 256 KiB',
      (env, i) => {
        env.fs.mkdirSync(slice(i));
        env.keep(env.fs.watch(slice(i), { recursive: i % 2 === 0 }, ignore));
      },
      MOST,
    ),
  ),
  closing(
    cut(
      'sliced-dirs',
      'Dirs of paths cut from 256 KiB',
      (env, i) => {
        env.fs.mkdirSync(slice(i));
        env.keep(env.fs.opendirSync(slice(i)));
      },
      MOST,
    ),
  ),
  statWatchers,
  openedByPromise,
  views,
  bufferPaths,
  iterators,
  waiters,
];
