/**
 * Quota truth: what adapters hand out and a program keeps: archives read by nobody, Dirs and descriptors of a union, mounts,
 * connections to databases, exports that stand still, snapshots that nobody disposes of.
 */
import type nodeFs from 'node:fs';
import type { Dir } from 'node:fs';
import type { Readable } from 'node:stream';
import { exportArchiveStream } from '../../../src/adapters/archive/index.js';
import { mount } from '../../../src/adapters/mount/index.js';
import { snapshot } from '../../../src/adapters/snapshot/index.js';
import { openDatabase } from '../../../src/adapters/sqlite/index.js';
import { mountOver } from '../../../src/adapters/unionfs/index.js';
import { createFs } from '../../../src/index.js';
import { type Env, inThousands, type Workload } from '../env.js';
import { fillUp, ours, part } from '../parts.js';
import { loadSqlite } from './objects.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const ignore = (): void => {};

const unread = (format: 'tar' | 'tar.gz' | 'zip' | 'tar.br'): Workload =>
  ours(
    `archive-exports-kept-${format.replace('.', '-')}`,
    `exports of a tree as a ${format}, of which nothing, or one piece, is read, kept`,
    async (env) => {
      for (let i = 0; i < env.quota / 8000; i++) env.fs.writeFileSync(inThousands(env, i), part(i % 1000));
      let failure: unknown;
      await env.fillAsync(async (i) => {
        const stream = exportArchiveStream(env.fs, '/', { format });
        env.keep(stream);
        stream.on('error', (error) => {
          failure = error;
        });
        if (i % 2 === 0) await new Promise((resolve) => stream.once('error', resolve).once('readable', resolve));
        if (failure !== undefined) throw failure;
      }, 2000);
    },
    {
      async release(env) {
        await env.releaseObjects((stream: Readable) => stream.on('error', ignore).destroy());
        for (let i = 0; i < 10; i++) await turn();
      },
    },
  );

const WIDE = 500;
let lower: typeof nodeFs | undefined;
/** A directory of five hundred files, which the volume has too. */
function lowerTree(): typeof nodeFs {
  lower ??= createFs({ maxQuota: 2 ** 26 });
  lower.mkdirSync('/dir', { recursive: true });
  for (let i = 0; i < WIDE; i++) lower.writeFileSync(`/dir/a-name-of-some-length-${i}`, part(10));
  return lower;
}

const unionDirs = ours(
  'union-dirs-kept',
  'Dirs of a union, of a directory that both layers have, one entry read of each, kept',
  (env) => {
    const union = mountOver(lowerTree(), env.fs as typeof nodeFs);
    env.fs.mkdirSync('/dir');
    env.fs.writeFileSync('/dir/mine', '');
    env.fill(() => {
      const dir = union.opendirSync('/dir');
      env.keep(dir);
      dir.readSync();
    }, 20_000);
  },
  { prepare: lowerTree, release: (env) => env.releaseObjects((dir: Dir) => dir.closeSync()) },
);

const unionOpen = ours(
  'union-files-open',
  'files of a union opened by descriptor and by FileHandle, and streams of them, kept',
  async (env) => {
    const union = mountOver(lowerTree(), env.fs as typeof nodeFs);
    await env.fillAsync(async (i) => {
      const path = `/dir/a-name-of-some-length-${i % WIDE}`;
      const handle = await union.promises.open(path, 'a');
      env.keep(handle);
      env.keepNumber(union.openSync(path, 'r+'));
      const stream = union.createReadStream(path, { highWaterMark: 4 });
      env.keep({ close: () => void stream.destroy() });
      await new Promise((resolve, reject) => stream.once('error', reject).once('readable', resolve));
    }, 20_000);
  },
  {
    prepare: lowerTree,
    async release(env) {
      await env.releaseObjects((one: { close(): unknown }) => one.close());
      env.closeNumbers();
      for (let i = 0; i < 10; i++) await turn();
    },
  },
);

const mountsKept = ours(
  'mounts-kept',
  'a volume mounted at ever more places, all of them kept',
  (env) => {
    env.fill((i) => env.keep(mount(env.fs as typeof nodeFs, { at: `/virtual-kept-${i}` })), 1000);
    fillUp(env);
  },
  { release: (env) => env.releaseObjects((one: { unmount(): void }) => one.unmount()) },
);

interface Database {
  exec(sql: string): unknown;
  close(): void;
}

const connections = ours(
  'sqlite-connections-kept',
  'ever more connections to one database, each having read from it, kept',
  async (env) => {
    const open = async (): Promise<Database> =>
      openDatabase(env.fs as never, '/db', { sqlite3: await loadSqlite() }) as Database;
    const first = await open();
    env.keep(first);
    first.exec('create table t (a); insert into t values (1)');
    await env.fillAsync(async (i) => {
      const db = await open();
      env.keep(db);
      db.exec('select * from t');
      if (i % 10 === 0) db.exec('insert into t values (2)');
    }, 20);
  },
  // Connections are SQLite's: they are in the heap of its WebAssembly.
  {
    prepare: loadSqlite,
    endless: true,
    code: 2 ** 23,
    release: (env) => env.releaseObjects((db: Database) => db.close()),
  },
);

const lostSnapshots = ours(
  'snapshots-lost',
  'snapshots that nobody keeps or disposes of, taken while files are written over',
  async (env) => {
    await env.fillAsync(async (i) => {
      env.fs.writeFileSync(`/f${i % 20}`, part(env.quota / 100));
      snapshot(env.fs);
      if (i % 20 === 19) {
        globalThis.gc?.();
        await turn();
      }
    }, 2000);
    globalThis.gc?.();
    for (let i = 0; i < 5; i++) await turn();
  },
  // The registry in which they are remembered grows by halves.
  { endless: true, code: 2 ** 18 },
);

const snapshotEntries = ours(
  'snapshot-entries-left',
  'iterators of the entries of a snapshot, each left after its first, kept',
  async (env) => {
    env.fill((i) => env.fs.writeFileSync(inThousands(env, i), ''), Math.floor(env.quota / 800));
    const taken = snapshot(env.fs);
    env.keep(taken);
    env.fill(() => {
      const entries = taken.entries();
      entries.next();
      env.keep({ dispose: () => void entries.return() });
    }, 400);
    env.look();
  },
  // The iterators are the program's.
  {
    endless: true,
    code: 2 ** 20,
    release: (env: Env) => env.releaseObjects((one: { dispose(): void }) => one.dispose()),
  },
);

export const handedWorkloads: readonly Workload[] = [
  unread('tar'),
  unread('tar.gz'),
  unread('zip'),
  unread('tar.br'),
  unionDirs,
  unionOpen,
  mountsKept,
  connections,
  lostSnapshots,
  snapshotEntries,
];
