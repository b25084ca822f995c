/** Quota truth: contents whose pages are cut, shared and written in the order that suits them least. */
import type { FileHandle } from 'node:fs/promises';
import { restore, type Snapshot, snapshot } from '../../../src/adapters/snapshot/index.js';
import { createFs, MemoryFileSystem } from '../../../src/index.js';
import type { Env, Workload } from '../env.js';
import { POOL, part } from '../parts.js';

const PAGE = 65_536;
const ignore = (): void => {};

const plain = (
  name: string,
  about: string,
  run: Workload['run'],
  more: Partial<Omit<Workload, 'name' | 'about' | 'run'>> = {},
): Workload => ({ name, about, portable: true, run, ...more });

/** Fills what is left, so that the volume is full and not only crowded. */
const fillUp = (env: Env): void => void env.fill((i) => env.fs.writeFileSync(`/rest${i}`, part(700)));

const oddPages = plain(
  'holes-odd-pages',
  'files written a byte before, at and behind the borders of pages, cut to odd sizes, made large again',
  (env) => {
    const files = Math.max(2, Math.floor(env.quota / 400_000));
    for (let i = 0; i < files; i++) {
      env.fs.writeFileSync(`/f${i}`, '');
      env.keepNumber(env.fs.openSync(`/f${i}`, 'r+'));
    }
    env.fill((i) => {
      const fd = env.numbers[env.random(files)];
      const border = PAGE * env.random(40) + env.random(3) - 1;
      if (i % 5 === 4) env.fs.ftruncateSync(fd, Math.max(0, border));
      else env.fs.writeSync(fd, POOL, 0, 1 + env.random(i % 7 === 0 ? PAGE : 40), Math.max(0, border));
    }, 20_000);
    fillUp(env);
  },
  { release: (env) => env.closeNumbers() },
);

const everyPage = plain(
  'copies-every-page',
  'copies of a file of a megabyte until it is full, then a byte in every page of every copy, the first removed',
  (env) => {
    env.fs.writeFileSync('/first', part(Math.min(POOL.length, Math.floor(env.quota / 8))));
    const copies = env.fill((i) => env.fs.copyFileSync('/first', `/copy${i}`));
    env.fs.unlinkSync('/first');
    for (let i = 0; i < copies; i++) {
      const fd = env.fs.openSync(`/copy${i}`, 'r+');
      const { size } = env.fs.fstatSync(fd);
      for (let at = 1; at < size; at += PAGE) env.fs.writeSync(fd, POOL, 0, 1, at);
      env.fs.closeSync(fd);
    }
  },
);

const copiesTree = plain(
  'copies-of-trees',
  'trees of small and large files copied with cp, each copy changed a little, every third removed',
  (env) => {
    env.fs.mkdirSync('/tree/sub', { recursive: true });
    for (let i = 0; i < 20; i++) env.fs.writeFileSync(`/tree/sub/f${i}`, part((i * 997) % 20_000));
    env.fill((i) => {
      env.fs.cpSync('/tree', `/t${i}`, { recursive: true });
      for (let j = 0; j < 20; j += 3) {
        if (j % 2 === 0) env.fs.appendFileSync(`/t${i}/sub/f${j}`, 'more');
        else env.fs.truncateSync(`/t${i}/sub/f${j}`, 10);
      }
      if (i % 3 === 2) env.fs.rmSync(`/t${i - 1}`, { recursive: true });
    });
    fillUp(env);
  },
  { portable: false },
);

const vectors = plain(
  'writev-thousands',
  'vectors of five thousand buffers of one to three bytes, by descriptor, callback and FileHandle, in turn',
  async (env) => {
    const vector = Array.from({ length: 5000 }, (_, i) => POOL.subarray(i, i + 1 + (i % 3)));
    const total = vector.reduce((sum, { length }) => sum + length, 0);
    const handle: FileHandle = await env.fs.promises.open('/file', 'w');
    env.keep(handle);
    await env.fillAsync(async (i) => {
      if (i % 3 === 0) env.fs.writevSync(handle.fd, vector);
      else if (i % 3 === 1) await handle.writev(vector);
      else {
        await new Promise<void>((resolve, reject) => {
          env.fs.writev(handle.fd, vector, (error) => (error ? reject(error) : resolve()));
        });
      }
    });
    if (env.fs.statSync('/file').size !== env.steps * total) env.wrong.push('a refused writev wrote something');
  },
  { release: (env) => env.releaseObjects((handle: FileHandle) => handle.close()) },
);

const linkChains = plain(
  'symlink-chains',
  'chains of forty links, each to the one before by a path of its own, all followed',
  (env) => {
    env.fill((i) => {
      if (i % 40 === 0) env.fs.mkdirSync(`/chain-${i}`);
      else
        env.fs.symlinkSync(i % 40 === 1 ? '.' : `../chain-${i - (i % 40)}/l${i - 1}`, `/chain-${i - (i % 40)}/l${i}`);
      if (i % 40 === 39) env.fs.realpathSync(`/chain-${i - 39}/l${i}`);
    });
  },
);

const borderNames = plain(
  'names-of-16-and-17',
  'names of 16 and 17 bytes, each renamed to the other, again and again, then filled up',
  (env) => {
    const name = (i: number, length: number): string => `/${String(i).padEnd(length, 'n')}`;
    const files = env.fill((i) => env.fs.writeFileSync(name(i, 16 + (i % 2)), ''), Math.floor(env.quota / 400));
    for (let round = 0; round < 6 && files > 0; round++) {
      for (let i = 0; i < files; i++) {
        const even = (i + round) % 2;
        env.attempt(() => env.fs.renameSync(name(i, 16 + even), name(i, 17 - even)));
        if (env.refusal !== undefined) return;
      }
    }
    fillUp(env);
  },
);

const resized = plain(
  'quota-resized',
  'the quota shrunk to what is used and grown back, files between, until it is full at its full size',
  (env) => {
    const { resize, usage } = env.extras ?? {};
    if (resize === undefined || usage === undefined) return;
    env.fill((i) => {
      resize(Math.max(usage().used, Math.floor(env.quota / 4)));
      try {
        env.fs.writeFileSync(`/small${i}`, part(env.random(9000)));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
      resize(env.quota);
      env.fs.appendFileSync(`/f${i % 50}`, part(env.random(3000)));
    });
    resize(env.quota);
  },
  { portable: false },
);

const kept: Partial<Workload> = {
  portable: false,
  release: (env) => env.releaseObjects((taken: Snapshot) => taken.dispose()),
};

const allRenamed = plain(
  'snapshots-all-renamed',
  'snapshots, between which every file gets another long name, another mode and another link',
  (env) => {
    const files = Math.floor(env.quota / 40_000);
    const name = (i: number, round: number): string => `/${round}-`.padEnd(100, 'n') + i;
    for (let i = 0; i < files; i++) env.fs.writeFileSync(name(i, 0), part(300));
    env.fill((round) => {
      env.keep(snapshot(env.fs));
      for (let i = 0; i < files; i++) {
        env.fs.renameSync(name(i, round), name(i, round + 1));
        env.fs.chmodSync(name(i, round + 1), round % 2 === 0 ? 0o600 : 0o644);
        env.fs.linkSync(name(i, round + 1), `/link-${round}-${i}`);
      }
    });
    fillUp(env);
  },
  kept,
);

const restored = plain(
  'snapshots-restored-open',
  'two snapshots restored in turn while descriptors of files of both are open and written',
  (env) => {
    const files = 2 * Math.floor(env.quota / 60_000);
    for (let i = 0; i < files; i++) env.fs.writeFileSync(`/f${i}`, part(4000));
    const first = snapshot(env.fs);
    env.keep(first);
    for (let i = 0; i < files; i += 2) env.fs.writeFileSync(`/f${i}`, part(9000));
    for (let i = 1; i < files; i += 2) env.fs.unlinkSync(`/f${i}`);
    const second = snapshot(env.fs);
    env.keep(second);
    env.fill((i) => {
      const fd = env.fs.openSync(`/f${(i * 2) % files}`, 'r+');
      env.keepNumber(fd);
      env.fs.writeSync(fd, POOL, 0, 100, env.random(8000));
      if (i % 20 === 0) restore(env.fs, i % 40 === 0 ? first : second);
    }, 2000);
    fillUp(env);
  },
  {
    ...kept,
    async release(env) {
      env.closeNumbers();
      await env.releaseObjects((taken: Snapshot) => taken.dispose());
    },
  },
);

type Kind = 'sequential' | 'random-access' | 'auto';

/** Of other policies than `auto`, in a volume of its own that has all of the quota. */
const storage = (defaultStorage: Kind): Workload =>
  plain(
    `mfs-storage-${defaultStorage}`,
    `files of ${defaultStorage} storage, appended to and overwritten out of order, until a volume is full`,
    (env) => {
      const mfs = new MemoryFileSystem({ maxQuota: env.quota, defaultStorage, promotionHardLimit: 2 ** 18 });
      env.keep(mfs);
      env.fill((i) => {
        using handle = mfs.open(`/f${i % 30}`, i < 30 ? 'wb' : 'ab');
        handle.write(part(1 + env.random(30_000)));
        if (i < 30 || i % 3 > 0) return;
        using random = mfs.open(`/f${(i + 7) % 30}`, 'r+b');
        try {
          random.seek(env.random(20_000));
          random.write(part(1 + env.random(3000)));
        } catch (error) {
          if (defaultStorage === 'random-access' || (error as NodeJS.ErrnoException).code === 'ENOSPC') throw error;
        }
      });
      if (!mfs.quota.audit().ok) env.wrong.push(...mfs.quota.audit().problems);
      const { used } = mfs.quota;
      if (used > env.quota) env.wrong.push(`${used} bytes are used`);
      env.refusal = undefined;
    },
    { portable: false, volumes: true, endless: true, release: (env) => env.releaseObjects(ignore) },
  );

/** Dropped with everything open that a program can forget. */
const dropped = plain(
  'volumes-dropped',
  'volumes with descriptors, handles, Dirs, streams, watchers, locks and listeners, dropped by the thousand',
  async (env) => {
    await env.fillAsync(async (i) => {
      const mfs = new MemoryFileSystem({ maxQuota: 2 ** 18 });
      const { fs } = mfs;
      for (let j = 0; j < 5; j++) fs.writeFileSync(`/f${j}`, part(9000));
      fs.openSync('/f0', 'r');
      await fs.promises.open('/f1', 'r');
      fs.opendirSync('/').readSync();
      fs.createReadStream('/f2').read(10);
      fs.watch('/', { persistent: false }, ignore).unref();
      mfs.quota.onPressure(0.9, ignore);
      mfs.open('/f3', 'rb');
      snapshot(fs);
      if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }, 1500);
  },
  { portable: false, volumes: true, endless: true },
);

const manyEmptied = plain(
  'volumes-emptied',
  'volumes of a quarter of the quota filled and emptied, four of them kept, then filled again by the others',
  (env) => {
    for (let i = 0; i < 4; i++) {
      const fs = createFs({ maxQuota: env.quota / 4 });
      env.keep(fs);
      env.fill((j) => fs.writeFileSync(`/first${j}`, part(50 + (j % 900))));
      for (const name of fs.readdirSync('/')) fs.rmSync(`/${name}`, { recursive: true });
      env.fill((j) => fs.writeFileSync(`/again${j}`, part(20_000)));
      env.refusal = undefined;
    }
  },
  { portable: false, volumes: true, endless: true, release: (env) => env.releaseObjects(ignore) },
);

export const pageWorkloads: readonly Workload[] = [
  oddPages,
  everyPage,
  copiesTree,
  vectors,
  linkChains,
  borderNames,
  resized,
  allRenamed,
  restored,
  storage('sequential'),
  storage('random-access'),
  dropped,
  manyEmptied,
];
