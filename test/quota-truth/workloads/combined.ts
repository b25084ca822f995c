/** Quota truth: two or three of the volume's structures that change at once: watchers and long names, snapshots and holes, Dirs and what becomes of their directories. */
import type { Dir, FSWatcher } from 'node:fs';
import { restore, type Snapshot, snapshot } from '../../../src/adapters/snapshot/index.js';
import type { Env, Workload } from '../env.js';
import { fillUp, ours, POOL, part } from '../parts.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const ignore = (): void => {};

const closeWatchers = async (env: Env): Promise<void> => {
  await env.releaseObjects((watcher: FSWatcher) => watcher.close());
  await turn();
};
const closeDirs = (env: Env): Promise<void> => env.releaseObjects((dir: Dir) => dir.closeSync());
const dispose = (env: Env): Promise<void> => env.releaseObjects((taken: Snapshot) => taken.dispose());

const SHORT = (i: number): string => `/d${i}`;
const LONG = (i: number): string => `/${String(i).padEnd(250, 'n')}`;

const watchedRenames = ours(
  'watchers-renamed-long',
  'watchers of trees and of directories, whose names are made long and short again before anybody is told',
  async (env) => {
    const count = Math.min(300, Math.floor(env.quota / 30_000));
    for (let i = 0; i < count; i++) env.fs.mkdirSync(`${SHORT(i)}/inner/most`, { recursive: true });
    for (let i = 0; i < 10; i++) env.keep(env.fs.watch('/', { recursive: true }, ignore));
    for (let i = 0; i < count; i += 5) env.keep(env.fs.watch(SHORT(i), ignore));
    for (let round = 0; round < 6; round++) {
      const [from, to] = round % 2 === 0 ? [SHORT, LONG] : [LONG, SHORT];
      for (let i = 0; i < count; i++) {
        env.steps++;
        if (env.fs.existsSync(from(i))) env.attempt(() => env.fs.renameSync(from(i), to(i)));
      }
      env.look();
      await turn();
    }
    fillUp(env);
    env.look();
  },
  { release: closeWatchers },
);

const watchedGone = ours(
  'watchers-of-what-is-gone',
  'watchers of files and directories that are removed and made again under them, kept',
  async (env) => {
    await env.fillAsync(async (i) => {
      const path = `/w${i % 50}`;
      if (i % 2 === 0) env.fs.mkdirSync(path);
      else env.fs.writeFileSync(path, '');
      env.keep(env.fs.watch(path, ignore));
      env.fs.rmSync(path, { recursive: true });
      if (i % 100 === 0) await turn();
    });
  },
  { release: closeWatchers },
);

const snapshotHoles = ours(
  'snapshots-of-holes',
  'the last eight snapshots kept of sparse files that are cut, made large and written at random',
  (env) => {
    const kept: Snapshot[] = [];
    for (let i = 0; i < 8; i++) {
      env.fs.writeFileSync(`/s${i}`, '');
      env.fs.truncateSync(`/s${i}`, 2 ** 36);
    }
    env.fill((i) => {
      const path = `/s${env.random(8)}`;
      if (i % 5 === 0) env.fs.truncateSync(path, env.random(2 ** 31));
      const fd = env.fs.openSync(path, 'r+');
      try {
        env.fs.writeSync(fd, POOL, 0, 1 + env.random(3000), env.random(2 ** 31));
      } finally {
        env.fs.closeSync(fd);
      }
      if (i % 30 !== 29) return;
      kept.push(snapshot(env.fs));
      if (kept.length > 8) kept.shift()?.dispose();
    }, 20_000);
    for (const taken of kept) env.keep(taken);
    fillUp(env);
  },
  { release: dispose, code: 2 ** 19 },
);

const restoredWatched = ours(
  'snapshots-restored-watched',
  'a snapshot restored again and again while a tree of long names is watched, opened and changed',
  async (env) => {
    const count = Math.min(400, Math.floor(env.quota / 20_000));
    for (let i = 0; i < count; i++) env.fs.mkdirSync(LONG(i));
    const taken = snapshot(env.fs);
    for (let i = 0; i < 5; i++) env.keep(env.fs.watch('/', { recursive: true }, ignore));
    for (let i = 0; i < count; i += 4) {
      env.keep(env.fs.watch(LONG(i), ignore));
      env.keepNumber(env.fs.openSync(`${LONG(i)}/file`, 'w'));
    }
    await env.fillAsync(async () => {
      for (let i = 0; i < count; i += 3) env.fs.writeFileSync(`${LONG(i)}/new`, part(1000));
      for (let i = 1; i < count; i += 3) env.fs.renameSync(LONG(i), SHORT(i));
      restore(env.fs, taken);
      await turn();
    }, 30);
    env.look();
    taken.dispose();
    fillUp(env);
  },
  {
    async release(env) {
      env.closeNumbers();
      await closeWatchers(env);
    },
    code: 2 ** 19,
  },
);

const changingDirs = ours(
  'dirs-of-changing-directory',
  'Dirs opened one after the other on a directory that grows and shrinks, each read to another place, kept',
  (env) => {
    env.fs.mkdirSync('/dir');
    let [first, next] = [0, 0];
    env.fill((i) => {
      const growing = Math.floor(i / 30) % 2 === 0;
      for (let j = 0; j < 60; j++) {
        if (growing) env.fs.writeFileSync(`/dir/${next++}-a-name-of-some-length`, '');
        else if (first < next) env.fs.unlinkSync(`/dir/${first++}-a-name-of-some-length`);
      }
      const dir = env.fs.opendirSync('/dir');
      env.keep(dir);
      for (let j = 0; j < i % 90; j++) dir.readSync();
    }, 100_000);
  },
  { release: closeDirs },
);

const removedDirs = ours(
  'dirs-of-removed-directories',
  'Dirs of directories of a hundred files that are removed under them, kept',
  (env) =>
    void env.fill((i) => {
      env.fs.mkdirSync(`/d${i}`);
      for (let j = 0; j < 100; j++) env.fs.writeFileSync(`/d${i}/${j}`, '');
      const dir = env.fs.opendirSync(`/d${i}`);
      env.keep(dir);
      if (i % 2 === 0) dir.readSync();
      env.fs.rmSync(`/d${i}`, { recursive: true });
    }, 100_000),
  { release: closeDirs },
);

const openTrees = ours(
  'trees-removed-while-open',
  'trees of twenty files, two of them open, removed whole, written through their descriptors afterwards',
  (env) =>
    void env.fill((i) => {
      env.fs.mkdirSync('/tree/a/b', { recursive: true });
      for (let j = 0; j < 20; j++) env.fs.writeFileSync(`/tree/a/b/${j}-with-a-name-that-is-long`, part(j * 200));
      for (const j of [3, 17]) env.keepNumber(env.fs.openSync(`/tree/a/b/${j}-with-a-name-that-is-long`, 'r+'));
      env.fs.rmSync('/tree', { recursive: true });
      env.fs.writeSync(env.numbers[env.numbersUsed - 1], POOL, 0, 1 + env.random(5000), env.random(200_000));
      if (i % 7 === 0) env.fs.ftruncateSync(env.numbers[env.numbersUsed - 2], 0);
    }),
  { release: (env) => env.closeNumbers() },
);

const SIZES = [100, 9000, 70_000, 200_000, 8192, 8193, 65_536, 1, 0, 40_000, 300];

const slabsAndPages = ours(
  'slabs-and-pages',
  'files cut and grown through every kind of storage, from a block of a slab to pages and back, then filled up',
  (env) => {
    const files = Math.max(3, Math.floor(env.quota / 100_000));
    env.fill((i) => {
      const path = `/f${i % files}`;
      const size = SIZES[(i + Math.floor(i / files)) % SIZES.length];
      const form = env.random(4);
      if (form === 0) env.fs.writeFileSync(path, part(size));
      else if (form === 1) env.fs.appendFileSync(path, part(size % 5000));
      else {
        env.fs.closeSync(env.fs.openSync(path, 'a'));
        env.fs.truncateSync(path, size);
        if (form === 2 && size > 0) env.fs.appendFileSync(path, part(1));
      }
    }, 40_000);
    fillUp(env, 700);
  },
  { portable: true },
);

const emptied = ours(
  'wide-directory-emptied',
  'a hundred thousand names linked and unlinked in one directory, at most so many at once as fit, all removed, then filled with data',
  (env) => {
    env.fs.mkdirSync('/wide');
    env.fs.writeFileSync('/file', '');
    const before = env.extras?.usage().used;
    const fits = Math.min(100_000, Math.floor(env.quota / 120));
    const made = env.fill((i) => {
      if (i % 2 === 0) env.fs.linkSync('/file', `/wide/${i}`);
      else env.fs.writeFileSync(`/wide/${i}`, '');
    }, fits);
    // Not in the order in which they were made.
    for (let start = 0; start < 7; start++) for (let i = start; i < made; i += 7) env.fs.unlinkSync(`/wide/${i}`);
    if (env.extras?.usage().used !== before) env.wrong.push('an emptied directory is billed for its names');
    env.look();
    fillUp(env, 900);
  },
);

/** Letters of the alphabet in one another: a path of nearly 4,095 bytes. */
const DEPTH = 2030;

const longestPaths = ours(
  'paths-at-their-limit',
  'directories two thousand deep, with files, links, Dirs and watchers at the end of them',
  async (env) => {
    const depth = Math.min(DEPTH, Math.floor(env.quota / 1600));
    const path = '/a'.repeat(depth);
    env.fs.mkdirSync(path, { recursive: true });
    env.attempt(() => env.keep(env.fs.watch('/', { recursive: true }, ignore)));
    env.fill(
      (i) => {
        env.fs.writeFileSync(`${path}/${i}`, '');
        env.fs.symlinkSync(path, `/l${i}`);
        if (env.fs.realpathSync.native(`/l${i}/${i}`).length < path.length) env.wrong.push('a path is too short');
        if (i % 10 === 0) env.keep(env.fs.opendirSync(`/l${i}`));
      },
      Math.floor(env.quota / 20_000),
    );
    env.look();
    await turn();
    env.fs.readdirSync('/', { recursive: true });
    fillUp(env);
  },
  {
    release: async (env) => {
      await env.releaseObjects((one: { close(): unknown; closeSync?(): void }) =>
        (one.closeSync ?? one.close).call(one),
      );
      await turn();
    },
  },
);

const swapped = ours(
  'directories-swapped',
  'directories of fifty long names moved into one another, over empty ones and out again, at random, then filled up',
  (env) => {
    const count = Math.max(4, Math.min(60, Math.floor(env.quota / 40_000)));
    for (let i = 0; i < count; i++) {
      env.fs.mkdirSync(`/d${i}`);
      for (let j = 0; j < 50; j++) env.fs.writeFileSync(`/d${i}/${String(j).padEnd(40 + j, 'x')}`, '');
    }
    env.fill((i) => {
      const [one, other] = [env.random(count), env.random(count)];
      if (one === other) return;
      env.fs.renameSync(`/d${one}`, `/d${other}/inner-${i}`);
      env.fs.mkdirSync(`/d${one}`);
      env.fs.renameSync(`/d${other}/inner-${i}`, `/d${one}`);
      env.fs.renameSync(`/d${one}`, `/${'t'.repeat(200)}`);
      env.fs.renameSync(`/${'t'.repeat(200)}`, `/d${one}`);
    }, 30_000);
    fillUp(env);
  },
  { portable: true },
);

export const combinedWorkloads: readonly Workload[] = [
  watchedRenames,
  watchedGone,
  snapshotHoles,
  restoredWatched,
  changingDirs,
  removedDirs,
  openTrees,
  slabsAndPages,
  emptied,
  longestPaths,
  swapped,
];
